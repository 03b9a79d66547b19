/** What we know right now; a listener to GatewayEvents. */
import type { Candidate } from '../domain/deployment.ts'
import type { FailureKind } from '../domain/failure.ts'
import type { GatewayEvent } from '../domain/gateway-event.ts'
import type { CredentialId, DeploymentId, ProviderId, VirtualKeyId } from '../domain/ids.ts'
import type { Json } from '../domain/json.ts'
import type { ExtraCap } from '../domain/policy.ts'
import type { SignalTypes } from '../domain/signal.ts'
import type { Instant, MicroUsd, Unit } from '../domain/units.ts'
import { Books } from './books.ts'
import type { LiveStateOptions } from './books.ts'
import type { Breaker, BreakerSettings } from './breaker.ts'
import { drawCredential } from './credentials.ts'
import type { Rest, WeightedCredential } from './credentials.ts'
import type { Headroom, KnownDeployment } from './known-deployment.ts'
import type { Quantiles } from './latency.ts'
import type { PaceQuestion, Shape } from './paces.ts'
import type { Cached } from './warmth.ts'

export interface Circuit {
  readonly state: Breaker['state']
  /** Must not be called now: open, or half-open with its probe out. */
  readonly open: boolean
  /** '' while closed. */
  readonly why: string
  /** `until` is the provider's own word. */
  readonly by?: 'told'
  readonly until?: Instant
}

/** Whose session it is. */
export interface SessionQuestion {
  readonly key: VirtualKeyId
  readonly session: string
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
  /**
   * How long requests of this shape take: those of its size if 20 ended within the window, else of any size; undefined if
   * none ended.
   */
  latency(id: DeploymentId, question: PaceQuestion, now: Instant): SignalTypes['candidate.latency'] | undefined
  /** Undefined if nothing of late tells anything. */
  errors(id: DeploymentId, now: Instant): SignalTypes['candidate.errors'] | undefined
  /** Who led by speed for requests of this shape in this pool; undefined if nobody did within the hour. */
  incumbent(pool: string, shape: Shape, now: Instant): DeploymentId | undefined
  /** Undefined if nothing of this session is known to be in its cache. */
  warm(id: DeploymentId, question: SessionQuestion, now: Instant): Cached | undefined
  /** Of what a deployment did in the last minute, the share that was for this tenant; undefined if it did nothing. */
  tenantShare(id: DeploymentId, tenant: string, now: Instant): Unit | undefined
  /** What requests that tried somebody for the sake of learning have cost in this pool today, UTC. */
  explored(pool: string, now: Instant): MicroUsd
  inflight(id: DeploymentId): number
  /** Undefined if neither configuration nor provider set a limit. With the provider's credentials named, the one that has most left counts. */
  headroom(
    candidate: Candidate,
    now: Instant,
    credentials?: readonly { readonly id: CredentialId }[],
  ): Headroom | undefined
  /** Undefined if all are retired or rest for a time that the provider told; where it did not, one that rests is given in need. */
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
  /**
   * May this candidate be asked in place of an attempt that failed: always if its last answer was good or there was none,
   * else within the pool's budget for retries. Nothing is taken by asking; whoever waits before the retry asks again then.
   */
  retryAllowed(pool: string | undefined, candidate: DeploymentId, now: Instant): boolean
  /** May a request of this pool that was decided be asked of a second candidate beside the first. */
  extraAllowed(pool: string | undefined, cap: ExtraCap | undefined, now: Instant): boolean
  /** For metrics, the page and tests; in the order in which they were first heard of. */
  snapshot(now: Instant): readonly DeploymentSnapshot[]
  /** Forgets every other deployment, and all that was held against credentials: a new configuration may have mended them. */
  keepOnly(deployments: ReadonlySet<DeploymentId>): void
  /** How many events were heard: if no more than the last time, nothing has to be saved again. */
  events(): number
  /** All that outlives a restart, as plain JSON of bounded size. */
  save(now: Instant): Json
  /** The same in small steps, between which other things may happen; the last one gives it. */
  saving(now: Instant): Generator<undefined, Json>
  /**
   * Adds what was saved, of these deployments only where they are named. What is older than its window, of another
   * version or damaged is left out.
   */
  restore(saved: unknown, now: Instant, deployments?: ReadonlySet<DeploymentId>): void
}

const closed: Circuit = { state: 'closed', open: false, why: '' }

const circuitOf = (breaker: Breaker, { longestProbe }: BreakerSettings): Circuit => {
  const { state } = breaker
  if (state === 'closed') return closed
  if (state === 'open') {
    const { why, until, isTold } = breaker
    return { state, open: true, why, ...(isTold && { by: 'told' }), until }
  }
  const { why, probe } = breaker
  if (probe === undefined) return { state, open: false, why: `${why}; on probation` }
  return { state, open: true, why: `${why}; a probe is out`, until: (probe + longestProbe) as Instant }
}

