/** Budgets and rate limits of an entry, as a file or the admin API has it, to Limits. */
import type { Level, Limit, Measure, Period } from '../domain/limit.ts'
import type { Instant } from '../domain/units.ts'
import { findZone } from '../domain/zone.ts'
import { didYouMean } from '../domain/nearest.ts'
import { errorAt } from './finding.ts'
import type { Doubt, Path } from './finding.ts'
import type { BudgetEntry, LimitingEntry } from './schema-tenancy.ts'

type Amounts = Pick<BudgetEntry, 'usd' | 'tokens' | 'inputTokens' | 'outputTokens' | 'requests'>

const measures: readonly (readonly [keyof Amounts, Measure])[] = [
  ['usd', 'usd'],
  ['tokens', 'tokens'],
  ['inputTokens', 'input-tokens'],
  ['outputTokens', 'output-tokens'],
  ['requests', 'requests'],
]

/** Money in whole millionths. */
const amountOf = (name: keyof Amounts, value: number): number =>
  name === 'usd' ? Math.round(value * 1_000_000) : value

/** The only amount that is named; undefined, with a doubt, where it is none or several. */
const only = (given: Amounts, path: Path, doubts: Doubt[]): readonly [Measure, number] | undefined => {
  const found = measures.flatMap(([name, measure]): readonly (readonly [Measure, number])[] => {
    const value = given[name]
    return value === undefined ? [] : [[measure, amountOf(name, value)]]
  })
  const [first] = found
  if (found.length === 1) return first
  const names = measures.map(([name]) => name).join(', ')
  const says = found.length === 0 ? 'an amount is missing' : 'there are several amounts; write a budget for each'
  doubts.push(errorAt(path, `${says}: write one of ${names}`))
  return undefined
}

const zoneIsKnown = (zone: string | undefined, path: Path, doubts: Doubt[]): boolean => {
  if (zone === undefined || findZone(zone) !== undefined) return true
  const meant = didYouMean(zone, ['UTC', ...Intl.supportedValuesOf('timeZone')])
  doubts.push(
    errorAt([...path, 'zone'], `no time zone "${zone}"${meant} (write one of IANA's names, such as Europe/Berlin)`),
  )
  return false
}

const overrideOf = (
  { override }: BudgetEntry,
  measure: Measure,
  path: Path,
  doubts: Doubt[],
): Pick<Limit, 'override'> => {
  if (override === undefined) return {}
  const given = only(override, path, doubts)
  if (given === undefined) return {}
  if (given[0] !== measure) {
    doubts.push(errorAt(path, 'an override has the measure of its budget'))
    return {}
  }
  const { from, until } = override
  return {
    override: { amount: given[1], until: until as Instant, ...(from !== undefined && { from: from as Instant }) },
  }
}

interface Whose {
  readonly level: Level
  readonly of: string
  readonly path: Path
  readonly doubts: Doubt[]
}

const budgetLimit = (entry: BudgetEntry, path: Path, { level, of, doubts }: Whose): Limit | undefined => {
  const given = only(entry, path, doubts)
  if (given === undefined || !zoneIsKnown(entry.zone, path, doubts)) return undefined
  const [measure, amount] = given
  const isShort = entry.per === 'minute' || entry.per === 'hour'
  const window = entry.window ?? (isShort ? 'rolling' : 'calendar')
  return {
    id: `${level}:${of} ${measure} ${entry.per}${window === 'rolling' ? ' rolling' : ''}`,
    level,
    of,
    measure,
    amount,
    per: entry.per,
    window,
    ...(entry.zone !== undefined && { zone: entry.zone }),
    hard: entry.hard ?? true,
    soft: [...(entry.soft ?? [])].sort((left, right) => left - right),
    ...overrideOf(entry, measure, [...path, 'override'], doubts),
    kind: 'budget',
  }
}

type Rates = NonNullable<LimitingEntry['limits']>
const units: readonly (readonly [string, Measure])[] = [
  ['r', 'requests'],
  ['t', 'tokens'],
  ['it', 'input-tokens'],
  ['ot', 'output-tokens'],
]
const periods: readonly (readonly [string, Period])[] = [
  ['pm', 'minute'],
  ['ph', 'hour'],
  ['pd', 'day'],
]

const rateLimit = (measure: Measure, per: Period, amount: number, { level, of }: Whose): Limit => ({
  id: `${level}:${of} ${measure}${measure === 'concurrent' ? '' : ` ${per} rate`}`,
  level,
  of,
  measure,
  amount,
  per,
  window: 'rolling',
  hard: true,
  soft: [],
  kind: 'rate',
})

const rateLimits = (rates: Rates, whose: Whose): readonly Limit[] => {
  const given: Readonly<Record<string, number | undefined>> = rates
  const found = units.flatMap(([unit, measure]) =>
    periods.flatMap(([suffix, per]) => {
      const amount = given[unit + suffix]
      return amount === undefined ? [] : [rateLimit(measure, per, amount, whose)]
    }),
  )
  const { concurrent } = rates
  return concurrent === undefined ? found : [...found, rateLimit('concurrent', 'total', concurrent, whose)]
}

/** Each with an id of its own, in the order in which they stand. */
const told = (limits: readonly Limit[]): readonly Limit[] => {
  const seen = new Map<string, number>()
  return limits.map(limit => {
    const count = (seen.get(limit.id) ?? 0) + 1
    seen.set(limit.id, count)
    return count === 1 ? limit : { ...limit, id: `${limit.id} ${count}` }
  })
}

/** Everything that limits this subject; what makes no sense is told to `doubts`. */
export const limitsOf = ({ budget, budgets = [], limits }: LimitingEntry, whose: Whose): readonly Limit[] => {
  const { path } = whose
  const all: readonly (readonly [BudgetEntry, Path])[] = [
    ...(budget === undefined ? [] : [[budget, [...path, 'budget']] as const]),
    ...budgets.map((one, place) => [one, [...path, 'budgets', place]] as const),
  ]
  const found = all.flatMap(([entry, at]) => budgetLimit(entry, at, whose) ?? [])
  return told([...found, ...(limits === undefined ? [] : rateLimits(limits, whose))])
}
