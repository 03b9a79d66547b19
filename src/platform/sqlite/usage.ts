/** Usage in SQLite: a row for each hour and each set of names, added to in one transaction. */
import { setImmediate } from 'node:timers/promises'
import type { Database } from 'better-sqlite3'
import type { Instant, MicroUsd } from '../../domain/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Usage, UsageRow } from '../../ports/usage.ts'
import { checkBatch, hourLength, namesIn, namesText, sums, usageLines } from '../usage-lines.ts'
import type { Asked } from './failures.ts'

/** For so long a batch that is told again is known, in milliseconds. */
const rememberedFor = 7 * 24 * hourLength
/** After how many batches the old ones are forgotten. */
const sweepEvery = 1000
/** Rows that are read at a time; between two reads whoever waits gets on. */
const pageSize = 500

interface Kept {
  readonly hour: Instant
  readonly id: number
  readonly names: string
  readonly requests: number
  readonly attempts: number
  readonly failures: number
  readonly inputTokens: number
  readonly cachedTokens: number
  readonly outputTokens: number
  readonly cost: MicroUsd
  readonly unpriced: number
}

const rowOf = ({ id: _id, names, ...row }: Kept): UsageRow => ({ ...row, names: namesIn(names) })

const columns = sums.map(name => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`))

const statementsOf = (database: Database) => ({
  remember: database.prepare<[string, number]>(
    'INSERT INTO usage_batches (id, at) VALUES (?, ?) ON CONFLICT DO NOTHING',
  ),
  forget: database.prepare<[number]>('DELETE FROM usage_batches WHERE at <= ?'),
  find: database.prepare<[string], { id: number }>('SELECT id FROM usage_names WHERE names = ?'),
  name: database.prepare<[string], { id: number }>('INSERT INTO usage_names (names) VALUES (?) RETURNING id'),
  add: database.prepare<number[]>(
    `INSERT INTO usage (hour, names, ${columns.join(', ')}) VALUES (?, ?, ${columns.map(() => '?').join(', ')})
     ON CONFLICT (hour, names) DO UPDATE SET ${columns.map(name => `${name} = ${name} + excluded.${name}`).join(', ')}`,
  ),
  page: database.prepare<[number, number, number, number], Kept>(
    `SELECT hour, usage_names.id AS id, usage_names.names AS names,
       ${columns.map((column, place) => `${column} AS ${sums[place]}`).join(', ')}
     FROM usage JOIN usage_names ON usage_names.id = usage.names
     WHERE (hour, usage.names) > (?, ?) AND hour < ? ORDER BY hour, usage.names LIMIT ?`,
  ),
})

export interface UsageParts {
  readonly database: Database
  readonly clock: Clock
  readonly asked: Asked
  /** Told how many bytes were written, about. */
  wrote(bytes: number): void
  /** Resolves when more may be written; undefined if it may be now. */
  room(): Promise<void> | undefined
}

/** Besides its names, what a row takes. */
const rowBytes = 120

export const sqliteUsage = ({ database, clock, asked, wrote, room }: UsageParts): Usage => {
  const statements = statementsOf(database)
  let batches = 0
  const add = database.transaction((batch: string, rows: readonly (readonly [string, UsageRow])[]): void => {
    if (statements.remember.run(batch, clock.now()).changes === 0) return
    for (const [text, row] of rows) {
      const names = statements.find.get(text) ?? statements.name.get(text)
      if (names !== undefined) statements.add.run(row.hour, names.id, ...sums.map(one => row[one]))
    }
    batches += 1
    if (batches % sweepEvery === 1) statements.forget.run(clock.now() - rememberedFor)
  })
  async function* pages(from: number, to: number): AsyncGenerator<readonly UsageRow[]> {
    // Ids begin at 1: this is before all of the first hour.
    let after: readonly [number, number] = [from, 0]
    for (;;) {
      const [hour, id] = after
      const found = await asked(() => statements.page.all(hour, id, to, pageSize))
      yield found.map(rowOf)
      const last = found.at(-1)
      if (last === undefined || found.length < pageSize) return
      after = [last.hour, last.id]
      await setImmediate()
    }
  }
  return {
    async add(batch, rows) {
      await room()
      return asked(() => {
        checkBatch(batch, rows)
        const texts = rows.map(row => [namesText(row.names), row] as const)
        add.immediate(batch, texts)
        wrote(texts.reduce((total, [text]) => total + text.length + rowBytes, 0))
      })
    },
    query: query => usageLines(query, pages(query.from, query.to)),
  }
}
