/** The gifts of the machine, together. */
import type { Price } from '../domain/deployment.ts'
import type { Instant } from '../domain/units.ts'
import type { Clock } from './clock.ts'
import type { Ids } from './ids.ts'
import type { Meters } from './meters.ts'
import type { Secrets } from './secrets.ts'
import type { Store } from './store.ts'
import type { Telemetry } from './telemetry.ts'
import type { Transport } from './transport.ts'

/** What is known of prices beside the configuration; undefined where nobody knows. */
export type PriceList = (
  served: { readonly type: string; readonly url?: string; readonly model: string },
  now: Instant,
) => Price | undefined

/** What the machine gives the house. A test passes its own. */
export interface Platform {
  readonly store: Store
  readonly clock: Clock
  readonly transport: Transport
  readonly secrets: Secrets
  readonly telemetry: Telemetry
  readonly ids: Ids
  /** Counts budgets and rate limits; absent: in this process alone. */
  readonly meters?: Meters
  /** For models that no deployment names; absent: they are unpriced. */
  readonly prices?: PriceList
}
