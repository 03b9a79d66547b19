/** What the caller may not have, and what it would like, as facts of a decision. */
import type { Bounds, Facts } from '../domain/decision.ts'
import type { ModelRequest, Wishes } from '../domain/request.ts'
import type { SignalKey } from '../domain/signal.ts'
import type { Route } from '../routing/route.ts'

/** Who must answer and who may not, by header, by body, or by the name of the model. */
const named = ({ lock, only, ignore }: Wishes, route: Route): Bounds => {
  // The client's word and its header may name different providers; both are hard, so then nobody is left.
  const locked = route.lock ?? lock
  const also = route.lock !== undefined && lock !== undefined && lock !== route.lock ? [lock] : only
  return {
    ...(locked !== undefined && { lock: locked }),
    ...(also !== undefined && { only: also }),
    ...(ignore !== undefined && { ignore }),
  }
}

/** Hard limits of this request, but for what a provider keeps. */
export const boundsOf = ({ caller, wishes }: ModelRequest, route: Route): Bounds => {
  const { budgetCap, maxPrice, candidateTags, requireParameters } = wishes
  return {
    ...(caller.allow !== undefined && { allow: caller.allow }),
    ...named(wishes, route),
    ...(budgetCap !== undefined && { budgetCap }),
    ...(maxPrice !== undefined && { maxPrice }),
    ...(candidateTags !== undefined && { tags: candidateTags }),
    ...(requireParameters === true && { requireParameters }),
  }
}

/** What the caller would like first; undefined where it says nothing of it. */
export const askedOf = ({ wishes }: ModelRequest, route: Route): Facts['asked'] => {
  const { order, allowFallbacks, sortsAcross } = wishes
  const sort = wishes.sort ?? route.sort
  const models = sortsAcross === true ? undefined : route.models
  if (order === undefined && sort === undefined && models === undefined) return undefined
  return {
    ...(models !== undefined && { models }),
    ...(order !== undefined && { order }),
    ...(sort !== undefined && { sort }),
    ...(order !== undefined && allowFallbacks === false && { only: true }),
  }
}

/** The signals that are read beside those of the policy, for what is asked. */
export const readsFor = (asked: Facts['asked'], reads: readonly SignalKey[]): readonly SignalKey[] => {
  const isMeasured = asked?.sort === 'fast' || asked?.sort === 'throughput'
  return isMeasured && !reads.includes('candidate.latency') ? [...reads, 'candidate.latency'] : reads
}
