/** A policy as data: steps, order, execution, patience. */
import type { DeploymentId } from './ids.ts'
import type { MicroUsd, Millis, Unit } from './units.ts'

/** How much may be asked of a second candidate beside the first; past either, one is asked after another. */
export interface ExtraCap {
  /** Of a pool's requests of the last minute, how many may be asked of several at once. */
  readonly share?: Unit
  /** What the answers that nobody got may cost, as a share of what those cost that somebody did, over the last ten minutes. */
  readonly spend?: Unit
}

/** What an answer is judged by before anybody sees it. */
export interface CascadeCheck {
  /** Valid JSON, by the schema of the request where there is one. */
  readonly schema?: boolean
  /** Every call is of a tool of the request, with arguments by its schema. */
  readonly toolCalls?: boolean
  /** Neither refused, nor cut by a limit, nor empty. */
  readonly finished?: boolean
  /** The least mean probability of its tokens, where the provider tells them. */
  readonly confidence?: Unit
  /** A pool that is asked whether the answer is right. */
  readonly judge?: string
}

/** How the chain is tried; in a decision every time is a number. */
export type Execution<After extends Millis | 'p95' = Millis | 'p95'> =
  | { readonly mode: 'fallback' }
  /** `p95`: once the first has taken as long as it takes 19 times of 20 to give its first content. */
  | { readonly mode: 'hedge'; readonly after: After; readonly cap?: ExtraCap }
  | { readonly mode: 'race'; readonly width: number; readonly cap?: ExtraCap }
  /** One after another, as long as the check does not pass. */
  | { readonly mode: 'cascade'; readonly check: CascadeCheck }

/** Answers, not failures, for which the next candidate is asked. Who checks for the last two holds an answer back until it is whole. */
export const contentTriggers = ['refusal', 'guardrail', 'schema', 'tool-call'] as const
export type ContentTrigger = (typeof contentTriggers)[number]

/**
 * What becomes of an answer that breaks after some of it was shown: it ends with an error; the next candidate goes on
 * from what was shown; or, where nothing is shown before the end, because the client waits for the whole, another
 * candidate begins anew.
 */
export type MidStream = 'error' | 'continue' | 'restart'

/** Limits on attempts and time. */
export interface Patience {
  readonly maxAttempts: number
  readonly retriesPerCandidate: number
  /** The longest wait before a retry; past it, the next candidate is asked instead. */
  readonly maxWait: Millis
  readonly connect: Millis
  /** Until the first content of a stream. */
  readonly firstToken: Millis
  /** Until the whole of an unstreamed answer; absent: as `total`. */
  readonly whole?: Millis
  /** Between two pieces of a stream. */
  readonly idle: Millis
  readonly total: Millis
}

export interface StepOptions {
  readonly [name: string]: unknown
}
/** Whose choices stay together: each request's own, a session's, a user's, or all with the same tag. */
export type SeedBy = 'request' | 'session' | 'user' | `tags.${string}`

/** One way through a split. */
export interface Arm {
  readonly name: string
  /** Of the requests. Those of all arms that answer make up the whole; that of a shadow counts by itself. */
  readonly share: Unit
  /** Answers too, on a copy, and nobody is shown it. */
  readonly shadow?: boolean
  /** What a shadow may spend in a day, UTC. */
  readonly maxSpend?: MicroUsd
  readonly steps: readonly PolicyStep[]
}

export type PolicyStep =
  /** Orders with the same `blend` become one: their scores are added, each times its `weight`. */
  | { readonly use: string; readonly with?: StepOptions; readonly blend?: string; readonly weight?: number }
  | { readonly when: Condition; readonly then: readonly PolicyStep[]; readonly otherwise?: readonly PolicyStep[] }
  | { readonly split: readonly Arm[]; readonly by?: SeedBy }
  /** The steps of another policy, in this place. */
  | { readonly include: string; readonly steps: readonly PolicyStep[] }
  /** How it is carried out where this step is reached, instead of as the policy says; the last one counts. */
  | { readonly execution: Execution }

/** The lists of steps inside a step; none inside a plain one. */
export const branchesOf = (step: PolicyStep): readonly (readonly PolicyStep[])[] => {
  if ('when' in step) return [step.then, step.otherwise ?? []]
  if ('split' in step) return step.split.map(arm => arm.steps)
  return 'include' in step ? [step.steps] : []
}

export type Scalar = string | number | boolean
/** What a field is held against. Several operators in one test must all hold. */
export interface FieldTest {
  readonly eq?: Scalar
  readonly ne?: Scalar
  readonly gt?: number
  readonly gte?: number
  readonly lt?: number
  readonly lte?: number
  readonly in?: readonly Scalar[]
  readonly nin?: readonly Scalar[]
  /** A pattern in RE2's syntax, found anywhere. */
  readonly regex?: string
  readonly contains?: string
  readonly startsWith?: string
  readonly exists?: boolean
}
/** Fields by name, e.g. `{ "tags.tier": { eq: "gold" } }`; siblings must all hold. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly fields: Readonly<Record<string, FieldTest>> }

/** A policy as written. Data, so that it can be stored, compared, replayed and proposed. */
export interface Policy {
  readonly name: string
  readonly steps: readonly PolicyStep[]
  readonly execution: Execution
  readonly patience: Patience
  readonly seed: 'request' | 'session' | 'user'
  readonly fallbackOn: readonly ContentTrigger[]
  readonly midStream: MidStream
  /** Whom to ask after the first, in this order, instead of the rest of the ranking. They need not stand in the pool. */
  readonly fallback?: readonly DeploymentId[]
  /** How far latency looks back: 30 s to 5 min; absent: a minute. */
  readonly window?: Millis
}
