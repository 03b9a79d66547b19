/** Rows of usage to the lines of a report: summed up by the names and stretches of time that were asked for. */
import { windowOf } from '../accounting/windows.ts'
import type { Instant, MicroUsd } from '../domain/units.ts'
import type { Dimension, UsageLine, UsageQuery, UsageRow } from '../ports/usage.ts'

export const hourLength = 3_600_000

/** What is summed up. */
export const sums = [
  'requests',
  'attempts',
  'failures',
  'inputTokens',
  'cachedTokens',
  'outputTokens',
  'cost',
  'unpriced',
] as const
export type Sums = Pick<UsageRow, (typeof sums)[number]>

export const noSums: Sums = {
  requests: 0,
  attempts: 0,
  failures: 0,
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  cost: 0 as MicroUsd,
  unpriced: 0,
}

/** Both together. */
export const added = (left: Sums, right: Sums): Sums => ({
  requests: left.requests + right.requests,
  attempts: left.attempts + right.attempts,
  failures: left.failures + right.failures,
  inputTokens: left.inputTokens + right.inputTokens,
  cachedTokens: left.cachedTokens + right.cachedTokens,
  outputTokens: left.outputTokens + right.outputTokens,
  cost: (left.cost + right.cost) as MicroUsd,
  unpriced: left.unpriced + right.unpriced,
})

/** The same text for the same names, in whatever order; a name that is '' counts as absent. */
export const namesText = (names: UsageRow['names']): string =>
  JSON.stringify(
    Object.entries(names)
      .filter(([, name]) => name !== '')
      .sort(([left], [right]) => (left < right ? -1 : 1)),
  )

/** The names that a text was made of. */
export const namesIn = (text: string): UsageRow['names'] =>
  Object.fromEntries(JSON.parse(text) as readonly (readonly [Dimension, string])[])

/** Throws where rows could not be summed up exactly. */
export const checkBatch = (batch: string, rows: readonly UsageRow[]): void => {
  if (batch === '') throw new RangeError('a batch of usage needs a name of its own')
  for (const row of rows) {
    if (!Number.isInteger(row.hour / hourLength)) {
      throw new RangeError(`usage of ${row.hour}: the beginning of an hour, in milliseconds, would be right`)
    }
    const wrong = sums.find(one => !Number.isSafeInteger(row[one]) || row[one] < 0)
    if (wrong !== undefined) throw new RangeError(`usage: ${wrong} is ${row[wrong]}; an integer of 0 or more is right`)
  }
}

/** Where the stretch of time begins to which an hour belongs. */
const stretchOf = ({ every, zone, from }: UsageQuery) => {
  if (every === 'total') return (): Instant => from
  if (every === 'hour') return (hour: Instant): Instant => hour
  const limit = { measure: 'usd', per: every, window: 'calendar', ...(zone !== undefined && { zone }) } as const
  return (hour: Instant): Instant => {
    const window = windowOf(limit, hour)
    return window.kind === 'calendar' ? window.start : hour
  }
}

const isWanted = ({ where = {} }: UsageQuery) => {
  const tests = (Object.entries(where) as [Dimension, readonly string[]][]).map(
    ([dimension, names]) => [dimension, new Set(names)] as const,
  )
  return ({ names }: UsageRow): boolean => tests.every(([dimension, allowed]) => allowed.has(names[dimension] ?? ''))
}

interface Group {
  readonly names: readonly string[]
  sums: Sums
}

const before = (left: Group, right: Group): number => {
  for (const [place, name] of left.names.entries()) {
    const other = right.names[place] ?? ''
    if (name !== other) return name < other ? -1 : 1
  }
  return 0
}

/** The groups of one stretch of time. */
class Stretch {
  readonly #by: readonly Dimension[]
  readonly #groups = new Map<string, Group>()

  constructor(by: readonly Dimension[]) {
    this.#by = by
  }

  add(row: UsageRow): void {
    const names = this.#by.map(dimension => row.names[dimension] ?? '')
    const key = JSON.stringify(names)
    const group = this.#groups.get(key)
    if (group === undefined) this.#groups.set(key, { names, sums: added(noSums, row) })
    else group.sums = added(group.sums, row)
  }

  *lines(hour: Instant): Generator<UsageLine> {
    for (const group of [...this.#groups.values()].sort(before)) {
      const names = Object.fromEntries(this.#by.map((dimension, place) => [dimension, group.names[place] ?? '']))
      yield { hour, names, ...group.sums }
    }
  }
}

/** The lines of a report, of rows that come in the order of their hours. What is held at a time is one stretch of it. */
export async function* usageLines(
  query: UsageQuery,
  pages: AsyncIterable<readonly UsageRow[]>,
): AsyncGenerator<UsageLine> {
  const startOf = stretchOf(query)
  const wanted = isWanted(query)
  let open: { readonly start: Instant; readonly hours: Stretch } | undefined
  for await (const page of pages) {
    for (const row of page) {
      if (!wanted(row)) continue
      const start = open !== undefined && query.every === 'total' ? open.start : startOf(row.hour)
      if (open !== undefined && open.start !== start) {
        yield* open.hours.lines(open.start)
        open = undefined
      }
      open ??= { start, hours: new Stretch(query.by) }
      open.hours.add(row)
    }
  }
  if (open !== undefined) yield* open.hours.lines(open.start)
}
