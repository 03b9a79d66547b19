/** The same facts give the same decision; under another policy they show what it would have changed. */
import type { DecisionTrace, Facts, RoutingDecision } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { DeploymentId } from '../domain/ids.ts'
import type { SignalKey } from '../domain/signal.ts'
import type { Millis } from '../domain/units.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { decide } from './decide.ts'
import { expectedCost } from './measures.ts'
import { gapsIn, underPolicy } from './other-policy.ts'
import { pacesOf } from './pace.ts'

/** Decides again from the trace's own facts. With the trace's own policy it gives the trace's decision, byte for byte. */
export const replay = (policy: CompiledPolicy, trace: DecisionTrace): RoutingDecision => decide(policy, trace.facts)

/** One figure as it was and as it would have been. */
export interface Shift {
  readonly before: number
  readonly after: number
}

/** Decisions in which one would have come first instead of another, by the same step; nobody where none is named. */
export interface Change {
  readonly from?: DeploymentId
  readonly to?: DeploymentId
  /** What decided it under the other policy, e.g. `3:cheap`. */
  readonly by: string
  readonly decisions: number
}

/** What another policy would have done with recorded facts. */
export interface Comparison {
  readonly decisions: number
  /** Decisions whose first choice would have been another, or nobody. */
  readonly changed: number
  /** The same by who, instead of whom, and by which step; most first. */
  readonly changes: readonly Change[]
  /** Decisions with nobody left to serve. */
  readonly unserved: Shift
  /** Expected cost in millionths of a dollar, over those decisions alone whose first choices both have a price. */
  readonly cost: Shift & { readonly priced: number }
  /** Expected latency in milliseconds, 19 times of 20, on average over those decisions alone in which it was recorded of both first choices. */
  readonly latency: { readonly before: Millis; readonly after: Millis; readonly measured: number }
  /** The share of decisions in which each candidate came first. */
  readonly shares: Readonly<Record<DeploymentId, Shift>>
  /** Signals that the policy reads, and in how many decisions nobody asked for them: there it decided as if nothing were known. */
  readonly missing: Readonly<Partial<Record<SignalKey, number>>>
  /** Decisions whose session and user were not recorded, by which the policy draws: there each request was drawn by itself. */
  readonly unseeded: number
  /** Decisions without a candidate that the policy names as its fallback. */
  readonly absent: number
  /** Decisions that cannot be judged surely, for one of these three reasons. */
  readonly unjudged: number
}

interface Tally {
  changed: number
  readonly changes: Map<string, Change>
  readonly unserved: { before: number; after: number }
  readonly cost: { before: number; after: number; priced: number }
  readonly latency: { before: number; after: number; measured: number }
  readonly firsts: Map<DeploymentId, { before: number; after: number }>
  readonly missing: Map<SignalKey, number>
  unseeded: number
  absent: number
  unjudged: number
}

const firstOf = (decision: RoutingDecision): Candidate | undefined => decision.ranked[0]?.candidate

const countFirst = (tally: Tally, side: 'before' | 'after', first: Candidate | undefined): void => {
  if (first === undefined) {
    tally.unserved[side]++
    return
  }
  const counts = tally.firsts.get(first.id) ?? { before: 0, after: 0 }
  counts[side]++
  tally.firsts.set(first.id, counts)
}

const countChange = (tally: Tally, by: string, before?: Candidate, after?: Candidate): void => {
  if (before?.id === after?.id) return
  tally.changed++
  const change = {
    ...(before !== undefined && { from: before.id }),
    ...(after !== undefined && { to: after.id }),
    by,
  }
  const key = JSON.stringify(change)
  tally.changes.set(key, { ...change, decisions: (tally.changes.get(key)?.decisions ?? 0) + 1 })
}

const countCost = (tally: Tally, facts: Facts, before?: Candidate, after?: Candidate): void => {
  const was = before && expectedCost(before, facts.request, facts.now)
  const would = after && expectedCost(after, facts.request, facts.now)
  if (was === undefined || would === undefined) return
  tally.cost.before += was
  tally.cost.after += would
  tally.cost.priced++
}

const countLatency = (tally: Tally, facts: Facts, before?: Candidate, after?: Candidate): void => {
  if (before === undefined || after === undefined) return
  // Of both the same: a first token of one is not held against the whole answer of another.
  const [was, would] = pacesOf([before, after], facts, 'expected')
  if (was === undefined || would === undefined) return
  tally.latency.before += was.pace
  tally.latency.after += would.pace
  tally.latency.measured++
}

const countGaps = (tally: Tally, policy: CompiledPolicy, trace: DecisionTrace): void => {
  const { missing, isUnseeded, isShort } = gapsIn(policy, trace)
  for (const key of missing) tally.missing.set(key, (tally.missing.get(key) ?? 0) + 1)
  if (isUnseeded) tally.unseeded++
  if (isShort) tally.absent++
  if (missing.length > 0 || isUnseeded || isShort) tally.unjudged++
}

const sharesOf = (tally: Tally, decisions: number): Comparison['shares'] =>
  Object.fromEntries(
    [...tally.firsts].map(([id, { before, after }]) => [id, { before: before / decisions, after: after / decisions }]),
  )

const averages = ({ before, after, measured }: Tally['latency']): Comparison['latency'] => {
  const each = (sum: number): Millis => (measured === 0 ? 0 : sum / measured) as Millis
  return { before: each(before), after: each(after), measured }
}

const newTally = (): Tally => ({
  changed: 0,
  changes: new Map(),
  unserved: { before: 0, after: 0 },
  cost: { before: 0, after: 0, priced: 0 },
  latency: { before: 0, after: 0, measured: 0 },
  firsts: new Map(),
  missing: new Map(),
  unseeded: 0,
  absent: 0,
  unjudged: 0,
})

/** Runs recorded facts through a policy and counts what changes. Tells nothing of quality: that takes outcomes. */
export const compare = (traces: Iterable<DecisionTrace>, policy: CompiledPolicy): Comparison => {
  const tally = newTally()
  let decisions = 0
  for (const trace of traces) {
    const { facts, decision } = trace
    const before = firstOf(decision)
    const other = decide(policy, underPolicy(policy, facts))
    const after = firstOf(other)
    decisions++
    countChange(tally, other.decidedBy, before, after)
    countFirst(tally, 'before', before)
    countFirst(tally, 'after', after)
    countCost(tally, facts, before, after)
    countLatency(tally, facts, before, after)
    countGaps(tally, policy, trace)
  }
  const { changed, unserved, cost, unseeded, absent, unjudged } = tally
  return {
    decisions,
    changed,
    changes: [...tally.changes.values()].sort((one, another) => another.decisions - one.decisions),
    unserved,
    cost,
    latency: averages(tally.latency),
    shares: sharesOf(tally, decisions),
    missing: Object.fromEntries(tally.missing),
    unseeded,
    absent,
    unjudged,
  }
}
