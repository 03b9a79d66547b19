/** Learn the facts, then decide. */
import type { DecisionTrace, Facts } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { SignalKey } from '../domain/signal.ts'
import type { DecisionId } from '../domain/ids.ts'
import type { Policy } from '../domain/policy.ts'
import type { ModelRequest } from '../domain/request.ts'
import { decide } from '../routing/decide.ts'
import { gather } from '../signals/gather.ts'
import { shapeOf } from '../signals/shape.ts'
import type { CompiledPolicy } from '../routing/compile-policy.ts'
import type { Route } from '../routing/route.ts'
import type { Question } from '../ports/signal-source.ts'
import { askedOf, boundsOf, readsFor } from './asked.ts'
import type { House } from './house.ts'
import { keptBound } from './recalled.ts'

/** Where chance comes from; a request without session or user spreads as if it stood alone. */
const seedOf = ({ id, caller, wishes, endUser }: ModelRequest, seed: Policy['seed']): string => {
  if (seed === 'session') return wishes.session ?? id
  return seed === 'user' ? (endUser ?? caller.user ?? id) : id
}

/** What steps draw from that say themselves by what they stay put. */
const seedsOf = ({ id, caller, wishes, endUser }: ModelRequest): NonNullable<Facts['seeds']> => {
  const user = endUser ?? caller.user
  return {
    request: id,
    ...(wishes.session !== undefined && { session: wishes.session }),
    ...(user !== undefined && { user }),
  }
}

/** Size and signals: first what is known of the request alone, since how long its answer will be depends on its kind. */
const learn = (
  question: Question,
  { readsFirst, readsThen }: Pick<CompiledPolicy, 'readsFirst' | 'readsThen'>,
  house: House,
): Pick<Facts, 'request' | 'signals'> => {
  const ofRequest = gather(house.sources, question, readsFirst)
  const task = question.task ?? ofRequest['request.task']?.value
  const known = { ...question, ...(task !== undefined && { task }) }
  const shape = shapeOf(known, house.live)
  const signals = gather(house.sources, { ...known, shape }, readsThen)
  return { request: shape, signals: readsFirst.length === 0 ? signals : { ...ofRequest, ...signals } }
}

/** Whether some candidate has a score for one kind of work; the same list of candidates comes with each request. */
const scored = new WeakMap<readonly Candidate[], boolean>()
const isScoredByTask = (candidates: readonly Candidate[]): boolean => {
  let found = scored.get(candidates)
  if (found === undefined) {
    found = candidates.some(({ quality }) => Object.keys(quality).some(task => task !== '*'))
    scored.set(candidates, found)
  }
  return found
}

/** To predict the kind of work costs more than to decide: left out where it makes no difference. */
const firstReads = (
  { readsFirst, forksByTask }: CompiledPolicy,
  { candidates, task }: Question,
): readonly SignalKey[] =>
  task !== undefined || forksByTask || isScoredByTask(candidates)
    ? readsFirst
    : readsFirst.filter(key => key !== 'request.task' && key !== 'request.confidence')

/** Decides for this request; calls nobody and takes no turn. */
export const decideFor = (request: ModelRequest, route: Route, house: House): DecisionTrace => {
  const now = house.clock.now()
  const { policy, pool, reserve } = route
  const candidates = route.everyone ?? route.candidates
  const task = request.wishes.task ?? route.task
  const question: Question = {
    request,
    candidates,
    now,
    ...(pool !== undefined && { pool }),
    ...(task !== undefined && { task }),
    ...(policy.window !== undefined && { window: policy.window }),
  }
  const asked = askedOf(request, route)
  const reads = { readsFirst: firstReads(policy, question), readsThen: readsFor(asked, policy.readsThen) }
  const bounds = boundsOf(request, route)
  const kept = keptBound(request, route.candidates, house)
  const facts: Facts = {
    id: `dec-${request.id}` as DecisionId,
    ...(pool !== undefined && { pool }),
    bounds: kept === undefined ? bounds : { ...bounds, kept },
    candidates,
    ...learn(question, reads, house),
    ...(reserve !== undefined && { reserve: reserve.map(({ id }) => id) }),
    ...(asked !== undefined && { asked }),
    now,
    seed: seedOf(request, policy.policy.seed),
    ...(policy.drawsApart && { seeds: seedsOf(request) }),
  }
  return { facts, decision: decide(policy, facts) }
}
