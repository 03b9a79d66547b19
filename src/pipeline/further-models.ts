/** Finds what a name of a model stands for, with what its ending says, and puts several models behind one another. */
import type { Candidate } from '../domain/deployment.ts'
import type { FoundRoute, Route } from '../routing/route.ts'
import type { House } from './house.ts'

/** Endings of OpenRouter's that say how to sort; any other ending is part of the name. */
const endings: ReadonlyMap<string, NonNullable<Route['sort']>> = new Map([
  [':nitro', 'throughput'],
  [':floor', 'cheap'],
])

/** The route of a name; one that is there as it is written stands for itself, whatever its ending. */
export const findTarget = (target: string, policy: string | undefined, routes: House['routes']): FoundRoute => {
  const found = routes.find(target, policy)
  const colon = target.lastIndexOf(':')
  const sort = colon > 0 ? endings.get(target.slice(colon)) : undefined
  if (found.ok || found.kind === 'policy' || sort === undefined) return found
  const plain = routes.find(target.slice(0, colon), policy)
  return plain.ok ? { ok: true, route: { ...plain.route, sort } } : found
}

/** Who is among these and among none before. */
const fresh = (candidates: readonly Candidate[], before: ReadonlySet<string>): readonly Candidate[] =>
  candidates.filter(({ id }) => !before.has(id))

/**
 * One route for several models: by the policy of the first, in its pool, the candidates of the next behind its own.
 * Who stands for two models stands for the first of them.
 */
export const inOneRoute = (first: Route, further: readonly Route[]): Route => {
  const groups = [first.candidates]
  const known = new Set(first.candidates.map(({ id }) => String(id)))
  for (const { candidates } of further) {
    const added = fresh(candidates, known)
    for (const { id } of added) known.add(id)
    if (added.length > 0) groups.push(added)
  }
  if (groups.length === 1) return first
  const { lock, reserve, everyone: _, ...rest } = first
  const spare = reserve === undefined ? undefined : fresh(reserve, known)
  const candidates = groups.flat()
  return {
    ...rest,
    candidates,
    models: groups.map(group => group.map(({ id }) => id)),
    ...(spare !== undefined && spare.length > 0 && { reserve: spare, everyone: [...candidates, ...spare] }),
    // A provider that was named with a model holds for that model, and none of its other candidates is anybody else's.
    ...(lock !== undefined && further.every(route => route.lock === lock) && { lock }),
  }
}
