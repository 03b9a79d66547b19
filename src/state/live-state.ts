/** What we know right now; a listener to GatewayEvents. */
import type { Candidate } from '../domain/deployment.ts'
import type { FailureKind } from '../domain/failure.ts'
import type { GatewayEvent, Settled } from '../domain/gateway-event.ts'
import type { CredentialId, DeploymentId, ProviderId } from '../domain/ids.ts'
import { millis } from '../domain/units.ts'
import type { Instant, Millis } from '../domain/units.ts'
import { AnswerLengths } from './answer-lengths.ts'
import { breakerSettings } from './breaker.ts'
import type { Breaker, BreakerSettings } from './breaker.ts'
import { CredentialHealth, credentialSettings, drawCredential } from './credentials.ts'
import type { CredentialSettings, Rest, WeightedCredential } from './credentials.ts'
import { Flights } from './flights.ts'
import { KnownDeployment } from './known-deployment.ts'
import type { Headroom } from './known-deployment.ts'
import type { Quantiles } from './latency.ts'

export interface LiveStateOptions {
  /** How far latency and errors look back; 60 s. */
  readonly window?: Millis
  readonly breaker?: Partial<BreakerSettings>
  readonly credentials?: Partial<CredentialSettings>
  /** An attempt of which no end is heard for so long is given up; an hour. */
  readonly longestAttempt?: Millis
  /** Where the jitter of breakers comes from: different in each process, so that they do not all probe at once. */
  readonly seed?: string
}

export interface Circuit {
  readonly state: Breaker['state']
  /** Must not be called now: open, or half-open with its probe out. */
  readonly open: boolean
  /** '' while closed. */
  readonly why: string
  readonly until?: Instant
}

export interface Latency {
  readonly p95: Millis
  readonly samples: number
}

/** Which credential to use: weighted among those fit, by a draw in [0, 1); a 429 counts only at the deployment where it came, if that is named. */
export type CredentialQuestion = readonly [
  provider: ProviderId,
  credentials: readonly WeightedCredential[],
  now: Instant,
  draw: number,
  except?: readonly CredentialId[],
  deployment?: DeploymentId,
]

/** What is known of one deployment, in numbers. */
export interface DeploymentSnapshot {
  readonly id: DeploymentId
  readonly circuit: Circuit
  readonly inflight: number
  /** Attempts in the window, or since the circuit last closed. */
  readonly good: number
  readonly failures: Readonly<Partial<Record<FailureKind, number>>>
  /** Milliseconds; undefined where the window is empty. */
  readonly firstToken?: Quantiles
  readonly whole?: Quantiles
  readonly perToken?: Quantiles
  /** Of the last minute. */
  readonly requests: number
  readonly tokens: number
}

export interface LiveState {
  hear(event: GatewayEvent): void
  /** The pool's turn so far; taking one is a separate act, so that a dry run takes none. */
  turn(pool: string): number
  takeTurn(pool: string): void
  circuit(id: DeploymentId, now: Instant): Circuit
  /** Time to first content when streamed, else to the whole answer; undefined if none ended within the window. */
  latency(id: DeploymentId, streamed: boolean, now: Instant): Latency | undefined
  inflight(id: DeploymentId): number
  /** Undefined if neither configuration nor provider set a limit. With the provider's credentials named, the one that has most left counts. */
  headroom(
    candidate: Candidate,
    now: Instant,
    credentials?: readonly { readonly id: CredentialId }[],
  ): Headroom | undefined
  /** Undefined if all rest or are retired. */
  credential(...question: CredentialQuestion): CredentialId | undefined
  /** How many credentials are fit for use now. */
  credentialsFit(
    provider: ProviderId,
    credentials: readonly { readonly id: CredentialId }[],
    now: Instant,
    deployment?: DeploymentId,
  ): number
  /** Why no credential is fit and until when the first of them rests; undefined if one is. */
  credentialsRest(
    provider: ProviderId,
    credentials: readonly { readonly id: CredentialId }[],
    now: Instant,
    deployment?: DeploymentId,
  ): Rest | undefined
  /** Tokens of a typical answer in this pool, or to this target where there is no pool; undefined until there are enough. */
  outputTokens(pool: string | undefined, task: string | undefined): number | undefined
  /** For metrics, the page and tests; in the order in which they were first heard of. */
  snapshot(now: Instant): readonly DeploymentSnapshot[]
  /** Forgets every other deployment, and all that was held against credentials: a new configuration may have mended them. */
  keepOnly(deployments: ReadonlySet<DeploymentId>): void
}

