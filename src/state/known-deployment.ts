/** All that is known of one deployment right now. */
import { consequences } from '../domain/failure.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { FailureKind } from '../domain/failure.ts'
import type { CredentialId, DeploymentId } from '../domain/ids.ts'
import type { Json } from '../domain/json.ts'
import type { Attempt } from '../domain/outcome.ts'
import { unit } from '../domain/units.ts'
import type { Instant, Millis, Unit } from '../domain/units.ts'
import { breakerAt, breakerEnded, breakerStarted, newBreaker } from './breaker.ts'
import type { Breaker, BreakerRules, BreakerSettings, Result } from './breaker.ts'
import type { Flight } from './flights.ts'
import { OutcomeWindow } from './outcome-window.ts'
import { ErrorRate } from './error-rate.ts'
import type { Shape } from './paces.ts'
import { breakerIn, savedBreaker } from './saved-breaker.ts'
import { flagIn, listIn, memberIn, textIn } from './saved.ts'
import type { Restoring } from './saved.ts'
import { Tenants } from './tenants.ts'
import { Timing } from './timing.ts'
import { countable, leftOfLimit, RateWindow, tighter, ToldLimits } from './rate-window.ts'
import type { Left } from './rate-window.ts'

/** Share of each limit that is left; `resetAt` is when the one with the least left is whole again. */
export interface Headroom {
  readonly requests: Unit
  readonly tokens: Unit
  readonly concurrent: Unit
  readonly resetAt?: Instant
  /** Nothing is left only by the provider's own word. */
  readonly told?: true
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
  /** Names it among the calls under way here. */
  readonly call: string
  /** What was asked. */
  readonly shape: Shape
  /** Undefined if its start was not heard of. */
  readonly flight: Flight | undefined
  readonly at: Instant
}

/** An attempt begins. */
export interface Start {
  readonly credential: CredentialId | undefined
  readonly tenant: string | undefined
  /** Tokens that it is expected to take. */
  readonly tokens: number
  readonly at: Instant
}

interface Named {
  readonly id: CredentialId
}

/** Requests without a credential stand under this name. */
const noCredential = '' as CredentialId
const full = unit(1)
const isNone = (left: Left | undefined): boolean => left !== undefined && left.share <= 0
type Lefts = readonly (Left | undefined)[]

/** Nothing is left, and by our own count there is room. */
const toldAlone = (left: Lefts, counted: Lefts): Pick<Headroom, 'told'> =>
  left.some(isNone) && !counted.some(isNone) ? { told: true } : {}

export class KnownDeployment {
  readonly timing: Timing
  readonly errors = new ErrorRate()
  readonly tenants = new Tenants()
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
    this.timing = new Timing(options.window)
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
  start({ credential, tenant, tokens, at }: Start): boolean {
    this.#inflight++
    this.tenants.start(tenant, at)
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

  end({ attempt, call, shape, flight, at }: End): void {
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
    const verdict = verdictOf(failure?.kind)
    if (verdict !== 'neither') this.errors.add(verdict === 'good', at)
    this.#judge(flight, { startedAt, at, verdict, failure })
    this.timing.end({ attempt, call, shape, hasSpoken: flight?.hasSpoken === true, at })
  }

  #judge(flight: Flight | undefined, result: Omit<Result, 'isProbe'>): void {
    const before = this.#breaker.state
    this.#breaker = breakerEnded(this.#breaker, { ...result, isProbe: flight?.isProbe ?? false }, this.#rules)
    // Closed by good probes: what was before no longer counts against it.
    if (this.#breaker.state === 'closed' && before !== 'closed')
      this.#outcomes = new OutcomeWindow(this.#options.window)
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

  /** What is under way ends with the process; all else is saved. */
  save(now: Instant): Json {
    const told = [...this.#told].flatMap(([credential, limits]) => {
      const saved = limits.save(now)
      return saved === undefined ? [] : [{ credential, limits: saved }]
    })
    return {
      breaker: savedBreaker(this.breaker(now)),
      lastFailed: this.#lastFailed,
      outcomes: this.#outcomes.save(now),
      errors: this.errors.save(now),
      paces: this.timing.paces.save(now),
      rates: this.rates.save(now),
      told,
    }
  }

  restore(saved: unknown, restoring: Restoring): void {
    this.#breaker = breakerIn(memberIn(saved, 'breaker'), restoring, this.#options.breaker) ?? this.#breaker
    this.#lastFailed = flagIn(saved, 'lastFailed')
    this.#outcomes.restore(memberIn(saved, 'outcomes'), restoring)
    this.errors.restore(memberIn(saved, 'errors'), restoring)
    this.timing.restore(memberIn(saved, 'paces'), restoring)
    this.rates.restore(memberIn(saved, 'rates'), restoring)
    for (const one of listIn(memberIn(saved, 'told'))) {
      const limits = new ToldLimits()
      limits.restore(memberIn(one, 'limits'), restoring)
      this.#told.set((textIn(one, 'credential') ?? noCredential) as CredentialId, limits)
    }
  }

  /** Undefined if neither configuration nor provider set a limit. */
  headroom({ limits }: Candidate, now: Instant, among?: readonly Named[]): Headroom | undefined {
    const spent = this.rates.spent(now)
    const wholeAt = this.rates.wholeAt()
    const counted = {
      requests: leftOfLimit(limits.rpm, spent.requests, wholeAt),
      tokens: leftOfLimit(limits.tpm, spent.tokens, wholeAt),
      concurrent: leftOfLimit(limits.concurrent, this.#inflight, undefined),
    }
    const requests = tighter(counted.requests, this.#toldLeft('requests', now, among))
    const tokens = tighter(counted.tokens, this.#toldLeft('tokens', now, among))
    if (requests === undefined && tokens === undefined && counted.concurrent === undefined) return undefined
    const resetAt = tighter(requests, tokens)?.resetAt
    const left = {
      requests: requests?.share ?? full,
      tokens: tokens?.share ?? full,
      concurrent: counted.concurrent?.share ?? full,
      ...toldAlone([requests, tokens], Object.values(counted)),
    }
    return resetAt === undefined ? left : { ...left, resetAt }
  }
}

/** What it took, as far as that is known: a failure before any answer took nothing, a broken-off one what was expected. */
const tokensOf = ({ usage, failure, headAt, size }: Attempt, expected: number): number => {
  if (usage !== undefined) return countable(usage.input + usage.output)
  return failure !== undefined && headAt === undefined && size === 0 ? 0 : expected
}
