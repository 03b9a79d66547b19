/** Measures of several seeds as a table: the mean, and how far the seeds lie apart. */
import type { Column } from './drill.ts'
import type { Measures } from './measure.ts'

const percent = (value: number): string => `${(100 * value).toFixed(value < 0.0995 && value > 0 ? 2 : 1)} %`
const time = (value: number): string => (value < 9_950 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`)
const seconds = (value: number): string => `${Math.round(value)} s`
const plain =
  (digits: number) =>
  (value: number): string =>
    value.toFixed(digits)

/** What stands above each column, and how its values are written. */
export const columns: Readonly<Record<Column, readonly [head: string, write: (value: number) => string]>> = {
  errors: ['errors', percent],
  errorsAfter: ['errors of the minute after', percent],
  rescued: ['rescued', percent],
  firstP50: ['first token p50', time],
  firstP95: ['p95', time],
  firstP99: ['p99', time],
  wholeP99: ['whole p99', time],
  cost: ['$ per 1,000', plain(3)],
  quality: ['right', percent],
  qualityAfter: ['right while ill', percent],
  switches: ['switches a minute', plain(2)],
  evacuated: ['left after', seconds],
  returned: ['back after', seconds],
  peakLoad: ['most at one survivor', plain(0)],
  calls: ['calls a request', plain(3)],
  callsWorst: ['worst 10 s', plain(2)],
  extra: ['spent on others', percent],
  othersErrors: ["others' errors", percent],
  othersFirstP99: ["others' p99", time],
  noisyFirstP99: ["noisy one's p99", time],
  kept: ["others' sessions that stayed", percent],
  noisyTop: ['noisy one at one provider', percent],
}

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length

/** `212 ms ±9`: half of the distance between the highest and the lowest seed, where there is one. */
const cell = (column: Column, runs: readonly Measures[]): string => {
  const [, write] = columns[column]
  const values = runs.map(run => run[column]).filter(value => value !== undefined)
  if (values.length === 0) return '–'
  if (values.some(value => value === Infinity))
    return values.every(value => value === Infinity) ? 'never' : 'not always'
  const spread = (Math.max(...values) - Math.min(...values)) / 2
  const told = write(mean(values))
  const apart = write(spread)
  return Number.parseFloat(apart) === 0 ? told : `${told} ±${apart.replace(/ (?:%|ms|s)$/, '')}`
}

/** The rows of a Markdown table, one for each contender. */
export const tableOf = (wanted: readonly Column[], results: ReadonlyMap<string, readonly Measures[]>): string => {
  const heads = ['', ...wanted.map(column => columns[column][0])]
  const rows = [...results].map(([name, runs]) => {
    const label = name.startsWith('Signalbox') ? `**${name}**` : name
    return [label, ...wanted.map(column => cell(column, runs))]
  })
  return [heads, heads.map((_, place) => (place === 0 ? '---' : '---:')), ...rows]
    .map(row => `| ${row.join(' | ')} |`)
    .join('\n')
}
