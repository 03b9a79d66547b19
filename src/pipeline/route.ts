/** Learn the facts, then decide. */
import type { Bounds, DecisionTrace, Facts } from '../domain/decision.ts'
import type { DecisionId } from '../domain/ids.ts'
import type { Policy } from '../domain/policy.ts'
import type { ModelRequest } from '../domain/request.ts'
import { decide } from '../routing/decide.ts'
import { gather } from '../signals/gather.ts'
import { shapeOf } from '../signals/shape.ts'
import type { Route } from '../routing/route.ts'
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

/** Decides for this request; calls nobody and takes no turn. */
export const decideFor = (request: ModelRequest, route: Route, house: House): DecisionTrace => {
  const now = house.clock.now()
  const { candidates, policy, pool } = route
  const task = request.wishes.task ?? route.task
  const asked = {
    request,
    candidates,
    now,
    ...(pool !== undefined && { pool }),
    ...(task !== undefined && { task }),
  }
  const shape = shapeOf(asked, house.live)
  const question = { ...asked, shape }
  const facts: Facts = {
    id: `dec-${request.id}` as DecisionId,
    ...(pool !== undefined && { pool }),
    request: shape,
    bounds: boundsOf(request, route, house),
    candidates,
    signals: gather(house.sources, question, policy.reads),
    now,
    seed: seedOf(request, policy.policy.seed),
  }
  return { facts, decision: decide(policy, facts) }
}
