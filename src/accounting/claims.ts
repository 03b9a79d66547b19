/** What one request, and each of its attempts, needs of which limits. */
import { capOf, windowOf } from './windows.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { Claim, Level, Limit, Window } from '../domain/limit.ts'
import type { ModelRequest } from '../domain/request.ts'
import type { LimitBook } from '../domain/tenancy.ts'
import type { Instant, MicroUsd } from '../domain/units.ts'

/** A claim with the limit that it is made of. */
export interface Stake {
  readonly limit: Limit
  readonly claim: Claim
}

/** What an attempt can come to: by worst for budgets, by what is expected for rates. */
export interface Amounts {
  readonly usd: MicroUsd
  readonly input: number
  readonly output: number
  readonly expectedInput: number
  readonly expectedOutput: number
}

/** Whose use is limited. */
export type Subject = readonly [level: Level, name: string]

const add = (subjects: Subject[], level: Level, name: string | undefined): void => {
  if (name !== undefined && name !== '') subjects.push([level, name])
}

/** Whose limits hold for this request, whoever serves it, the widest first. */
export const subjectsOf = (
  { caller, wishes, endUser, metadata }: ModelRequest,
  pool: string | undefined,
  { tags }: LimitBook,
): readonly Subject[] => {
  const subjects: Subject[] = []
  add(subjects, 'organisation', caller.organisation)
  add(subjects, 'team', caller.team)
  add(subjects, 'user', caller.user ?? endUser)
  add(subjects, 'key', caller.key)
  add(subjects, 'pool', pool)
  for (const name of tags) {
    const value = wishes.tags[name] ?? metadata?.[name]
    if (value !== undefined) add(subjects, 'tag', `${name}=${value}`)
  }
  add(subjects, 'run', wishes.run)
  return subjects
}

/** Whose limits hold because of who is asked. */
const subjectsAt = ({ provider, model }: Candidate): readonly Subject[] => [
  ['provider', provider],
  ['model', model],
  ['model', `${provider}/${model}`],
]

/** A limit's window is the same until it ends, and to find it in a zone costs more than all the rest. */
const windows = new WeakMap<Limit, { readonly window: Window; readonly from: number; readonly until: number }>()

const windowAt = (limit: Limit, now: Instant): Window => {
  const known = windows.get(limit)
  if (known !== undefined && now >= known.from && now < known.until) return known.window
  const window = windowOf(limit, now)
  const [from, until] = window.kind === 'calendar' ? [window.start, window.end] : [-Infinity, Infinity]
  windows.set(limit, { window, from, until })
  return window
}

const stakeOf = (limit: Limit, amount: number, now: Instant): Stake => ({
  limit,
  claim: { meter: limit.id, window: windowAt(limit, now), cap: capOf(limit, now), amount },
})

/** Counted once for a request, however many are asked. */
const isOfRequest = ({ measure }: Limit): boolean => measure === 'requests' || measure === 'concurrent'

/** What the request as a whole needs: to be one of so many. */
export const requestStakes = (subjects: readonly Subject[], book: LimitBook, now: Instant): readonly Stake[] =>
  subjects.flatMap(([level, name]) =>
    book
      .of(level, name)
      .filter(isOfRequest)
      .map(limit => stakeOf(limit, 1, now)),
  )

/** A paid request needs something to be left, however little it may come to. */
const least = 1

const amountOf = ({ measure, kind }: Limit, amounts: Amounts): number => {
  const isRate = kind === 'rate'
  const input = isRate ? amounts.expectedInput : amounts.input
  const output = isRate ? amounts.expectedOutput : amounts.output
  switch (measure) {
    case 'usd':
      return Math.max(least, amounts.usd)
    case 'tokens':
      return Math.max(least, input + output)
    case 'input-tokens':
      return Math.max(least, input)
    case 'output-tokens':
      return output
    default:
      return 1
  }
}

/** What one attempt needs: money and tokens of whoever asks, and of whom it is asked of, also to be one of so many. */
export const attemptStakes = (
  subjects: readonly Subject[],
  candidate: Candidate,
  { book, amounts, now }: { readonly book: LimitBook; readonly amounts: Amounts; readonly now: Instant },
): readonly Stake[] => {
  const own = subjects.flatMap(([level, name]) => book.of(level, name).filter(limit => !isOfRequest(limit)))
  const there = subjectsAt(candidate).flatMap(([level, name]) => book.of(level, name))
  return [...own, ...there].map(limit => stakeOf(limit, amountOf(limit, amounts), now))
}

/** The budgets in dollars of whoever asks. */
export const moneyStakes = (subjects: readonly Subject[], book: LimitBook, now: Instant): readonly Stake[] =>
  subjects.flatMap(([level, name]) =>
    book
      .of(level, name)
      .filter(({ measure, kind }) => measure === 'usd' && kind === 'budget')
      .map(limit => stakeOf(limit, 0, now)),
  )

/** What was really used of a claim. */
export const usedOf = (
  { limit: { measure } }: Stake,
  used: { readonly usd: number; readonly input: number; readonly output: number },
): number => {
  switch (measure) {
    case 'usd':
      return used.usd
    case 'tokens':
      return used.input + used.output
    case 'input-tokens':
      return used.input
    case 'output-tokens':
      return used.output
    case 'requests':
      return 1
    case 'concurrent':
      return 0
  }
}