const snapshotOf = (id: DeploymentId, known: KnownDeployment, { breaker }: Books, now: Instant): DeploymentSnapshot => {
  const firstToken = known.timing.firstToken.figures(now)
  const whole = known.timing.whole.figures(now)
  const perToken = known.timing.perToken.figures(now)
  const { requests, tokens } = known.rates.spent(now)
  return {
    id,
    circuit: circuitOf(known.breaker(now), breaker),
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

/** Who waited as long as it was told may be back a moment early: timers are no better than that. */
const earlyTimer = 20

/** Where none is fit, one that is rate limited for a time that only we guessed is better than none. */
const pick = (
  { credentials, deployments }: Books,
  ...[provider, from, now, draw, except = [], deployment]: CredentialQuestion
): CredentialId | undefined => {
  const mayTry = (id: CredentialId): boolean => {
    const rest = credentials.rest(provider, id, now, deployment)
    return rest?.kind === 'upstream-rate-limited' && (!rest.isTold || rest.until - now < earlyTimer)
  }
  const fit = from.filter(
    ({ id }) => !except.includes(id) && credentials.rest(provider, id, now, deployment) === undefined,
  )
  if (fit.length === 0)
    return drawCredential(
      from.filter(({ id }) => !except.includes(id) && mayTry(id)),
      draw,
    )
  if (fit.length < 2 || deployment === undefined) return drawCredential(fit, draw)
  const known = deployments.get(deployment)
  const roomy = known === undefined ? fit : fit.filter(({ id }) => known.hasRoom(id, now))
  return drawCredential(roomy.length > 0 ? roomy : fit, draw)
}

const isLimited = ({ limits: { rpm, tpm, concurrent } }: Candidate): boolean =>
  rpm !== undefined || tpm !== undefined || concurrent !== undefined

const wholeOf = (saving: Generator<undefined, Json>): Json => {
  for (;;) {
    const { done, value } = saving.next()
    if (done === true) return value
  }
}

/** Empty at first: nobody is known to be ill, slow or busy. */
export const liveState = (options: LiveStateOptions = {}): LiveState => {
  const books = new Books(options)
  const { deployments, credentials, flights, lengths, breaker, traffics, turns } = books
  let events = 0
  return {
    hear: event => {
      events++
      books.hear(event)
    },
    turn: pool => turns.get(pool) ?? 0,
    takeTurn: pool => void turns.set(pool, (turns.get(pool) ?? 0) + 1),
    circuit: (id, now) => {
      const known = deployments.get(id)
      return known === undefined ? closed : circuitOf(known.breaker(now), breaker)
    },
    latency: (id, question, now) => deployments.get(id)?.timing.paces.read(question, now),
    errors: (id, now) => deployments.get(id)?.errors.read(now),
    incumbent: (pool, shape, now) => books.incumbents.find(pool, shape, now),
    warm: (id, { key, session }, now) => books.warmth.find(id, key, session, now),
    tenantShare: (id, tenant, now) => deployments.get(id)?.tenants.share(tenant, now),
    explored: (pool, now) => books.explored.spent(pool, now),
    inflight: id => deployments.get(id)?.inflight ?? 0,
    headroom: (candidate, now, from) => {
      flights.sweep(now)
      const known = deployments.get(candidate.id) ?? (isLimited(candidate) ? books.known(candidate.id) : undefined)
      return known?.headroom(candidate, now, from)
    },
    credential: (...question) => pick(books, ...question),
    credentialsFit: (provider, from, now, deployment) =>
      from.filter(({ id }) => credentials.rest(provider, id, now, deployment) === undefined).length,
    credentialsRest: (provider, from, now, deployment) => credentials.restOfAll(provider, from, now, deployment),
    outputTokens: (pool, task) => lengths.typical(pool, task),
    retryAllowed: (pool, candidate, now) =>
      deployments.get(candidate)?.lastFailed !== true || traffics.of(pool).retryAllowed(now),
    extraAllowed: (pool, cap, now) => cap === undefined || traffics.of(pool).extraAllowed(cap, now),
    snapshot: now => [...deployments].map(([id, known]) => snapshotOf(id, known, books, now)),
    keepOnly: ids => books.keepOnly(ids),
    events: () => events,
    save: now => wholeOf(books.saving(now)),
    saving: now => books.saving(now),
    restore: (saved, now, ids) => books.restore(saved, now, ids),
  }
}
