/** What a client's word stands for: who can serve it, and by which policy. */
import type { Facts } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { DeploymentId, PoolId } from '../domain/ids.ts'
import type { CompiledPolicy } from './compile-policy.ts'

/** Who can serve what was asked for, and how one of them is chosen. */
export interface Route {
  readonly pool?: PoolId
  readonly task?: string
  readonly candidates: readonly Candidate[]
  readonly policy: CompiledPolicy
  /** The policy's own fallback chain, as far as it lies beyond these candidates. */
  readonly reserve?: readonly Candidate[]
  /** These candidates and the reserve behind them, where there is one. */
  readonly everyone?: readonly Candidate[]
  /** The provider that was named with the model; no other may serve. */
  readonly lock?: string
  /** Who serves each model, the first one's first, where several were asked for. */
  readonly models?: readonly (readonly DeploymentId[])[]
  /** What the name that was asked for says of the order: `:nitro`, `:floor`. */
  readonly sort?: NonNullable<Facts['asked']>['sort']
}

export type FoundRoute =
  | { readonly ok: true; readonly route: Route }
  | {
      readonly ok: false
      /** What was not found: the target or the policy. */
      readonly kind: 'target' | 'policy'
      /** The most similar names, best first. */
      readonly nearest: readonly string[]
      /** All names of this kind. */
      readonly names: readonly string[]
    }
