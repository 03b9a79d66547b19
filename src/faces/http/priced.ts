/** The last usage of a stream with what the request has cost, since the head has left long before. */
import { hasUsage, withCost } from '../../dialects/tell-cost.ts'
import type { Delivery } from '../../domain/delivery.ts'
import type { DialectId } from '../../domain/ids.ts'
import type { Cost } from '../../domain/outcome.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'

const pricedEvent = (event: StreamEvent, dialect: DialectId, usd: number): StreamEvent => {
  if (event.type !== 'usage') return event
  const { usage } = event
  const own = { ...usage.extensions?.[dialect], cost_usd: usd }
  return { ...event, usage: { ...usage, extensions: { ...usage.extensions, [dialect]: own } } }
}

const usdOf = (cost: Cost | undefined): number | undefined =>
  cost === undefined || cost.source === 'unpriced' ? undefined : cost.amount / 1e6

/** Puts the cost where the usage is, in one stream. */
export interface Pricing {
  /** What is to be passed on of this delivery. */
  take(delivery: Delivery): Delivery
  /** Bytes that were kept back and are still owed, with this cost where it is known. */
  rest(cost?: Cost): Uint8Array | undefined
}

/**
 * A stream of bytes tells usage in one frame and that it was the last in another: the one is kept back until the other
 * comes, which it does at once.
 */
export const pricing = (dialect: DialectId): Pricing => {
  let held: Uint8Array | undefined
  const release = (bytes: Uint8Array | undefined): Uint8Array | undefined => {
    const before = held
    held = undefined
    if (before === undefined || bytes === undefined) return before ?? bytes
    return Buffer.concat([before, bytes])
  }
  return {
    take: delivery => {
      const usd = usdOf(delivery.cost)
      const { events } = delivery
      if (events !== undefined) {
        if (usd === undefined) return delivery
        return { ...delivery, events: events.map(event => pricedEvent(event, dialect, usd)) }
      }
      const bytes = release(delivery.bytes)
      if (bytes === undefined) return delivery
      if (usd !== undefined) return { ...delivery, bytes: withCost(bytes, usd) }
      if (delivery.ended === true || !hasUsage(bytes))
        return bytes === delivery.bytes ? delivery : { ...delivery, bytes }
      held = bytes
      const { bytes: _bytes, ...facts } = delivery
      return facts
    },
    rest: cost => {
      const bytes = release(undefined)
      const usd = usdOf(cost)
      return bytes === undefined || usd === undefined ? bytes : withCost(bytes, usd)
    },
  }
}
