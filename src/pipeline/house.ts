/** All that the stages need, in one record; a request keeps the one that it started with. */
import type { Price } from '../domain/deployment.ts'
import type { ProviderId } from '../domain/ids.ts'
import type { LimitBook } from '../domain/tenancy.ts'
import type { Instant } from '../domain/units.ts'
import type { Clock } from '../ports/clock.ts'
import type { Ids } from '../ports/ids.ts'
import type { Meters } from '../ports/meters.ts'
import type { ProviderAdapter } from '../ports/provider.ts'
import type { Secrets } from '../ports/secrets.ts'
import type { SignalSource } from '../ports/signal-source.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { Transport } from '../ports/transport.ts'
import type { FoundRoute } from '../routing/route.ts'
import type { LiveState } from '../state/live-state.ts'
import type { Kept } from './kept.ts'
import type { Shadows } from './shadow.ts'
import type { Thoughts } from '../state/thoughts.ts'

export interface House {
  readonly clock: Clock
  readonly ids: Ids
  readonly transport: Transport
  readonly secrets: Secrets
  readonly adapters: ReadonlyMap<ProviderId, ProviderAdapter>
  readonly routes: {
    find(target: string, policy?: string): FoundRoute
    /** A provider as a whole, for what names no model. */
    provider(id: string, policy?: string): FoundRoute
    /** One deployment, whatever else has its name. */
    deployment(id: string, policy?: string): FoundRoute
    /** What a model of this provider costs, whether or not it is a deployment here; undefined if nobody knows. */
    priceOf(provider: string, model: string, now: Instant): Price | undefined
  }
  readonly sources: readonly SignalSource[]
  readonly live: LiveState
  readonly kept: Kept
  readonly shadows: Shadows
  readonly thoughts: Thoughts
  readonly telemetry: Telemetry
  /** Absent: nothing is limited. */
  readonly meters?: Meters
  readonly limits?: LimitBook
}
