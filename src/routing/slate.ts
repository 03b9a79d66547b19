/** The slate while it is worked on: open, exclude, refine tiers, rank. Nothing leaves it. */
import type { Assessment, Facts, Reason, Slate } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { Constraint, Order } from '../ports/strategy.ts'
import { isKnown } from './measures.ts'

/** A strategy at its place in a policy; `step` is what a decision calls it, e.g. `3:cheap`. */
export interface Placed<S> {
  readonly step: string
  readonly strategy: S
}

/** One candidate and what has been said about it. */
interface Line {
  readonly candidate: Candidate
  reasons: readonly Reason[]
}
/** Candidates tied so far, by id. */
type Tier = readonly Line[]

/** Owned by one decision, which changes it in place. */
export interface OpenSlate {
  /** Best tier first. No tier is empty. */
  tiers: readonly Tier[]
  readonly excluded: Line[]
  /** The last step that put some behind all others rather than take them out. */
  sparedBy?: string
}

const none: readonly Reason[] = []

// Joined, not pushed: an array that grows takes room for seventeen, and there are two or three.
const note = (line: Line, reason: Reason): void => {
  line.reasons = line.reasons.length === 0 ? [reason] : line.reasons.concat(reason)
}

const byId = (left: Line, right: Line): number => {
  if (left.candidate.id === right.candidate.id) return 0
  return left.candidate.id < right.candidate.id ? -1 : 1
}

/** All candidates, sorted by id, in one tier; those of the reserve in one behind it. */
export const openSlate = (candidates: readonly Candidate[], reserve?: readonly string[]): OpenSlate => {
  const all = candidates.map((candidate): Line => ({ candidate, reasons: none })).sort(byId)
  if (reserve === undefined || reserve.length === 0) return { tiers: all.length === 0 ? [] : [all], excluded: [] }
  const isLater = ({ candidate }: Line): boolean => reserve.includes(candidate.id)
  const tiers = [all.filter(line => !isLater(line)), all.filter(isLater)].filter(tier => tier.length > 0)
  return { tiers, excluded: [] }
}

/** Whom the constraint would take out, and why. */
const objections = (slate: OpenSlate, constraint: Constraint, facts: Facts): Map<Line, string> | undefined => {
  // Most constraints have nothing against anybody, and are asked for each request.
  let out: Map<Line, string> | undefined
  for (const tier of slate.tiers)
    for (const line of tier) {
      const says = constraint.exclude(line.candidate, facts)
      if (says !== undefined) (out ??= new Map<Line, string>()).set(line, says)
    }
  return out
}

/** Those of them who stay after all, behind everybody else; they are taken from `out`. */
const spare = (
  slate: OpenSlate,
  out: Map<Line, string>,
  { step, strategy }: Placed<Constraint>,
  facts: Facts,
): Tier => {
  const all = slate.tiers.flatMap(candidatesOf)
  const kept = strategy.spare?.(candidatesOf([...out.keys()]), all, facts)
  if (kept === undefined || kept.size === 0) return []
  const last: Line[] = []
  for (const [id, says] of kept) {
    const line = [...out.keys()].find(({ candidate }) => candidate.id === id)
    if (line === undefined) continue
    note(line, { step, says })
    out.delete(line)
    last.push(line)
  }
  slate.sparedBy = step
  return last
}

/** Takes out whom the constraint excludes, with the reason. */
export const exclude = (slate: OpenSlate, placed: Placed<Constraint>, facts: Facts): void => {
  const { step, strategy } = placed
  const out = objections(slate, strategy, facts)
  if (out === undefined) return
  const last = strategy.spare === undefined ? undefined : spare(slate, out, placed, facts)
  for (const [line, says] of out) {
    note(line, { step, says })
    slate.excluded.push(line)
  }
  const tiers: Tier[] = []
  for (const tier of slate.tiers) {
    const left = tier.filter(line => !out.has(line) && last?.includes(line) !== true)
    if (left.length > 0) tiers.push(left)
  }
  // The least bad first, and no order sets them right.
  for (const line of last ?? []) tiers.push([line])
  slate.tiers = tiers
}

