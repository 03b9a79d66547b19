/** Which of a provider's credentials are fit for use: refused ones retire, rate-limited ones rest. */
import { consequences } from '../domain/failure.ts'
import type { Failure, FailureKind } from '../domain/failure.ts'
import type { CredentialId, DeploymentId, ProviderId } from '../domain/ids.ts'
import type { Instant, Millis } from '../domain/units.ts'
import { countIn, flagIn, listIn, memberIn, momentIn, pastIn, textIn } from './saved.ts'
import type { Restoring } from './saved.ts'

export interface CredentialSettings {
  /** How long a credential that is refused or has no balance is left out the first time; doubled each time. */
  readonly retirement: Millis
  readonly longestRetirement: Millis
  /** How long one that is rate limited rests if the provider does not say; doubled each time. */
  readonly rest: Millis
  readonly longestRest: Millis
  /** A provider's own word wins over ours, up to this. */
  readonly longestTold: Millis
}

/**
 * A refusal may be the provider's own mistake, and a renewed key stands behind the same reference: the first rest is
 * short, and the longest not so long that anyone would rather restart. To ask too early costs an attempt, no more.
 */
export const credentialSettings: CredentialSettings = {
  retirement: 30_000 as Millis,
  longestRetirement: 600_000 as Millis,
  rest: 1_000 as Millis,
  longestRest: 15_000 as Millis,
  longestTold: 86_400_000 as Millis,
}

/** Why a credential is left out, and until when. */
export interface Rest {
  readonly kind: FailureKind
  readonly since: Instant
  readonly until: Instant
  /** How often in a row. */
  readonly strikes: number
  /** The time is the provider's own word, not our guess. */
  readonly isTold: boolean
}

export interface CredentialResult {
  readonly deployment: DeploymentId
  readonly startedAt: Instant
  readonly at: Instant
  readonly failure: Failure | undefined
}

/** How long the provider asked us to wait; 0 if it did not, or said nothing that makes sense. */
const toldBy = ({ retryAfter }: Failure, { longestTold }: CredentialSettings): number =>
  retryAfter !== undefined && retryAfter > 0 ? Math.min(retryAfter, longestTold) : 0

const restLength = (failure: Failure, strikes: number, settings: CredentialSettings): number => {
  const isLimited = failure.kind === 'upstream-rate-limited'
  const [first, longest] = isLimited
    ? [settings.rest, settings.longestRest]
    : [settings.retirement, settings.longestRetirement]
  const ours = Math.min(longest, first * 2 ** (strikes - 1))
  const told = toldBy(failure, settings)
  // Of a rate limit the provider knows best; a refused key gets no better by what the refusal says.
  return isLimited && told > 0 ? told : Math.max(ours, told)
}

const struck = (
  before: Rest | undefined,
  failure: Failure,
  { startedAt, at }: CredentialResult,
  settings: CredentialSettings,
): Rest => {
  if (before !== undefined && startedAt < before.since) {
    // It was under way when the rest began and tells the same once more: no new strike, but perhaps a longer wait.
    const until = (at + toldBy(failure, settings)) as Instant
    return until > before.until ? { ...before, until, isTold: true } : before
  }
  const strikes = (before?.strikes ?? 0) + 1
  const until = (at + restLength(failure, strikes, settings)) as Instant
  return { kind: failure.kind, since: at, until, strikes, isTold: toldBy(failure, settings) > 0 }
}

/** True where the refusal speaks of one model, so that the credential may still be good for others. */
const isOfOneDeployment = (failure: Failure): boolean =>
  failure.kind === 'upstream-rate-limited' || failure.upstream?.status === 403

/** One credential: where it may not be used now. */
export class CredentialHealth {
  readonly #settings: CredentialSettings
  #everywhere: Rest | undefined
  readonly #at = new Map<DeploymentId, Rest>()

  constructor(settings: CredentialSettings) {
    this.#settings = settings
  }

