/** Learn the facts, then decide. */
import type { Bounds, DecisionTrace, Facts } from '../domain/decision.ts'
import type { DecisionId } from '../domain/ids.ts'
import type { Policy } from '../domain/policy.ts'
import type { ModelRequest } from '../domain/request.ts'
import { decide } from '../routing/decide.ts'
import { gather } from '../signals/gather.ts'
import { shapeOf } from '../signals/shape.ts'
import type { CompiledPolicy } from '../routing/compile-policy.ts'
import type { Route } from '../routing/route.ts'
import type { Question } from '../ports/signal-source.ts'
import type { House } from './house.ts'
import { keptBound } from './recalled.ts'

const boundsOf = (request: ModelRequest, route: Route, house: House): Bounds => {
  const { caller, wishes } = request
  const kept = keptBound(request, route.candidates, house)
  const { lock, only, ignore, budgetCap } = wishes
  // The client's word and its header may name different providers; both are hard, so then nobody is left.
  const locked = route.lock ?? lock
  const also = route.lock !== undefined && lock !== undefined && lock !== route.lock ? [lock] : only
  return {
    ...(caller.allow !== undefined && { allow: caller.allow }),
    ...(locked !== undefined && { lock: locked }),
    ...(also !== undefined && { only: also }),
    ...(ignore !== undefined && { ignore }),
    ...(budgetCap !== undefined && { budgetCap }),
    ...(kept !== undefined && { kept }),
  }
}

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
const learn = (question: Question, policy: CompiledPolicy, house: House): Pick<Facts, 'request' | 'signals'> => {
  const ofRequest = gather(house.sources, question, policy.readsFirst)
  const task = question.task ?? ofRequest['request.task']?.value
  const known = { ...question, ...(task !== undefined && { task }) }
  const shape = shapeOf(known, house.live)
  const signals = gather(house.sources, { ...known, shape }, policy.readsThen)
  return { request: shape, signals: policy.readsFirst.length === 0 ? signals : { ...ofRequest, ...signals } }
}

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
  const facts: Facts = {
    id: `dec-${request.id}` as DecisionId,
    ...(pool !== undefined && { pool }),
    bounds: boundsOf(request, route, house),
    candidates,
    ...learn(question, policy, house),
    ...(reserve !== undefined && { reserve: reserve.map(({ id }) => id) }),
    now,
    seed: seedOf(request, policy.policy.seed),
    ...(policy.drawsApart && { seeds: seedsOf(request) }),
  }
  return { facts, decision: decide(policy, facts) }
}
