/** The gifts of the machine, together. */
import type { Clock } from './clock.ts'
import type { Ids } from './ids.ts'
import type { Secrets } from './secrets.ts'
import type { Store } from './store.ts'
import type { Telemetry } from './telemetry.ts'
import type { Transport } from './transport.ts'

/** What the machine gives the house. A test passes its own. */
export interface Platform {
  readonly store: Store
  readonly clock: Clock
  readonly transport: Transport
  readonly secrets: Secrets
  readonly telemetry: Telemetry
  readonly ids: Ids
}
