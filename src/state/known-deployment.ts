/** All that is known of one deployment right now. */
import { consequences } from '../domain/failure.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { FailureKind } from '../domain/failure.ts'
import type { CredentialId, DeploymentId } from '../domain/ids.ts'
import type { Attempt } from '../domain/outcome.ts'
import { unit } from '../domain/units.ts'
import type { Instant, Millis, Unit } from '../domain/units.ts'
import { breakerAt, breakerEnded, breakerStarted, newBreaker } from './breaker.ts'
import type { Breaker, BreakerRules, BreakerSettings, Result } from './breaker.ts'
import type { Flight } from './flights.ts'
import { QuantileWindow } from './latency.ts'
import { OutcomeWindow } from './outcome-window.ts'
import { countable, leftOfLimit, RateWindow, tighter, ToldLimits } from './rate-window.ts'
import type { Left } from './rate-window.ts'

/** Share of each limit that is left; `resetAt` is when the one with the least left is whole again. */
export interface Headroom {
  readonly requests: Unit
  readonly tokens: Unit
  readonly concurrent: Unit
  readonly resetAt?: Instant
}

export interface KnownOptions {
  readonly window: Millis
  readonly breaker: BreakerSettings
  readonly seed: string
}

const verdictOf = (kind: FailureKind | undefined): Result['verdict'] => {
  if (kind === undefined) return 'good'
  return consequences[kind].blames === 'deployment' ? 'bad' : 'neither'
}

const isOfUpstream = (kind: FailureKind): boolean => {
  const { blames } = consequences[kind]
  return blames === 'deployment' || blames === 'credential'
}

/** How an attempt ended. */
export interface End {
  readonly attempt: Attempt
  readonly streamed: boolean
  /** Undefined if its start was not heard of. */
  readonly flight: Flight | undefined
  readonly at: Instant
}

interface Named {
  readonly id: CredentialId
}

/** Requests without a credential stand under this name. */
const noCredential = '' as CredentialId
const full = unit(1)

export class KnownDeployment {
  /** Time to the first content of streamed answers, in milliseconds. */
  readonly firstToken: QuantileWindow
  /** Time to the end of unstreamed answers, in milliseconds. */
  readonly whole: QuantileWindow
  /** Milliseconds from one token of a streamed answer to the next. */
  readonly perToken: QuantileWindow
  readonly rates = new RateWindow()
  readonly #told = new Map<CredentialId, ToldLimits>()
  readonly #options: KnownOptions
  readonly #rules: BreakerRules
  #outcomes: OutcomeWindow
  #breaker: Breaker = newBreaker
  #inflight = 0
  #lastFailed = false

