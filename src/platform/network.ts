/** The network of a house: plain, as sockets of conversations, and signed. */
import type { Clock } from '../ports/clock.ts'
import { signingTransport } from './signing-transport.ts'
import { socketTransport } from './socket-transport.ts'
import { undiciTransport } from './undici-transport.ts'

/** Requests and conversations, as they are and signed where they ask for it. */
export const networkOf = (clock: Clock) => {
  const plain = undiciTransport({ clock })
  const transport = socketTransport(plain, { clock })
  const close = async (): Promise<void> => {
    transport.close()
    await plain.close()
  }
  return { transport, signing: signingTransport(transport, { clock }), close }
}
