/** A drive as a picture: share per model, right answers, cost against always asking the best, fallbacks. */
import Table from 'cli-table3'
import type { Driven } from './drive.ts'

interface Row {
  readonly name: string
  requests: number
  right: number
  usd: number
  /** Requests that came here because another had failed. */
  fallbacks: number
}

const rowsOf = (driven: readonly Driven[], name: (one: Driven) => string): readonly Row[] => {
  const rows = new Map<string, Row>()
  for (const one of driven) {
    const key = name(one)
    const row = rows.get(key) ?? { name: key, requests: 0, right: 0, usd: 0, fallbacks: 0 }
    rows.set(key, row)
    row.requests++
    row.usd += one.usd
    if (one.isRight) row.right++
    if (one.fallback !== undefined) row.fallbacks++
  }
  return [...rows.values()].sort((left, right) => right.requests - left.requests || (left.name < right.name ? -1 : 1))
}

const percent = (part: number, whole: number): string => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`)
const dollars = (usd: number): string => `$${usd.toFixed(4)}`
const barWidth = 20
const bar = (share: number): string => '█'.repeat(Math.round(share * barWidth)).padEnd(barWidth, '·')

const plain = { head: [], border: [] }
/** No lines between rows. */
const open = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' }
const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const table = new Table({
    head: [...head],
    style: plain,
    chars: open,
    colAligns: ['left', 'left', ...head.slice(2).map(() => 'right' as const)],
  })
  for (const row of rows) table.push([...row])
  return table.toString()
}

const nobody = 'nobody answered'

const byModel = (driven: readonly Driven[]): string =>
  tableOf(
    ['model', 'share', 'requests', 'right', 'cost', 'fallbacks'],
    rowsOf(driven, one => one.model ?? nobody).map(({ name, requests, right, usd, fallbacks }) => [
      name,
      `${bar(requests / driven.length)} ${percent(requests, driven.length)}`,
      String(requests),
      percent(right, requests),
      dollars(usd),
      String(fallbacks),
    ]),
  )

const sum = (driven: readonly Driven[], of: (one: Driven) => number): number =>
  driven.reduce((total, one) => total + of(one), 0)

const nearest = (sorted: readonly number[], share: number): string =>
  `${Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0)} ms`

/** How soon streams began; nothing where none was asked for. */
const beginnings = (driven: readonly Driven[]): readonly string[] => {
  const times = driven.flatMap(({ firstContent }) => firstContent ?? []).toSorted((left, right) => left - right)
  if (times.length === 0) return []
  const told = [0.5, 0.95, 0.99].map(share => `p${100 * share} ${nearest(times, share)}`)
  return [`first content   ${told.join(', ')}`]
}

/** The whole drive against one model for everything. */
const against = (driven: readonly Driven[], best: string): readonly string[] => {
  const usd = sum(driven, one => one.usd)
  const bestUsd = sum(driven, one => one.best?.usd ?? 0)
  const right = sum(driven, one => Number(one.isRight))
  const bestRight = sum(driven, one => Number(one.best?.isRight ?? false))
  const fallbacks = driven.filter(one => one.fallback !== undefined)
  const reasons = [...new Set(fallbacks.map(one => one.fallback))].join(', ')
  const failed = driven.filter(one => one.error !== undefined)
  // Whom nobody failed and who was asked of more than one anyway.
  const raced = driven.filter(one => one.attempts > 1 && one.fallback === undefined)
  const share = bestUsd === 0 ? '' : ` (${percent(usd, bestUsd)} of it)`
  return [
    `right answers   ${percent(right, driven.length)}, always ${best}: ${percent(bestRight, driven.length)}`,
    `cost            ${dollars(usd)}, always ${best}: ${dollars(bestUsd)}${share}`,
    ...beginnings(driven),
    ...(raced.length === 0 ? [] : [`asked of two    ${raced.length}, the losers' cost included`]),
    `fallbacks       ${fallbacks.length}${reasons === '' ? '' : ` (${reasons})`}`,
    `unanswered      ${failed.length}${failed[0]?.error === undefined ? '' : `, the first: ${failed[0].error}`}`,
  ]
}

/** What is drawn while a drive goes on, and at its end. `total` prompts are to be sent. */
export const picture = (driven: readonly Driven[], total: number, best: string): string =>
  [
    `${driven.length} of ${total} recorded prompts`,
    ...(driven.length === 0 ? [] : [byModel(driven), ...against(driven, best)]),
  ].join('\n')
