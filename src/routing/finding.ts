/** What a check finds, and what it knows of a step by the way that led there. */
import type { Candidate } from '../domain/deployment.ts'
import type { PolicyStep } from '../domain/policy.ts'

/** One thing that a check found. */
export interface Finding {
  /** An error makes the policy unfit to serve these candidates; a warning may be meant. */
  readonly severity: 'error' | 'warning'
  /** The step, e.g. `steps[3]`. */
  readonly at: string
  readonly says: string
}

/** A step that names a strategy. */
export type Use = Extract<PolicyStep, { use: string }>

/** What holds wherever a step is reached. */
export interface Way {
  /** The whole pool, for names: a step that leaves somebody out may well name them. */
  readonly everyone: readonly Candidate[]
  /** Who can still be there. */
  readonly candidates: readonly Candidate[]
  /** A quality floor runs on every such way, before this step or after it: constraints come first anyway. */
  readonly hasFloor: boolean
  /** Names of the orders that surely ran before. */
  readonly orders: readonly string[]
  /** The order that surely left no ties, and where it stands. */
  readonly full?: Ran
  /** Steps with options that surely ran before, by canonical text. */
  readonly ran: ReadonlyMap<string, Ran>
}

/** A step that ran, and where it stands. */
export interface Ran {
  readonly step: Use
  readonly at: string
}
