/** Why limits do not let a request through, in words, and when to ask again. */
import type { Candidate } from '../domain/deployment.ts'
import type { Failure } from '../domain/failure.ts'
import type { Limit, Measure } from '../domain/limit.ts'
import { millis } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import { dollars } from '../routing/wording.ts'
import type { Lack } from './prospect.ts'

const names: Readonly<Record<Exclude<Measure, 'usd'>, string>> = {
  tokens: 'tokens',
  'input-tokens': 'input tokens',
  'output-tokens': 'output tokens',
  requests: 'requests',
  concurrent: 'requests at the same time',
}

const said = ({ measure }: Limit, amount: number): string =>
  measure === 'usd' ? dollars(amount) : `${amount} ${names[measure]}`

const whose = ({ level, of }: Limit): string => `${level} "${of}"`

const span = ({ per, window, measure }: Limit): string => {
  if (measure === 'concurrent') return ''
  if (per === 'total') return ' in all'
  return window === 'rolling' ? ` in a ${per}` : ` this ${per}`
}

const until = (at: Instant | undefined): string =>
  at === undefined || !Number.isFinite(at) || Math.abs(at) > 8.64e15 ? '' : ` until ${new Date(at).toISOString()}`

/** Soon: somebody else's request under way may use less than is held for it. */
const soon = millis(1_000)

/** Something would be left if nothing were held by others. */
const isOnlyHeld = ({ stake: { claim }, balance }: Lack): boolean => balance.reserved > 0 && balance.used < claim.cap

const waitFor = (short: Lack, now: Instant): Failure['retryAfter'] => {
  if (short.stake.limit.measure === 'concurrent' || isOnlyHeld(short)) return soon
  const { resetsAt } = short.balance
  if (resetsAt === undefined || short.stake.claim.amount > short.stake.claim.cap) return undefined
  return millis(Math.max(1, resetsAt - now))
}

const words = (short: Lack): string => {
  const { stake, balance } = short
  const { limit, claim } = stake
  const held = balance.reserved > 0 ? ` and ${said(limit, balance.reserved)} held by requests under way` : ''
  const used =
    limit.measure === 'concurrent' ? `${balance.reserved} are under way` : `${said(limit, balance.used)} used${held}`
  const what = limit.kind === 'rate' ? 'the rate limit' : 'the budget'
  return `${what} of ${whose(limit)} is ${said(limit, claim.cap)}${span(limit)}: ${used}${until(balance.resetsAt)}`
}

const needs = ({ stake: { limit, claim } }: Lack, candidate: Candidate | undefined): string => {
  if (limit.measure === 'requests' || limit.measure === 'concurrent') return ''
  const where = candidate === undefined ? '' : ` with ${candidate.provider}/${candidate.model}`
  const advice = limit.measure === 'input-tokens' ? '' : '; a smaller limit of output tokens needs less'
  return `; this request may need ${said(limit, claim.amount)}${where}${advice}`
}

const longest = (waits: readonly Failure['retryAfter'][]): Failure['retryAfter'] =>
  waits.includes(undefined) ? undefined : millis(Math.max(...waits.filter(wait => wait !== undefined)))

/** The failure of whoever finds no room; a rate limit goes before a budget, since it passes by itself. */
export const shortage = (
  shorts: readonly [Lack, ...Lack[]],
  now: Instant,
  candidate: Candidate | undefined,
): Failure => {
  const first = shorts.find(({ stake }) => stake.limit.kind === 'rate') ?? shorts[0]
  const retryAfter = longest(shorts.map(short => waitFor(short, now)))
  return {
    kind: first.stake.limit.kind === 'rate' ? 'rate-limited' : 'over-budget',
    message: words(first) + needs(first, candidate),
    ...(retryAfter !== undefined && { retryAfter }),
  }
}
