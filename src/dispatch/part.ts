/** Lets an exchange go once nothing more is wanted of it. */
import { millis } from '../domain/units.ts'
import type { Clock } from '../ports/clock.ts'
import type { Exchange } from '../ports/transport.ts'

/** After the end of the answer the upstream may still close its stream properly, so that the connection can be used again. */
const farewell = millis(1_000)

/** At once after a failure, else once its own end has come, which is waited for. The returned function ends the wait. */
export const part = (exchange: Exchange, hasFailed: boolean, clock: Clock): (() => void) | undefined => {
  if (hasFailed) {
    exchange.stop()
    return undefined
  }
  exchange.resume()
  return clock.after(farewell, () => exchange.stop())
}
