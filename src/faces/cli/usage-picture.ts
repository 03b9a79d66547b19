/** A report of usage as a table, with a bar for each line. */
import Table from 'cli-table3'
import { instantText, noUsage, sumOf, usdText } from '../../admin/reports.ts'
import type { ReportSums } from '../../admin/reports.ts'
import type { Zone } from '../../domain/zone.ts'
import type { Dimension, UsageLine, UsageQuery } from '../../ports/usage.ts'
import { escapeControls } from './escape-controls.ts'

const barWidth = 20
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar so long as its share of the longest; whatever is more than nothing can be seen. */
const bar = (value: number, most: number): string => {
  if (value <= 0 || most <= 0) return ''
  const parts = Math.max(1, Math.round((value / most) * barWidth * 8))
  return '█'.repeat(Math.floor(parts / 8)) + (eighths[parts % 8] ?? '')
}

const longestName = 40
const cut = (name: string): string => (name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name)
const shown = (name: string | undefined): string =>
  name === undefined || name === '' ? '-' : cut(escapeControls(name))

const grouped = (count: number): string => count.toLocaleString('en-US')

const sumCells = ({ requests, failures, inputTokens, outputTokens, cost }: ReportSums): readonly string[] => [
  grouped(requests),
  grouped(failures),
  grouped(inputTokens),
  grouped(outputTokens),
  `$${usdText(cost)}`,
]
const sumHeads = ['requests', 'failed', 'input', 'output', 'cost']

/** A day needs no time of day. */
const timeText = (line: UsageLine, every: UsageQuery['every'], zone: Zone): string => {
  const text = instantText(line.hour, zone)
  if (every === 'hour') return text.slice(0, 16).replace('T', ' ')
  return text.slice(0, every === 'month' ? 7 : 10)
}

const plain = { head: [], border: [] }
/** No lines between rows. */
const open = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' }

export interface Picture {
  readonly by: readonly Dimension[]
  readonly every: UsageQuery['every']
  readonly zone: Zone
}

/** The table; the bar is of what it cost, or of requests where nothing cost anything. */
export const usagePicture = (lines: readonly UsageLine[], { by, every, zone }: Picture): string => {
  const total = lines.reduce<ReportSums>((sums, line) => sumOf(sums, line), noUsage)
  const measure = (line: ReportSums): number => (total.cost > 0 ? line.cost : line.requests)
  const most = lines.reduce((found, line) => Math.max(found, measure(line)), 0)
  const times = every === 'total' ? [] : ['from']
  const table = new Table({
    head: [...times, ...by, ...sumHeads, ''],
    style: plain,
    chars: open,
    colAligns: [
      ...times.map(() => 'left' as const),
      ...by.map(() => 'left' as const),
      ...sumHeads.map(() => 'right' as const),
      'left',
    ],
  })
  for (const line of lines) {
    const when = every === 'total' ? [] : [timeText(line, every, zone)]
    table.push([...when, ...by.map(name => shown(line.names[name])), ...sumCells(line), bar(measure(line), most)])
  }
  const names = [...times, ...by]
  if (names.length > 0) table.push([...names.map((_, place) => (place === 0 ? 'total' : '')), ...sumCells(total), ''])
  return table.toString()
}
