/** What live state remembers, and how each event is entered into it. */
import type { GatewayEvent } from '../domain/gateway-event.ts'
import type { DeploymentId } from '../domain/ids.ts'
import type { Json } from '../domain/json.ts'
import type { Failure } from '../domain/failure.ts'
import type { Operation } from '../domain/operation.ts'
import { millis } from '../domain/units.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { Instant, Millis } from '../domain/units.ts'
import { AnswerLengths } from './answer-lengths.ts'
import { breakerSettings } from './breaker.ts'
import type { BreakerSettings } from './breaker.ts'
import { Credentials, credentialSettings } from './credentials.ts'
import type { CredentialSettings } from './credentials.ts'
import { Explored } from './explored.ts'
import { Flights } from './flights.ts'
import { Incumbents } from './incumbents.ts'
import { KnownDeployment } from './known-deployment.ts'
import { PoolTraffics, retrySettings } from './pool-traffic.ts'
import type { RetrySettings } from './pool-traffic.ts'
import { isMoment } from './moment.ts'
import { countable } from './rate-window.ts'
import { countIn, listIn, memberIn, numberIn, textIn } from './saved.ts'
import type { Restoring } from './saved.ts'
import { tenantOf } from './tenants.ts'
import { Warmth } from './warmth.ts'

export interface LiveStateOptions {
  /** How far latency and errors look back; 60 s. */
  readonly window?: Millis
  readonly breaker?: Partial<BreakerSettings>
  readonly credentials?: Partial<CredentialSettings>
  readonly retries?: Partial<RetrySettings>
  /** An attempt of which no end is heard for so long is given up; an hour. */
  readonly longestAttempt?: Millis
  /** Where the jitter of breakers comes from: different in each process, so that they do not all probe at once. */
  readonly seed?: string
}

type Heard<Type extends GatewayEvent['type']> = Extract<GatewayEvent, { type: Type }>

/** How well a provider counts tokens says nothing of how well it answers, and how fast even less. */
const unjudged = (attempt: Attempt): Attempt => ({
  ...attempt,
  failure: { kind: 'cancelled', message: 'nothing was asked of the model' },
})

/**
 * What refuses a credential says whether it is any good, unless that was for something that not every credential may do:
 * counting has rights and limits of its own, and what is passed on may be anything.
 */
const tellsOfCredential = (operation: Operation | undefined, failure: Failure | undefined): boolean =>
  failure === undefined ||
  (operation !== 'count-tokens' && (operation !== 'passthrough' || failure.kind !== 'upstream-credential'))

/** Whoever asks somebody again who failed amplifies what is wrong there; another who answers well takes it over. */
const isRetry = (kind: Attempt['kind'], { lastFailed }: KnownDeployment): boolean =>
  kind === 'retry' || (lastFailed && besides.has(kind))
const besides: ReadonlySet<Attempt['kind']> = new Set(['fallback', 'continue', 'race', 'hedge', 'cascade'])

/** What is saved in another form is not read: it is knowledge of minutes, which is soon there again. */
const version = 1
/** Pools whose turn is saved. */
const mostTurns = 1_024

const isExtra = (kind: Attempt['kind']): boolean => kind === 'hedge' || kind === 'race'

/** Everything by deployment, credential, request and pool. */
export class Books {
  readonly deployments = new Map<DeploymentId, KnownDeployment>()
  readonly lengths = new AnswerLengths()
  readonly credentials: Credentials
  readonly flights: Flights
  readonly traffics: PoolTraffics
  readonly incumbents = new Incumbents()
  readonly warmth = new Warmth()
  readonly explored = new Explored()
  readonly turns = new Map<string, number>()
  readonly breaker: BreakerSettings
  readonly #options: LiveStateOptions
  /** What the configuration still has; undefined until it first changes. */
  #kept: ReadonlySet<DeploymentId> | undefined
  #now: Instant = -Infinity as Instant

  constructor(options: LiveStateOptions) {
    this.#options = options
    this.breaker = { ...breakerSettings, ...options.breaker }
    this.credentials = new Credentials({ ...credentialSettings, ...options.credentials })
    this.traffics = new PoolTraffics({ ...retrySettings, ...options.retries })
    this.flights = new Flights(options.longestAttempt ?? millis(3_600_000), flight => {
      this.deployments.get(flight.deployment)?.lose(flight, this.#now)
      this.#forget(flight.deployment)
    })
  }

  known(id: DeploymentId): KnownDeployment {
    let known = this.deployments.get(id)
    if (known === undefined) {
      const { window = millis(60_000), seed = '' } = this.#options
      this.deployments.set(id, (known = new KnownDeployment(id, { window, breaker: this.breaker, seed })))
    }
    return known
  }

  /** What a broken clock dates nowhere counts as of the moment before; before any moment it is not heard. */
  hear(told: GatewayEvent): void {
    if (isMoment(told.at)) this.#now = told.at
    else if (!isMoment(this.#now)) return
    const event = told.at === this.#now ? told : { ...told, at: this.#now }
    switch (event.type) {
      case 'decision-made':
        return this.#decided(event)
      case 'attempt-started':
        return this.#started(event)
      case 'attempt-answered':
        // Who counts has limits of its own.
        if (event.rates !== undefined && event.operation !== 'count-tokens')
          this.known(event.candidate.id).hear(event.rates, event.credential, event.at)
        return
      case 'attempt-spoke':
        return this.#spoke(event)
      case 'attempt-ended':
        return this.#ended(event)
      case 'request-settled':
        return this.#settled(event)
    }
  }

  #decided({ trace, request, pool, at }: Heard<'decision-made'>): void {
    const { inputTokens, outputTokens, tags, caller, operation, params } = trace.facts.request
    const tenant = tenantOf(tags, caller)
    const tokens = countable(inputTokens + outputTokens)
    const streamed = params['stream'] === true
    this.flights.expect(request, { pool, tenant, inputTokens, tokens, operation, streamed }, at)
    this.traffics.of(pool).request(at)
    if (pool !== undefined) this.incumbents.decided(pool, trace, at)
  }

  #started({ candidate, credential, request, kind, at }: Heard<'attempt-started'>): void {
    const { tokens, pool, tenant, inputTokens, operation, streamed } = this.flights.purpose(request)
    const known = this.known(candidate.id)
    if (operation !== undefined && operation !== 'count-tokens')
      known.timing.begin(request, { operation, streamed: streamed === true, inputTokens }, at)
    if (isRetry(kind, known)) this.traffics.of(pool).retry(at)
    if (isExtra(kind) && this.flights.double(request)) this.traffics.of(pool).extra(at)
    const isProbe = known.start({ credential, tenant, tokens, at })
    this.flights.start(request, { deployment: candidate.id, startedAt: at, isProbe, tokens })
  }

  #spoke({ candidate, request, startedAt, operation, at }: Heard<'attempt-spoke'>): void {
    const { inputTokens } = this.flights.purpose(request)
    if (operation === 'count-tokens') return
    this.flights.speaks(request, candidate.id)
    this.known(candidate.id).timing.spoke(request, { operation, streamed: true, inputTokens }, startedAt, at)
  }

