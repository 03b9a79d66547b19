/** Told every GatewayEvent, asked nothing. */
import type { GatewayEvent } from '../domain/gateway-event.ts'

/** Must not throw and must not wait. */
export type Telemetry = (event: GatewayEvent) => void
