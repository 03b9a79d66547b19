/** The same facts give the same decision; under another policy they show what it would have changed. */
import type { DecisionTrace, Facts, RoutingDecision } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { DeploymentId } from '../domain/ids.ts'
import type { SignalKey } from '../domain/signal.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { decide } from './decide.ts'
import { expectedCost } from './measures.ts'

/** Decides again from the trace's own facts. With the trace's own policy it gives the trace's decision, byte for byte. */
export const replay = (policy: CompiledPolicy, trace: DecisionTrace): RoutingDecision => decide(policy, trace.facts)

/** One figure as it was and as it would have been. */
export interface Shift {
  readonly before: number
  readonly after: number
}

/** What another policy would have done with recorded facts. */
export interface Comparison {
  readonly decisions: number
  /** Decisions whose first choice would have been another, or nobody. */
  readonly changed: number
  /** Decisions with nobody left to serve. */
  readonly unserved: Shift
  /** Expected cost in millionths of a dollar, over those decisions alone whose first choices both have a price. */
  readonly cost: Shift & { readonly priced: number }
  /** The share of decisions in which each candidate came first. */
  readonly shares: Readonly<Record<DeploymentId, Shift>>
  /** Signals that the policy reads, and in how many decisions they were not gathered: there it decided as if nothing were known. */
  readonly missing: Readonly<Partial<Record<SignalKey, number>>>
}

interface Tally {
  changed: number
  readonly unserved: { before: number; after: number }
  readonly cost: { before: number; after: number; priced: number }
  readonly firsts: Map<DeploymentId, { before: number; after: number }>
  readonly missing: Map<SignalKey, number>
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

const countCost = (tally: Tally, facts: Facts, before?: Candidate, after?: Candidate): void => {
  const was = before && expectedCost(before, facts.request, facts.now)
  const would = after && expectedCost(after, facts.request, facts.now)
  if (was === undefined || would === undefined) return
  tally.cost.before += was
  tally.cost.after += would
  tally.cost.priced++
}

const countMissing = (tally: Tally, policy: CompiledPolicy, facts: Facts): void => {
  for (const key of policy.reads)
    if (facts.signals[key] === undefined) tally.missing.set(key, (tally.missing.get(key) ?? 0) + 1)
}

const sharesOf = (tally: Tally, decisions: number): Comparison['shares'] =>
  Object.fromEntries(
    [...tally.firsts].map(([id, { before, after }]) => [id, { before: before / decisions, after: after / decisions }]),
  )

/** Runs recorded facts through a policy and counts what changes. Tells nothing of quality: that takes outcomes. */
export const compare = (traces: Iterable<DecisionTrace>, policy: CompiledPolicy): Comparison => {
  const tally: Tally = {
    changed: 0,
    unserved: { before: 0, after: 0 },
    cost: { before: 0, after: 0, priced: 0 },
    firsts: new Map(),
    missing: new Map(),
  }
  let decisions = 0
  for (const trace of traces) {
    const before = firstOf(trace.decision)
    const after = firstOf(replay(policy, trace))
    decisions++
    if (before?.id !== after?.id) tally.changed++
    countFirst(tally, 'before', before)
    countFirst(tally, 'after', after)
    countCost(tally, trace.facts, before, after)
    countMissing(tally, policy, trace.facts)
  }
  return {
    decisions,
    changed: tally.changed,
    unserved: tally.unserved,
    cost: tally.cost,
    shares: sharesOf(tally, decisions),
    missing: Object.fromEntries(tally.missing),
  }
}
