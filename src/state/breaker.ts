/** Closed, open, half-open: a pure machine. */
import type { Failure } from '../domain/failure.ts'
import { fingerprint } from '../domain/fingerprint.ts'
import type { Instant, Millis } from '../domain/units.ts'
import type { Tally } from './outcome-window.ts'

export interface BreakerSettings {
  /** Blamed failures in a row that open it. */
  readonly failuresInRow: number
  /** Above this share of blamed failures in the window it opens, ... */
  readonly failureShare: number
  /** ... once so many attempts were counted. */
  readonly leastCalls: number
  /** How long it stays open the first time; doubled each time it opens again. */
  readonly firstRest: Millis
  readonly longestRest: Millis
  /** A provider's own `Retry-After` wins over our time, up to this. */
  readonly longestToldRest: Millis
  /** Up to this share is taken off each rest, by the seed, so that not everybody comes back in the same instant. */
  readonly jitter: number
  /** Good probes in a row that close it. */
  readonly probesToClose: number
  /** After this a probe that has not ended no longer bars the next. */
  readonly longestProbe: Millis
  /** Opening again within this after closing goes on doubling; after it, the count starts anew. */
  readonly relapseWithin: Millis
}

export const breakerSettings: BreakerSettings = {
  failuresInRow: 5,
  failureShare: 0.5,
  leastCalls: 20,
  firstRest: 5_000 as Millis,
  longestRest: 120_000 as Millis,
  longestToldRest: 3_600_000 as Millis,
  jitter: 0.2,
  probesToClose: 3,
  longestProbe: 30_000 as Millis,
  relapseWithin: 60_000 as Millis,
}

export interface ClosedBreaker {
  readonly state: 'closed'
  /** When it closed; results of attempts that started before are of another time and count no more. */
  readonly since: Instant
  readonly inRow: number
  /** How often it had opened in a row before it closed. */
  readonly openings: number
}
export interface OpenBreaker {
  readonly state: 'open'
  readonly since: Instant
  readonly until: Instant
  /** `until` is the provider's own word. */
  readonly isTold: boolean
  readonly openings: number
  readonly why: string
}
export interface HalfOpenBreaker {
  readonly state: 'half-open'
  readonly since: Instant
  /** When it opened. Who was asked after that all the same, as a last resort, tells as much by a good answer as a probe. */
  readonly opened: Instant
  readonly openings: number
  readonly why: string
  /** Good probes so far. */
  readonly good: number
  /** When the probe that is out started. */
  readonly probe?: Instant
}
export type Breaker = ClosedBreaker | OpenBreaker | HalfOpenBreaker

export const newBreaker: Breaker = { state: 'closed', since: -Infinity as Instant, inRow: 0, openings: 0 }

/** How an attempt ended, as far as a breaker cares. */
export interface Result {
  readonly startedAt: Instant
  readonly at: Instant
  /** It was sent out as a probe. */
  readonly isProbe: boolean
  /** `neither`: nobody's fault, or not this deployment's. */
  readonly verdict: 'good' | 'bad' | 'neither'
  readonly failure?: Failure | undefined
}
/** What a breaker goes by, beside the result. */
export interface BreakerRules {
  readonly settings: BreakerSettings
  /** Where its jitter comes from. */
  readonly seed: string
  /** What the window holds, this result included. */
  tally(now: Instant): Tally
}

/** What it is at this moment: open until its time has passed; a probe that takes too long bars nobody. */
export const breakerAt = (breaker: Breaker, now: Instant, { longestProbe }: BreakerSettings): Breaker => {
  if (breaker.state === 'open' && now >= breaker.until) {
    const { openings, why, until, since } = breaker
    return { state: 'half-open', since: until, opened: since, openings, why, good: 0 }
  }
  if (breaker.state === 'half-open' && breaker.probe !== undefined && now >= breaker.probe + longestProbe) {
    const { probe: _probe, ...rest } = breaker
    return rest
  }
  return breaker
}

/** An attempt starts: if half-open with no probe out, this one is the probe, and another breaker than `breakerAt` gives is returned. */
export const breakerStarted = (breaker: Breaker, at: Instant, settings: BreakerSettings): Breaker => {
  const current = breakerAt(breaker, at, settings)
  return current.state === 'half-open' && current.probe === undefined ? { ...current, probe: at } : current
}

const told = ({ failure }: Result, { longestToldRest }: BreakerSettings): number =>
  Math.min(longestToldRest, Math.max(0, failure?.retryAfter ?? 0))
const kindOf = ({ failure }: Result): string => failure?.kind ?? 'unknown'

