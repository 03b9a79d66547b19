/** Reports of usage as text: CSV, JSON or JSON lines, made while they are read. */
import type { Instant } from '../domain/units.ts'
import { utc } from '../domain/zone.ts'
import type { Zone } from '../domain/zone.ts'
import type { Dimension, UsageLine } from '../ports/usage.ts'

export type ReportFormat = 'csv' | 'json' | 'jsonl'

export interface ReportOptions {
  readonly format: ReportFormat
  /** By what the lines are split, in the order of the columns. */
  readonly by: readonly Dimension[]
  /** In which times are told; UTC if absent. */
  readonly zone?: Zone
  /** A last line with the sums of all. */
  readonly total?: boolean
}

const microPerDollar = 1_000_000

/** US dollars with six places, from a whole number of millionths: nothing is rounded. */
export const usdText = (micro: number): string => {
  const size = Math.abs(micro)
  const whole = Math.floor(size / microPerDollar)
  return `${micro < 0 ? '-' : ''}${whole}.${String(size % microPerDollar).padStart(6, '0')}`
}

const minute = 60_000

/** ISO 8601 as the clocks of the zone say, with how far they are ahead of UTC. */
export const instantText = (instant: Instant, zone: Zone = utc): string => {
  const ahead = zone.offset(instant)
  const wall = new Date(instant + ahead).toISOString().slice(0, 19)
  if (ahead === 0) return `${wall}Z`
  const minutes = Math.abs(Math.round(ahead / minute))
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60].map(part => String(part).padStart(2, '0'))
  return `${wall}${ahead < 0 ? '-' : '+'}${hours}:${rest}`
}

/** What every line has beside its names. */
export const sumNames = [
  'requests',
  'attempts',
  'failures',
  'inputTokens',
  'cachedTokens',
  'outputTokens',
  'unpriced',
] as const
type Sum = (typeof sumNames)[number] | 'cost'
export type ReportSums = Readonly<Record<Sum, number>>

const none: ReportSums = {
  requests: 0,
  attempts: 0,
  failures: 0,
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  unpriced: 0,
  cost: 0,
}

/** Both together; whole numbers, so that nothing is lost. */
export const sumOf = (left: ReportSums, right: ReportSums): ReportSums => ({
  requests: left.requests + right.requests,
  attempts: left.attempts + right.attempts,
  failures: left.failures + right.failures,
  inputTokens: left.inputTokens + right.inputTokens,
  cachedTokens: left.cachedTokens + right.cachedTokens,
  outputTokens: left.outputTokens + right.outputTokens,
  unpriced: left.unpriced + right.unpriced,
  cost: left.cost + right.cost,
})
export const noUsage = none

const sumsView = (sums: ReportSums): Readonly<Record<string, number | string>> => ({
  ...Object.fromEntries(sumNames.map(name => [name, sums[name]])),
  usd: usdText(sums.cost),
})

/** A line with plain names. */
export const lineView = (line: UsageLine, zone?: Zone): Readonly<Record<string, number | string>> => ({
  from: instantText(line.hour, zone),
  ...line.names,
  ...sumsView(line),
})

/** What a spreadsheet would take for a formula, in whatever width it is written. */
const formula = /^[\s\p{Cc}]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]|^[\t\r\n]/u

/** A field as RFC 4180 has it, always in quotes; text that a spreadsheet would carry out begins with an apostrophe. */
export const csvField = (value: number | string): string => {
  const text = String(value)
  const safe = typeof value === 'string' && formula.test(text) ? `'${text}` : text
  return `"${safe.replaceAll('"', '""')}"`
}

const csvLine = (values: readonly (number | string)[]): string => `${values.map(csvField).join(',')}\r\n`

/** How the pieces of a report are put together. */
interface Form {
  readonly head: string
  /** `place` counts from 0. */
  line(line: UsageLine, place: number): string
  total(sums: ReportSums): string
  /** Follows the last line, or the sums. */
  foot(hasTotal: boolean): string
}

const csvForm = ({ by, zone }: ReportOptions): Form => {
  const values = (view: Readonly<Record<string, number | string>>) =>
    ['from', ...by, ...sumNames, 'usd'].map(column => view[column] ?? '')
  return {
    head: csvLine(['from', ...by, ...sumNames, 'usd']),
    line: line => csvLine(values(lineView(line, zone))),
    total: sums => csvLine(values({ from: 'total', ...sumsView(sums) })),
    foot: () => '',
  }
}

const linesForm = ({ zone }: ReportOptions): Form => ({
  head: '',
  line: line => `${JSON.stringify(lineView(line, zone))}\n`,
  total: sums => `${JSON.stringify({ total: sumsView(sums) })}\n`,
  foot: () => '',
})

const jsonForm = ({ zone }: ReportOptions): Form => ({
  head: '{"data":[',
  line: (line, place) => `${place === 0 ? '' : ','}\n${JSON.stringify(lineView(line, zone))}`,
  total: sums => `\n],"total":${JSON.stringify(sumsView(sums))}}\n`,
  foot: hasTotal => (hasTotal ? '' : '\n]}\n'),
})

const forms: Readonly<Record<ReportFormat, (options: ReportOptions) => Form>> = {
  csv: csvForm,
  json: jsonForm,
  jsonl: linesForm,
}

/** What a report's text is called where it is sent. */
export const mediaTypes: Readonly<Record<ReportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  jsonl: 'application/x-ndjson',
}

/** A piece is handed on when it has so many characters. */
const pieceSize = 16_384

/** The report in pieces. No line is asked for before the piece that it belongs to is: whoever reads slowly is not run over. */
export async function* reportText(lines: AsyncIterable<UsageLine>, options: ReportOptions): AsyncGenerator<string> {
  const form = forms[options.format](options)
  const hasTotal = options.total === true
  let piece = form.head
  let [sums, place] = [none, 0]
  for await (const line of lines) {
    piece += form.line(line, place)
    place += 1
    if (hasTotal) sums = sumOf(sums, line)
    if (piece.length < pieceSize) continue
    yield piece
    piece = ''
  }
  if (hasTotal) piece += form.total(sums)
  piece += form.foot(hasTotal)
  if (piece !== '') yield piece
}
