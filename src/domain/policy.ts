/** A policy as data: steps, order, execution, patience. */
import type { Millis } from './units.ts'

export type Execution =
  | { readonly mode: 'fallback' }
  | { readonly mode: 'hedge'; readonly after: Millis }
  | { readonly mode: 'race'; readonly width: number }

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
export type PolicyStep =
  | { readonly use: string; readonly with?: StepOptions }
  | { readonly when: Condition; readonly then: readonly PolicyStep[]; readonly otherwise?: readonly PolicyStep[] }

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
  readonly fallbackOnRefusal: boolean
}
