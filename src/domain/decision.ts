/** Facts, Slate, Assessment, RoutingDecision, DecisionTrace. */
import type { Ability, Candidate } from './deployment.ts'
import type { DecisionId, DeploymentId, DialectId, PoolId } from './ids.ts'
import type { AllowList } from './caller.ts'
import type { Operation } from './operation.ts'
import type { ContentTrigger, Execution, MidStream, Patience, Scalar } from './policy.ts'
import type { Signals } from './signal.ts'
import type { Units } from './stream-event.ts'
import type { Instant, MicroUsd, Millis, Tokens, Unit } from './units.ts'

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
  /** A path of the face where there is one: `/v1/chat/completions`. */
  readonly path?: string
  /** Tools are called by the provider itself, so that asking twice may do twice. */
  readonly hasServerTools?: boolean
}

/** The most that may be paid: for a million tokens in and out, for one request and for one picture. */
export interface PriceCap {
  readonly input?: MicroUsd
  readonly output?: MicroUsd
  readonly request?: MicroUsd
  readonly image?: MicroUsd
}

/** Hard limits of this request: nothing brings back what they exclude. */
export interface Bounds {
  readonly allow?: AllowList
  readonly lock?: string
  readonly only?: readonly string[]
  readonly ignore?: readonly string[]
  readonly budgetCap?: MicroUsd
  /** Who costs more may not serve. */
  readonly maxPrice?: PriceCap
  /** Tags that a candidate must have, one of the values each: `{ quantization: ['fp8', 'bf16'] }`. */
  readonly tags?: Readonly<Record<string, readonly string[]>>
  /** Candidates that would lose a parameter of the request may not serve. */
  readonly requireParameters?: boolean
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
  /** Those of the candidates that are asked only after the first: the policy's own fallback chain beyond its pool. */
  readonly reserve?: readonly DeploymentId[]
  /** What the caller would like first, before the policy's own orders. */
  readonly asked?: {
    /** Who serves each model that was asked for, those of the first model first; before every other wish. */
    readonly models?: readonly (readonly DeploymentId[])[]
    /** Providers, deployments or models, best first. */
    readonly order?: readonly string[]
    readonly sort?: 'cheap' | 'fast' | 'throughput'
    /** Nobody beyond `order`. */
    readonly only?: boolean
  }
  readonly now: Instant
  /** Where chance comes from: the request id to spread load, the session id to stay put. */
  readonly seed: string
  /** The same for steps that say themselves by what they stay put; who has no session or user has no such seed. */
  readonly seeds?: { readonly request: string; readonly session?: string; readonly user?: string }
}

/** One opinion about one candidate. Words are made from it by routing/explain.ts. */
export interface Reason {
  /** The step's place and name in the policy, e.g. `3:cheap`. */
  readonly step: string
  /** Why it was excluded, in words. Always set on an exclusion. */
  readonly says?: string
  /** What the step measured, in the step's own unit. */
  readonly value?: number
  /** What the value is made of, by name: the parts of a score, each from 0 to 1. */
  readonly parts?: Readonly<Record<string, number>>
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

/** An arm that was drawn at a split. */
export interface DrawnArm {
  /** The split's place in the policy, e.g. `2:split`. */
  readonly step: string
  readonly arm: string
  readonly share: Unit
}
/** Who answers a copy of the request beside the one that is shown. */
export interface Shadow {
  readonly step: string
  readonly arm: string
  readonly candidate: DeploymentId
  readonly maxSpend?: MicroUsd
}

export interface RoutingDecision {
  readonly id: DecisionId
  readonly policy: { readonly name: string; readonly version: string }
  /** The fallback chain: every eligible candidate, best first. */
  readonly ranked: Slate
  readonly excluded: Slate
  /** Whom to ask, one after another, where that is not simply the ranking. */
  readonly chain?: readonly DeploymentId[]
  /** Set where a split was passed. */
  readonly arms?: readonly DrawnArm[]
  readonly shadows?: readonly Shadow[]
  /** The exact probability with which each candidate would have come first, over all draws of chance. */
  readonly propensity: Readonly<Record<DeploymentId, number>>
  /** The step that put the first before the second, e.g. `3:cheap`, or `tie` or `only` where none did. */
  readonly decidedBy: string
  /** Probability that the first is truly better than the second by that step's measure; 1 where only hard rules decided. */
  readonly confidence: Unit
  readonly seed: string
  readonly execution: Execution<Millis>
  readonly patience: Patience
  readonly fallbackOn: readonly ContentTrigger[]
  readonly midStream: MidStream
}
/** A decision with all that it was made from. decide(trace.facts) must give trace.decision again, byte for byte. */
export interface DecisionTrace {
  readonly facts: Facts
  readonly decision: RoutingDecision
}
