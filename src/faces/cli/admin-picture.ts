/** What the admin API answers, for people: lists as tables, one thing as its members. */
import type { Terminal } from './terminal.ts'

type Members = Readonly<Record<string, unknown>>

const isMembers = (value: unknown): value is Members =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** Control characters would move the cursor of whoever looks. */
const plain = (text: string): string =>
  text.replace(/\p{Cc}/gu, sign => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)

const shown = (value: unknown): string => {
  if (value === undefined || value === null) return ''
  return plain(typeof value === 'string' ? value : JSON.stringify(value))
}

const widest = 60
const cut = (text: string): string => (text.length > widest ? `${text.slice(0, widest - 1)}…` : text)

const table = (rows: readonly Members[]): readonly string[] => {
  const names = rows.flatMap(row => Object.keys(row))
  const columns = [...new Set(names.includes('id') ? ['id', ...names] : names)]
  const cells = [columns, ...rows.map(row => columns.map(column => cut(shown(row[column]))))]
  const widths = columns.map((_, at) => Math.max(...cells.map(line => line[at]?.length ?? 0)))
  return cells.map(line =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** The secret of a new key stands on a line of its own, whole, since it is shown this once. */
const one = (members: Members): readonly string[] => {
  const { secret, ...rest } = members
  const lines = Object.entries(rest).map(([name, value]) => `${name}: ${shown(value)}`)
  return typeof secret === 'string' ? [...lines, 'secret, shown this once:', secret] : lines
}

/** Draws an answer; where a list goes on, `err` tells how to read on. */
export const showAnswer = (value: unknown, { out, err }: Pick<Terminal, 'out' | 'err'>): void => {
  const data = isMembers(value) ? value['data'] : undefined
  if (!Array.isArray(data)) {
    const lines = isMembers(value) ? one(value) : [shown(value)]
    for (const line of lines) out(line)
    return
  }
  const rows = data.map(row => (isMembers(row) ? row : { value: row }))
  for (const line of rows.length === 0 ? ['none'] : table(rows)) out(line)
  const next = isMembers(value) ? value['next'] : undefined
  if (typeof next === 'string') err(`there are more: --set after=${plain(next)}`)
}
