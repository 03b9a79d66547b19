/** The newest decisions of this process, for dry runs. */
import type { DecisionTrace } from '../domain/decision.ts'
import type { GatewayEvent } from '../domain/gateway-event.ts'

export interface RecentDecisions {
  hear(event: GatewayEvent): void
  /** At most so many, in the order in which they were made. */
  last(count: number): readonly DecisionTrace[]
}

/** Remembers so many, the newest. */
export const recentDecisions = (most = 5000): RecentDecisions => {
  const ring: DecisionTrace[] = []
  let next = 0
  return {
    hear: event => {
      if (event.type !== 'decision-made') return
      ring[next] = event.trace
      next = (next + 1) % most
    },
    last: count => {
      const ordered = ring.length < most ? ring : [...ring.slice(next), ...ring.slice(0, next)]
      return count <= 0 ? [] : ordered.slice(-count)
    },
  }
}