  ended(result: CredentialResult): void {
    const { failure, deployment, startedAt } = result
    if (failure === undefined) {
      const here = this.#at.get(deployment)
      if (here !== undefined && startedAt >= here.since) this.#at.delete(deployment)
      if (this.#everywhere !== undefined && startedAt >= this.#everywhere.since) this.#everywhere = undefined
      return
    }
    if (consequences[failure.kind].blames !== 'credential') return
    if (isOfOneDeployment(failure))
      this.#at.set(deployment, struck(this.#at.get(deployment), failure, result, this.#settings))
    else this.#everywhere = struck(this.#everywhere, failure, result, this.#settings)
  }

  /** Undefined if nothing is held against it. */
  save(now: Instant): unknown {
    const everywhere = isOfLate(this.#everywhere, now) ? this.#everywhere : undefined
    const at = [...this.#at].flatMap(([deployment, rest]) => (isOfLate(rest, now) ? [{ deployment, rest }] : []))
    return everywhere === undefined && at.length === 0 ? undefined : { everywhere, at }
  }

  restore(saved: unknown, restoring: Restoring): void {
    this.#everywhere = restIn(memberIn(saved, 'everywhere'), restoring, this.#settings)
    for (const one of listIn(memberIn(saved, 'at'))) {
      const [deployment, rest] = [textIn(one, 'deployment'), restIn(memberIn(one, 'rest'), restoring, this.#settings)]
      if (deployment !== undefined && rest !== undefined) this.#at.set(deployment as DeploymentId, rest)
    }
  }

  /** Why it may not be used now; without a deployment, a rest at any of them counts. */
  rest(now: Instant, deployment?: DeploymentId): Rest | undefined {
    if (this.#everywhere !== undefined && now < this.#everywhere.until) return this.#everywhere
    if (deployment !== undefined) {
      const here = this.#at.get(deployment)
      return here !== undefined && now < here.until ? here : undefined
    }
    for (const rest of this.#at.values()) if (now < rest.until) return rest
    return undefined
  }
}

const kindIn = (saved: unknown): FailureKind | undefined => {
  const name = textIn(saved, 'kind')
  const isKnown = (one: string): one is FailureKind => Object.hasOwn(consequences, one)
  return name !== undefined && isKnown(name) && consequences[name].blames === 'credential' ? name : undefined
}

/** A rest that is over still counts if the next strike comes, for a day. */
const isOfLate = (rest: Rest | undefined, now: Instant): boolean => rest !== undefined && now < rest.until + strikesLast
const strikesLast = 86_400_000

/** A restart may have brought another key behind the same name: who was refused is soon asked again, though not at once. */
const restIn = (saved: unknown, restoring: Restoring, settings: CredentialSettings): Rest | undefined => {
  const { now } = restoring
  const [kind, since, until] = [kindIn(saved), pastIn(saved, 'since', restoring), momentIn(saved, 'until', restoring)]
  if (kind === undefined || since === undefined || until === undefined) return undefined
  const isTold = flagIn(saved, 'isTold')
  const longest = isTold || kind === 'upstream-rate-limited' ? settings.longestTold : settings.retirement
  const known = { kind, since, until: Math.min(until, now + longest) as Instant }
  return { ...known, strikes: countIn(saved, 'strikes') || 1, isTold }
}

export interface WeightedCredential {
  readonly id: CredentialId
  readonly weight: number
}

/** One of them in proportion to weight, by a draw in [0, 1); if nobody has weight, all have the same. */
export const drawCredential = (credentials: readonly WeightedCredential[], draw: number): CredentialId | undefined => {
  const weightOf = ({ weight }: WeightedCredential): number => (weight > 0 && Number.isFinite(weight) ? weight : 0)
  const sum = credentials.reduce((total, one) => total + weightOf(one), 0)
  if (sum === 0) return credentials[Math.min(credentials.length - 1, Math.floor(draw * credentials.length))]?.id
  let left = draw * sum
  let last: CredentialId | undefined
  for (const one of credentials) {
    const weight = weightOf(one)
    if (weight === 0) continue
    last = one.id
    left -= weight
    if (left < 0) return last
  }
  return last
}

/** All credentials of all providers that were ever struck. */
export class Credentials {
  readonly #settings: CredentialSettings
  #known = new Map<ProviderId, Map<CredentialId, CredentialHealth>>()

  constructor(settings: CredentialSettings) {
    this.#settings = settings
  }

  rest(provider: ProviderId, id: CredentialId, now: Instant, deployment?: DeploymentId): Rest | undefined {
    return this.#known.get(provider)?.get(id)?.rest(now, deployment)
  }

  /** Why none of them is fit and until when the first of them rests; undefined if one is, or if there are none. */
  restOfAll(
    provider: ProviderId,
    credentials: readonly Pick<WeightedCredential, 'id'>[],
    now: Instant,
    deployment?: DeploymentId,
  ): Rest | undefined {
    // Asked for each candidate of each decision, and nearly always nobody was ever struck.
    const ofProvider = this.#known.get(provider)
    if (ofProvider === undefined) return undefined
    let first: Rest | undefined
    for (const { id } of credentials) {
      const rest = ofProvider.get(id)?.rest(now, deployment)
      if (rest === undefined) return undefined
      if (first === undefined || rest.until < first.until) first = rest
    }
    return first
  }

  /** An attempt with this credential has ended. */
  ended(provider: ProviderId, id: CredentialId, result: CredentialResult): void {
    let ofProvider = this.#known.get(provider)
    let health = ofProvider?.get(id)
    if (health === undefined) {
      const isStrike = result.failure !== undefined && consequences[result.failure.kind].blames === 'credential'
      if (!isStrike) return
      if (ofProvider === undefined) this.#known.set(provider, (ofProvider = new Map()))
      ofProvider.set(id, (health = new CredentialHealth(this.#settings)))
    }
    health.ended(result)
  }

  save(now: Instant): readonly unknown[] {
    return [...this.#known].flatMap(([provider, credentials]) =>
      [...credentials].flatMap(([id, health]) => {
        const saved = health.save(now)
        return saved === undefined ? [] : [{ provider, id, health: saved }]
      }),
    )
  }

  restore(saved: unknown, restoring: Restoring): void {
    for (const one of listIn(saved)) {
      const [provider, id] = [textIn(one, 'provider'), textIn(one, 'id')]
      if (provider === undefined || id === undefined) continue
      const health = new CredentialHealth(this.#settings)
      health.restore(memberIn(one, 'health'), restoring)
      const ofProvider = this.#known.get(provider as ProviderId) ?? new Map<CredentialId, CredentialHealth>()
      this.#known.set(provider as ProviderId, ofProvider.set(id as CredentialId, health))
    }
  }

  clear(): void {
    this.#known = new Map()
  }
}
