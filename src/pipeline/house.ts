/** All that the stages need, in one record; a request keeps the one that it started with. */
import type { Candidate } from '../domain/deployment.ts'
import type { PoolId, ProviderId } from '../domain/ids.ts'
import type { Clock } from '../ports/clock.ts'
import type { Ids } from '../ports/ids.ts'
import type { ProviderAdapter } from '../ports/provider.ts'
import type { Secrets } from '../ports/secrets.ts'
import type { SignalSource } from '../ports/signal-source.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { Transport } from '../ports/transport.ts'
import type { CompiledPolicy } from '../routing/compile-policy.ts'
import type { LiveState } from '../state/live-state.ts'

/** What a client's word stands for. */
export interface Route {
  readonly pool?: PoolId
  readonly task?: string
  readonly candidates: readonly Candidate[]
  readonly policy: CompiledPolicy
  /** The provider that the client's word names. */
  readonly lock?: string
}

export type Found =
  | { readonly ok: true; readonly route: Route }
  | {
      readonly ok: false
      readonly kind: 'target' | 'policy'
      /** The names that were probably meant, and all there are. */
      readonly nearest: readonly string[]
      readonly names: readonly string[]
    }

export interface House {
  readonly clock: Clock
  readonly ids: Ids
  readonly transport: Transport
  readonly secrets: Secrets
  readonly adapters: ReadonlyMap<ProviderId, ProviderAdapter>
  readonly routes: { find(target: string, policy?: string): Found }
  readonly sources: readonly SignalSource[]
  readonly live: LiveState
  readonly telemetry: Telemetry
}