  constructor(id: DeploymentId, options: KnownOptions) {
    this.#options = options
    this.firstToken = new QuantileWindow(options.window)
    this.whole = new QuantileWindow(options.window)
    this.perToken = new QuantileWindow(options.window)
    this.#outcomes = new OutcomeWindow(options.window)
    this.#rules = {
      settings: options.breaker,
      seed: `${options.seed} ${id}`,
      tally: now => this.#outcomes.tally(now),
    }
  }

  /** The last answer that tells anything was a failure, of the deployment or of a credential there. */
  get lastFailed(): boolean {
    return this.#lastFailed
  }

  get inflight(): number {
    return this.#inflight
  }

  /** Outcomes since the window began, or since the circuit last closed. */
  get outcomes(): OutcomeWindow {
    return this.#outcomes
  }

  breaker(now: Instant): Breaker {
    return breakerAt(this.#breaker, now, this.#options.breaker)
  }

  /** True if the attempt is a probe. */
  start(credential: CredentialId | undefined, tokens: number, at: Instant): boolean {
    this.#inflight++
    this.rates.start(tokens, at)
    this.#told.get(credential ?? noCredential)?.spend(tokens)
    const before = this.breaker(at)
    this.#breaker = breakerStarted(before, at, this.#options.breaker)
    return this.#breaker !== before
  }

  hear(told: Parameters<ToldLimits['hear']>[0], credential: CredentialId | undefined, at: Instant): void {
    const name = credential ?? noCredential
    let limits = this.#told.get(name)
    if (limits === undefined) this.#told.set(name, (limits = new ToldLimits()))
    limits.hear(told, at)
  }

  /** The attempt will not tell how it ended. */
  lose(flight: Flight, at: Instant): void {
    this.#inflight--
    this.#judge(flight, { startedAt: flight.startedAt, at, verdict: 'neither' })
  }

  end({ attempt, streamed, flight, at }: End): void {
    const { failure } = attempt
    const startedAt = flight?.startedAt ?? attempt.startedAt
    if (flight !== undefined) {
      this.#inflight--
      this.rates.correct(tokensOf(attempt, flight.tokens) - flight.tokens, flight.startedAt, at)
    }
    if (failure === undefined) this.#lastFailed = false
    else if (isOfUpstream(failure.kind)) this.#lastFailed = true
    const before = this.breaker(at)
    const isOfAnotherTime = before.state === 'closed' && startedAt < before.since
    if (!isOfAnotherTime) this.#outcomes.add(failure?.kind, at)
    this.#judge(flight, { startedAt, at, verdict: verdictOf(failure?.kind), failure })
    this.#time(attempt, streamed, at)
  }

  #judge(flight: Flight | undefined, result: Omit<Result, 'isProbe'>): void {
    const before = this.#breaker.state
    this.#breaker = breakerEnded(this.#breaker, { ...result, isProbe: flight?.isProbe ?? false }, this.#rules)
    // Closed by good probes: what was before no longer counts against it.
    if (this.#breaker.state === 'closed' && before !== 'closed')
      this.#outcomes = new OutcomeWindow(this.#options.window)
  }

  #time(attempt: Attempt, streamed: boolean, at: Instant): void {
    const { failure, startedAt, firstTokenAt, endedAt, usage } = attempt
    if (streamed && firstTokenAt !== undefined) {
      this.firstToken.add(firstTokenAt - startedAt, at)
      if (failure === undefined && usage !== undefined && usage.output > 1)
        this.perToken.add((endedAt - firstTokenAt) / (usage.output - 1), at)
      return
    }
    // Whoever ran into a deadline took that long at least; leaving it out would make the slowest look fast.
    const isOfUse = failure === undefined || failure.kind === 'upstream-timeout'
    if (isOfUse) (streamed ? this.firstToken : this.whole).add(endedAt - startedAt, at)
  }

  /** Nothing that the provider told of this credential says that a request would be refused. */
  hasRoom(credential: CredentialId, now: Instant): boolean {
    return this.#told.get(credential)?.hasRoom(now) ?? true
  }

  /** Of all credentials that are named, or else that were used: who has most left. */
  #toldLeft(measure: 'requests' | 'tokens', now: Instant, among?: readonly Named[]): Left | undefined {
    if (this.#told.size === 0) return undefined
    let most: Left | undefined
    for (const told of among === undefined ? this.#told.values() : among.map(({ id }) => this.#told.get(id))) {
      const left = told?.[measure](now)
      // Of this one nothing is known, so all is left.
      if (left === undefined) return undefined
      if (most === undefined || left.share > most.share) most = left
    }
    return most
  }

  /** Undefined if neither configuration nor provider set a limit. */
  headroom({ limits }: Candidate, now: Instant, among?: readonly Named[]): Headroom | undefined {
    const spent = this.rates.spent(now)
    const wholeAt = this.rates.wholeAt()
    const requests = tighter(leftOfLimit(limits.rpm, spent.requests, wholeAt), this.#toldLeft('requests', now, among))
    const tokens = tighter(leftOfLimit(limits.tpm, spent.tokens, wholeAt), this.#toldLeft('tokens', now, among))
    const concurrent = leftOfLimit(limits.concurrent, this.#inflight, undefined)
    if (requests === undefined && tokens === undefined && concurrent === undefined) return undefined
    const resetAt = tighter(requests, tokens)?.resetAt
    const left = {
      requests: requests?.share ?? full,
      tokens: tokens?.share ?? full,
      concurrent: concurrent?.share ?? full,
    }
    return resetAt === undefined ? left : { ...left, resetAt }
  }
}

/** What it took, as far as that is known: a failure before any answer took nothing, a broken-off one what was expected. */
const tokensOf = ({ usage, failure, headAt, size }: Attempt, expected: number): number => {
  if (usage !== undefined) return countable(usage.input + usage.output)
  return failure !== undefined && headAt === undefined && size === 0 ? 0 : expected
}