  #ended({ attempt: told, streamed, request, at, operation = 'chat' }: Heard<'attempt-ended'>): void {
    const attempt = operation === 'count-tokens' ? unjudged(told) : told
    const { candidate, credential } = attempt
    const { failure } = told
    const { inputTokens } = this.flights.purpose(request)
    const flight = this.flights.end(request, candidate.id)
    this.known(candidate.id).end({ attempt, call: request, shape: { operation, streamed, inputTokens }, flight, at })
    this.#forget(candidate.id)
    if (credential === undefined || !tellsOfCredential(operation, failure)) return
    const startedAt = flight?.startedAt ?? attempt.startedAt
    this.credentials.ended(candidate.provider, credential, { deployment: candidate.id, startedAt, at, failure })
  }

  #settled({ settled, request, at }: Heard<'request-settled'>): void {
    const { served, attempts, pool, target, task, session, caller } = settled
    this.traffics.find(pool)?.paid({ attempts, served }, this.flights.isDouble(request), at)
    this.flights.settle(request)
    this.explored.settled(settled, at)
    if (session !== undefined) this.warmth.settled(caller.key, session, attempts)
    const answer = served === undefined ? undefined : attempts.find(({ index }) => index === served)
    const tokens = answer?.usage?.output
    // A broken-off answer says nothing about how long answers are.
    if (tokens !== undefined && answer?.failure === undefined) this.lengths.add(pool ?? target, task, { tokens, at })
  }

  /** Lets a deployment go that the configuration no longer has, once nothing of it is under way. */
  #forget(id: DeploymentId): void {
    if (this.#kept === undefined || this.#kept.has(id)) return
    if (this.deployments.get(id)?.inflight === 0) this.deployments.delete(id)
  }

  keepOnly(ids: ReadonlySet<DeploymentId>): void {
    this.#kept = ids
    for (const id of this.deployments.keys()) this.#forget(id)
    this.credentials.clear()
    this.incumbents.keepOnly(ids)
    this.warmth.keepOnly(ids)
  }

  /** Stops after each deployment, so that nobody has to wait for all of it. */
  *saving(now: Instant): Generator<undefined, Json> {
    const deployments: Json[] = []
    for (const [id, known] of this.deployments) {
      deployments.push({ id, ...known.save(now) })
      yield undefined
    }
    return {
      version,
      at: now,
      turns: [...this.turns].slice(-mostTurns).map(([pool, turn]) => ({ pool, turn })),
      deployments,
      credentials: this.credentials.save(now),
      lengths: this.lengths.save(),
      incumbents: this.incumbents.save(now),
      warmth: this.warmth.save(now),
      explored: this.explored.save(),
    }
  }

  restore(saved: unknown, now: Instant, among: ReadonlySet<DeploymentId> | undefined): void {
    const at = numberIn(saved, 'at')
    if (at === undefined || numberIn(saved, 'version') !== version) return
    // A clock that was set back: what was saved counts as saved just now.
    const restoring: Restoring = { now, shift: Math.min(0, now - at) }
    for (const one of listIn(memberIn(saved, 'turns'))) {
      const [pool, turn] = [textIn(one, 'pool'), countIn(one, 'turn')]
      if (pool !== undefined && turn !== undefined) this.turns.set(pool, turn)
    }
    for (const one of listIn(memberIn(saved, 'deployments'))) {
      const id = textIn(one, 'id') as DeploymentId | undefined
      if (id !== undefined && among?.has(id) !== false) this.known(id).restore(one, restoring)
    }
    this.credentials.restore(memberIn(saved, 'credentials'), restoring)
    this.lengths.restore(memberIn(saved, 'lengths'), restoring)
    this.incumbents.restore(memberIn(saved, 'incumbents'), restoring)
    this.warmth.restore(memberIn(saved, 'warmth'), restoring)
    this.explored.restore(memberIn(saved, 'explored'), now)
    if (among === undefined) return
    this.incumbents.keepOnly(among)
    this.warmth.keepOnly(among)
  }
}