const restOf = (openings: number, { settings, seed }: BreakerRules): number => {
  const { firstRest, longestRest, jitter } = settings
  const whole = Math.min(longestRest, firstRest * 2 ** (openings - 1))
  const draw = Number.parseInt(fingerprint([seed, openings]).slice(0, 8), 16) / 2 ** 32
  return whole * (1 - jitter * draw)
}

const open = (openings: number, why: string, result: Result, rules: BreakerRules): OpenBreaker => {
  const { at } = result
  const wait = told(result, rules.settings)
  const rest = wait || restOf(openings, rules)
  return { state: 'open', since: at, until: (at + rest) as Instant, isTold: wait > 0, openings, why }
}

const whyClosedOpens = (inRow: number, result: Result, rules: BreakerRules): string | undefined => {
  const { failuresInRow, failureShare, leastCalls } = rules.settings
  if (inRow >= failuresInRow) return `${inRow} failures in a row, the last ${kindOf(result)}`
  const { calls, blamed } = rules.tally(result.at)
  const isOver = calls >= leastCalls && blamed > calls * failureShare
  return isOver ? `${blamed} of ${calls} attempts failed, the last ${kindOf(result)}` : undefined
}

const endedClosed = (breaker: ClosedBreaker, result: Result, rules: BreakerRules): Breaker => {
  if (result.verdict === 'neither' || result.startedAt < breaker.since) return breaker
  if (result.verdict === 'good') return breaker.inRow === 0 ? breaker : { ...breaker, inRow: 0 }
  const inRow = breaker.inRow + 1
  const why = whyClosedOpens(inRow, result, rules)
  if (why === undefined) return { ...breaker, inRow }
  const isRelapse = breaker.openings > 0 && result.at - breaker.since < rules.settings.relapseWithin
  return open(isRelapse ? breaker.openings + 1 : 1, why, result, rules)
}

const counted = (good: number, before: HalfOpenBreaker, at: Instant, { settings }: BreakerRules): Breaker =>
  good < settings.probesToClose
    ? { ...before, good }
    : { state: 'closed', since: at, inRow: 0, openings: before.openings }

/**
 * Whoever ends well and started after it opened was asked as a last resort and has proved that it answers again. One
 * that failed tells nothing new: many may be under way there at once, and if each of them doubled the rest, one outage
 * would count as twenty; what happens next is for the probe to find out. Only a provider's wish to wait longer counts.
 */
const endedOpen = (breaker: OpenBreaker, result: Result, rules: BreakerRules): Breaker => {
  const { at, verdict, startedAt } = result
  if (verdict === 'good' && startedAt > breaker.since) {
    const { openings, why, since } = breaker
    return counted(1, { state: 'half-open', since: at, opened: since, openings, why, good: 0 }, at, rules)
  }
  if (verdict !== 'bad') return breaker
  const until = (at + told(result, rules.settings)) as Instant
  return until > breaker.until ? { ...breaker, until, isTold: true } : breaker
}

/** Of those that are no probes only what is good counts, or a provider's wish to wait. */
const endedBeside = (breaker: HalfOpenBreaker, result: Result, rules: BreakerRules): Breaker => {
  if (result.startedAt <= breaker.opened) return breaker
  if (result.verdict === 'good') return counted(breaker.good + 1, breaker, result.at, rules)
  const isTold = result.verdict === 'bad' && told(result, rules.settings) > 0
  return isTold ? open(breaker.openings, `it failed again: ${kindOf(result)}`, result, rules) : breaker
}

/** Only probes of this time count as such, those that took too long included. */
const endedHalfOpen = (breaker: HalfOpenBreaker, result: Result, rules: BreakerRules): Breaker => {
  if (!result.isProbe || result.startedAt < breaker.since) return endedBeside(breaker, result, rules)
  if (result.verdict === 'bad') {
    return open(breaker.openings + 1, `a probe failed: ${kindOf(result)}`, result, rules)
  }
  const { probe, ...free } = breaker
  const rest: HalfOpenBreaker = probe === undefined || probe === result.startedAt ? free : breaker
  return result.verdict === 'neither' ? rest : counted(breaker.good + 1, rest, result.at, rules)
}

/** An attempt has ended. Late results of attempts from before it opened or closed change nothing. */
export const breakerEnded = (breaker: Breaker, result: Result, rules: BreakerRules): Breaker => {
  const current = breakerAt(breaker, result.at, rules.settings)
  switch (current.state) {
    case 'closed':
      return endedClosed(current, result, rules)
    case 'open':
      return endedOpen(current, result, rules)
    case 'half-open':
      return endedHalfOpen(current, result, rules)
  }
}