const closed: Circuit = { state: 'closed', open: false, why: '' }

const circuitOf = (breaker: Breaker, { longestProbe }: BreakerSettings): Circuit => {
  const { state } = breaker
  if (state === 'closed') return closed
  if (state === 'open') return { state, open: true, why: breaker.why, until: breaker.until }
  const { why, probe } = breaker
  if (probe === undefined) return { state, open: false, why: `${why}; on probation` }
  return { state, open: true, why: `${why}; a probe is out`, until: (probe + longestProbe) as Instant }
}

/** All credentials of all providers that were ever struck. */
class Credentials {
  readonly #settings: CredentialSettings
  #known = new Map<ProviderId, Map<CredentialId, CredentialHealth>>()

  constructor(settings: CredentialSettings) {
    this.#settings = settings
  }

  rest(provider: ProviderId, id: CredentialId, now: Instant, deployment?: DeploymentId): Rest | undefined {
    return this.#known.get(provider)?.get(id)?.rest(now, deployment)
  }

  known(provider: ProviderId, id: CredentialId): CredentialHealth {
    let ofProvider = this.#known.get(provider)
    if (ofProvider === undefined) this.#known.set(provider, (ofProvider = new Map()))
    let health = ofProvider.get(id)
    if (health === undefined) ofProvider.set(id, (health = new CredentialHealth(this.#settings)))
    return health
  }

  clear(): void {
    this.#known = new Map()
  }
}

type Attempted = Extract<GatewayEvent, { type: 'attempt-ended' }>

/** The books that events are entered into. */
class Books {
  readonly deployments = new Map<DeploymentId, KnownDeployment>()
  readonly lengths = new AnswerLengths()
  readonly credentials: Credentials
  readonly flights: Flights
  readonly breaker: BreakerSettings
  readonly #options: LiveStateOptions
  #now: Instant = -Infinity as Instant

  constructor(options: LiveStateOptions) {
    this.#options = options
    this.breaker = { ...breakerSettings, ...options.breaker }
    this.credentials = new Credentials({ ...credentialSettings, ...options.credentials })
    this.flights = new Flights(options.longestAttempt ?? millis(3_600_000), flight =>
      this.deployments.get(flight.deployment)?.lose(flight, this.#now),
    )
  }

  known(id: DeploymentId): KnownDeployment {
    let known = this.deployments.get(id)
    if (known === undefined) {
      const { window = millis(60_000), seed = '' } = this.#options
      this.deployments.set(id, (known = new KnownDeployment(id, { window, breaker: this.breaker, seed })))
    }
    return known
  }

  hear(event: GatewayEvent): void {
    const { at, request } = event
    this.#now = at
    switch (event.type) {
      case 'decision-made': {
        const { inputTokens, outputTokens } = event.trace.facts.request
        return this.flights.expect(request, inputTokens + outputTokens, at)
      }
      case 'attempt-started': {
        const deployment = event.candidate.id
        const tokens = this.flights.expected(request)
        const isProbe = this.known(deployment).start(event.credential, tokens, at)
        return this.flights.start(request, { deployment, credential: event.credential, startedAt: at, isProbe, tokens })
      }
      case 'attempt-answered':
        if (event.rates !== undefined) this.known(event.candidate.id).hear(event.rates, event.credential, at)
        return
      case 'attempt-ended':
        return this.#ended(event)
      case 'request-settled':
        this.flights.settle(request)
        return this.#settled(event.settled, at)
    }
  }

  #ended({ attempt, streamed, request, at }: Attempted): void {
    const { candidate, credential, failure } = attempt
    const flight = this.flights.end(request, candidate.id)
    this.known(candidate.id).end(attempt, streamed, flight, at)
    if (credential === undefined) return
    const startedAt = flight?.startedAt ?? attempt.startedAt
    this.credentials.known(candidate.provider, credential).ended({ deployment: candidate.id, startedAt, at, failure })
  }

  #settled({ served, attempts, pool, target, task }: Settled, at: Instant): void {
    const answer = served === undefined ? undefined : attempts.find(({ index }) => index === served)
    const tokens = answer?.usage?.output
    const isWhole = answer?.failure === undefined
    if (tokens !== undefined && isWhole) this.lengths.add(pool ?? target, task, { tokens, at })
  }

  snapshot(id: DeploymentId, known: KnownDeployment, now: Instant): DeploymentSnapshot {
    const firstToken = known.firstToken.figures(now)
    const whole = known.whole.figures(now)
    const perToken = known.perToken.figures(now)
    const { requests, tokens } = known.rates.spent(now)
    return {
      id,
      circuit: circuitOf(known.breaker(now), this.breaker),
      inflight: known.inflight,
      good: known.outcomes.good(now),
      failures: known.outcomes.failures(now),
      ...(firstToken && { firstToken }),
      ...(whole && { whole }),
      ...(perToken && { perToken }),
      requests,
      tokens,
    }
  }
}

/** Empty at first: nobody is known to be ill, slow or busy. */
export const liveState = (options: LiveStateOptions = {}): LiveState => {
  const books = new Books(options)
  const { deployments, credentials, flights, lengths, breaker } = books
  const turns = new Map<string, number>()

  const pick = (
    ...[provider, from, now, draw, except = [], deployment]: CredentialQuestion
  ): CredentialId | undefined => {
    const fit = from.filter(
      ({ id }) => !except.includes(id) && credentials.rest(provider, id, now, deployment) === undefined,
    )
    if (fit.length < 2 || deployment === undefined) return drawCredential(fit, draw)
    const roomy = fit.filter(({ id }) => deployments.get(deployment)?.hasRoom(id, now) ?? true)
    return drawCredential(roomy.length > 0 ? roomy : fit, draw)
  }

  return {
    hear: event => books.hear(event),
    turn: pool => turns.get(pool) ?? 0,
    takeTurn: pool => void turns.set(pool, (turns.get(pool) ?? 0) + 1),
    circuit: (id, now) => {
      const known = deployments.get(id)
      return known === undefined ? closed : circuitOf(known.breaker(now), breaker)
    },
    latency: (id, streamed, now) => {
      const known = deployments.get(id)
      const window = streamed ? known?.firstToken : known?.whole
      const p95 = window?.p95(now)
      return window === undefined || p95 === undefined ? undefined : { p95: millis(p95), samples: window.samples(now) }
    },
    inflight: id => deployments.get(id)?.inflight ?? 0,
    headroom: (candidate, now, from) => {
      flights.sweep(now)
      return books.known(candidate.id).headroom(
        candidate,
        now,
        from?.map(({ id }) => id),
      )
    },
    credential: pick,
    credentialsFit: (provider, from, now, deployment) =>
      from.filter(({ id }) => credentials.rest(provider, id, now, deployment) === undefined).length,
    credentialsRest: (provider, from, now, deployment) => {
      const rests = from.map(({ id }) => credentials.rest(provider, id, now, deployment))
      if (rests.length === 0 || rests.includes(undefined)) return undefined
      return rests.reduce((first, one) =>
        first === undefined || (one !== undefined && one.until < first.until) ? one : first,
      )
    },
    outputTokens: (pool, task) => lengths.typical(pool, task),
    snapshot: now => [...deployments].map(([id, known]) => books.snapshot(id, known, now)),
    keepOnly: ids => {
      for (const id of deployments.keys()) if (!ids.has(id)) deployments.delete(id)
      credentials.clear()
    },
  }
}