/** Splits every tier of more than one by the order's keys. Who stands alone is asked nothing. */
export const refine = (slate: OpenSlate, order: Placed<Order>, facts: Facts): void => {
  const tiers: Tier[] = []
  for (const tier of slate.tiers) {
    if (tier.length === 1) tiers.push(tier)
    else split(tier, order, facts, tiers)
  }
  slate.tiers = tiers
}

type Key = number | undefined
const sensible = (key: Key): Key => (isKnown(key) ? key : undefined)

const split = (tier: Tier, { step, strategy }: Placed<Order>, facts: Facts, into: Tier[]): void => {
  const tied = candidatesOf(tier)
  const keys = strategy.keys(tied, facts).map(sensible)
  const parts = strategy.parts?.(tied, facts)
  for (const [place, line] of tier.entries()) {
    const value = keys[place]
    const made = parts?.[place]
    // Nothing measured, nothing said.
    if (value !== undefined) note(line, made === undefined ? { step, value } : { step, value, parts: made })
  }
  const first = keys[0]
  if (keys.every(key => key === first)) into.push(tier)
  else group(tier, keys, strategy, into)
}

const compare = (left: Key, right: Key): number => {
  if (left === right) return 0
  if (left === undefined) return 1
  return right === undefined || left < right ? -1 : 1
}

/** Places of keys, smallest first, equal ones as they stood. Tiers are short and mostly in order, where insertion is quickest. */
const sortedPlaces = (keys: readonly Key[]): number[] => {
  const places = keys.map((_, place) => place)
  if (places.length > 16) return places.sort((left, right) => compare(keys[left], keys[right]) || left - right)
  for (let end = 1; end < places.length; end++) {
    const place = places[end] ?? 0
    let at = end
    for (; at > 0 && compare(keys[places[at - 1] ?? 0], keys[place]) > 0; at--) places[at] = places[at - 1] ?? 0
    places[at] = place
  }
  return places
}

/** Each tier is opened by the best that is left and takes in all that count as tied with it. */
const group = (tier: Tier, keys: readonly Key[], order: Order, into: Tier[]): void => {
  const places = sortedPlaces(keys)
  let start = 0
  for (let end = 1; end <= places.length; end++) {
    if (end < places.length && areTied(order, keyAt(keys, places, start), keyAt(keys, places, end))) continue
    into.push(linesAt(tier, places, start, end))
    start = end
  }
}

/** The lines at these places, back in the order of ids. */
const linesAt = (tier: Tier, places: readonly number[], start: number, end: number): Tier => {
  const alone = end - start === 1 ? tier[places[start] ?? -1] : undefined
  if (alone !== undefined) return [alone]
  const together = places.slice(start, end).sort((left, right) => left - right)
  return together.map(place => tier[place]).filter(line => line !== undefined)
}

const keyAt = (keys: readonly Key[], places: readonly number[], at: number): Key => keys[places[at] ?? -1]

const areTied = (order: Order, best: Key, key: Key): boolean => {
  if (best === key) return true
  return best !== undefined && key !== undefined && order.isTied?.(best, key) === true
}

/** Who of the tied, sorted by id, would be in the first tier under these keys. */
export const leaders = (tied: readonly Candidate[], keys: readonly Key[], order: Order): readonly Candidate[] => {
  const known = keys.map(sensible)
  const best = known.reduce((least, key) => (compare(key, least) < 0 ? key : least), undefined)
  return tied.filter((_, place) => areTied(order, best, known[place]))
}

/** The candidates of a tier, by id. */
export const candidatesOf = (tier: Tier): readonly Candidate[] => tier.map(line => line.candidate)

const assess = (line: Line, excluded: boolean, tier: number): Assessment => ({
  candidate: line.candidate,
  excluded,
  tier,
  reasons: line.reasons,
})

/** The eligible, best first; within a tier the smaller id comes first. */
export const ranked = (slate: OpenSlate): Slate => {
  const all: Assessment[] = []
  for (const [place, tier] of slate.tiers.entries()) for (const line of tier) all.push(assess(line, false, place))
  return all
}

/** The excluded, by id, each with the reason that took it out. */
export const excludedOf = (slate: OpenSlate): Slate => [...slate.excluded].sort(byId).map(line => assess(line, true, 0))
