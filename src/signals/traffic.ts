/** Health, latency, load, headroom and warmth of the candidates, and whose turn it is in the pool. */
import type { Candidate } from '../domain/deployment.ts'
import type { CredentialId, DeploymentId, ProviderId } from '../domain/ids.ts'
import type { Reading, SignalKey, Signals, SignalTypes } from '../domain/signal.ts'
import { tokens, unit } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import type { Question, SignalSource } from '../ports/signal-source.ts'
import type { LiveState } from '../state/live-state.ts'
import type { PaceQuestion } from '../state/paces.ts'
import { tenantOf } from '../state/tenants.ts'

/** The credentials that a provider has; none where that is not known. */
export type CredentialsOf = (provider: ProviderId) => readonly { readonly id: CredentialId }[]

type Circuit = SignalTypes['candidate.circuit']
type Headroom = SignalTypes['candidate.headroom']
type Warm = SignalTypes['candidate.warm']

const restOf = ({ provider, id }: Candidate, now: Instant, live: LiveState, credentialsOf: CredentialsOf) => {
  const credentials = credentialsOf(provider)
  return credentials.length === 0 ? undefined : live.credentialsRest(provider, credentials, now, id)
}

/** Closed circuits are not told: no news is good news, and the facts stay small. */
const circuitOf = (
  one: Candidate,
  now: Instant,
  live: LiveState,
  credentialsOf: CredentialsOf,
): Circuit | undefined => {
  const { state, ...told } = live.circuit(one.id, now)
  const rest = restOf(one, now, live, credentialsOf)
  // Whoever has no credential cannot be asked even in need, however well it may be.
  if (rest !== undefined && rest.kind !== 'upstream-rate-limited')
    return { open: true, why: `no credential is fit: ${rest.kind}`, by: 'credential', until: rest.until }
  return state === 'closed' ? undefined : told
}

const none = unit(0)
const full = unit(1)

/** Where every credential rests after a rate limit, nothing is left, whatever was counted. */
const headroomOf = (
  one: Candidate,
  now: Instant,
  live: LiveState,
  credentialsOf: CredentialsOf,
): Headroom | undefined => {
  const credentials = credentialsOf(one.provider)
  const headroom = live.headroom(one, now, credentials.length === 0 ? undefined : credentials)
  const rest = restOf(one, now, live, credentialsOf)
  if (rest?.kind !== 'upstream-rate-limited') return headroom
  return {
    requests: none,
    tokens: headroom?.tokens ?? full,
    concurrent: headroom?.concurrent ?? full,
    resetAt: rest.until,
  }
}

/** One value for each candidate that has one. */
const each = <Value>(
  candidates: readonly Candidate[],
  value: (candidate: Candidate) => Value | undefined,
): Reading<Value> | undefined => {
  const found: [DeploymentId, Value][] = []
  for (const candidate of candidates) {
    const one = value(candidate)
    if (one !== undefined) found.push([candidate.id, one])
  }
  // By entries, since a candidate may be called `__proto__`.
  return found.length === 0 ? undefined : { by: Object.fromEntries(found) }
}

/** By the size that was measured; counting is for those who then answer the chat, and is not timed itself. */
const paceQuestion = ({ request, shape, window }: Question): PaceQuestion => ({
  operation: request.operation === 'count-tokens' ? 'chat' : request.operation,
  streamed: request.stream,
  inputTokens: shape?.inputTokens,
  outputTokens: shape?.outputTokens,
  window,
})

/** No more is warm than this request has. */
const warmOf = (live: LiveState, { request, shape, now }: Question): ((one: Candidate) => Warm | undefined) => {
  const { caller, wishes } = request
  const { session } = wishes
  if (session === undefined) return () => undefined
  const most = shape?.inputTokens ?? Infinity
  return ({ id }) => {
    const cached = live.warm(id, { key: caller.key, session }, now)
    return cached && { tokens: tokens(Math.min(most, cached.tokens)), until: cached.until }
  }
}

const tenantShareOf = (
  live: LiveState,
  { candidates, request, shape, now }: Question,
): Signals['candidate.tenantShare'] => {
  const tenant = tenantOf(shape?.tags ?? request.wishes.tags, request.caller)
  if (tenant === undefined) return undefined
  return each(candidates, ({ id }) => live.tenantShare(id, tenant, now))
}

const incumbentOf = (live: LiveState, question: Question): Signals['pool.incumbent'] => {
  const { pool, now } = question
  const value = pool === undefined ? undefined : live.incumbent(pool, paceQuestion(question), now)
  return value === undefined ? undefined : { value }
}

type Readings = { readonly [Key in SignalKey]?: (question: Question) => Signals[Key] }

const readingsOf = (live: LiveState, credentialsOf: CredentialsOf) =>
  ({
    'candidate.circuit': ({ candidates, now }) => each(candidates, one => circuitOf(one, now, live, credentialsOf)),
    'candidate.latency': question => {
      const asked = paceQuestion(question)
      return each(question.candidates, ({ id }) => live.latency(id, asked, question.now))
    },
    'candidate.errors': ({ candidates, now }) => each(candidates, ({ id }) => live.errors(id, now)),
    'candidate.warm': question => each(question.candidates, warmOf(live, question)),
    'candidate.tenantShare': question => tenantShareOf(live, question),
    'candidate.inflight': ({ candidates }) => each(candidates, ({ id }) => live.inflight(id)),
    'candidate.headroom': ({ candidates, now }) => each(candidates, one => headroomOf(one, now, live, credentialsOf)),
    'pool.turn': ({ pool }) => (pool === undefined ? undefined : { value: live.turn(pool) }),
    'pool.incumbent': question => incumbentOf(live, question),
    'pool.explored': ({ pool, now }) => (pool === undefined ? undefined : { value: live.explored(pool, now) }),
  }) satisfies Readings

type Told = keyof ReturnType<typeof readingsOf>
const provides: readonly Told[] = [
  'candidate.circuit',
  'candidate.latency',
  'candidate.errors',
  'candidate.inflight',
  'candidate.headroom',
  'candidate.warm',
  'candidate.tenantShare',
  'pool.turn',
  'pool.incumbent',
  'pool.explored',
]
const isTold = (key: SignalKey): key is Told => provides.some(one => one === key)

/** What live state knows; with the providers' credentials, also whether one of them may be used. */
export const traffic = (live: LiveState, credentialsOf: CredentialsOf): SignalSource => {
  const readings = readingsOf(live, credentialsOf)
  return {
    provides,
    gather: (question, wanted) => {
      const found: Record<string, unknown> = {}
      for (const key of wanted) {
        const reading = isTold(key) ? readings[key](question) : undefined
        if (reading !== undefined) found[key] = reading
      }
      return found
    },
  }
}
