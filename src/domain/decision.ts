/** Facts, Slate, Assessment, RoutingDecision, DecisionTrace. */
import type { Ability, Candidate } from './deployment.ts'
import type { DecisionId, DeploymentId, DialectId, PoolId } from './ids.ts'
import type { AllowList } from './caller.ts'
import type { Operation } from './operation.ts'
import type { Execution, Patience, Scalar } from './policy.ts'
import type { Signals } from './signal.ts'
import type { Units } from './stream-event.ts'
import type { Instant, MicroUsd, Tokens, Unit } from './units.ts'

/** What a strategy may know of a request: its shape, never its words. */
export interface RequestShape {
  readonly target: string
  readonly operation: Operation
  readonly dialect?: DialectId
  readonly inputTokens: Tokens
  /** What has to fit into a window at once, where that is not all of it: texts that are embedded are read one by one. */
  readonly tokensAtOnce?: Tokens
  /** Expected, not allowed at most. */
  readonly outputTokens: Tokens
  readonly maxOutputTokens?: Tokens
  /** Expected pieces, where there are any beside tokens: images asked for, characters to be read aloud. */
  readonly units?: Units
  readonly needs: readonly Ability[]
  readonly tags: Readonly<Record<string, string>>
  /** Parameters a condition may ask for: temperature, stream, tools (count), response_format, … */
  readonly params: Readonly<Record<string, Scalar>>
  /** Who asks, as far as a condition may ask for it. */
  readonly caller: { readonly key: string; readonly team?: string; readonly user?: string }
}

/** Hard limits of this request: nothing brings back what they exclude. */
export interface Bounds {
  readonly allow?: AllowList
  readonly lock?: string
  readonly only?: readonly string[]
  readonly ignore?: readonly string[]
  readonly budgetCap?: MicroUsd
  /** Set where the request refers to what a provider keeps: who keeps it, if that is known, and who could. */
  readonly kept?: {
    readonly refersBy: readonly string[]
    readonly by?: DeploymentId
    readonly able: readonly DeploymentId[]
  }
}

/** Everything a decision depends on, as plain JSON. Same facts, same decision, on any machine, on any day. */
export interface Facts {
  readonly id: DecisionId
  readonly pool?: PoolId
  readonly request: RequestShape
  readonly bounds: Bounds
  readonly candidates: readonly Candidate[]
  readonly signals: Signals
  readonly now: Instant
  /** Where chance comes from: the request id to spread load, the session id to stay put. */
  readonly seed: string
}

/** One opinion about one candidate. Words are made from it by routing/explain.ts. */
export interface Reason {
  /** The step's place and name in the policy, e.g. `3:cheap`. */
  readonly step: string
  /** Why it was excluded, in words. Always set on an exclusion. */
  readonly says?: string
  /** What the step measured, in the step's own unit. */
  readonly value?: number
}

/** What has been concluded so far about one candidate. */
export interface Assessment {
  readonly candidate: Candidate
  readonly excluded: boolean
  /** Candidates in one tier are tied; tiers count from 0, best first. */
  readonly tier: number
  readonly reasons: readonly Reason[]
}
/** One assessment per candidate. Nothing ever leaves a slate. */
export type Slate = readonly Assessment[]

export interface RoutingDecision {
  readonly id: DecisionId
  readonly policy: { readonly name: string; readonly version: string }
  /** The fallback chain: every eligible candidate, best first. */
  readonly ranked: Slate
  readonly excluded: Slate
  /** The exact probability with which each candidate would have come first, over all draws of chance. */
  readonly propensity: Readonly<Record<DeploymentId, number>>
  /** The step that put the first before the second, e.g. `3:cheap`, or `tie` or `only` where none did. */
  readonly decidedBy: string
  /** Probability that the first is truly better than the second by that step's measure; 1 where only hard rules decided. */
  readonly confidence: Unit
  readonly seed: string
  readonly execution: Execution
  readonly patience: Patience
  readonly fallbackOnRefusal: boolean
}
/** A decision with all that it was made from. decide(trace.facts) must give trace.decision again, byte for byte. */
export interface DecisionTrace {
  readonly facts: Facts
  readonly decision: RoutingDecision
}
