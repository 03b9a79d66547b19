/** The orderly end: no new work, time for what is under way, a typed error for what takes longer, and the door is shut. */
import type { Server } from 'node:http'
import type { Failure } from '../../domain/failure.ts'
import { millis } from '../../domain/units.ts'
import type { Millis } from '../../domain/units.ts'
import type { Front } from './front.ts'

/** So long may the last bytes of an answer take to be sent. */
const farewell = millis(2_000)
/** How often connections that have become idle are looked for. */
const often = millis(50)

const cutOff: Failure = {
  kind: 'internal',
  status: 503,
  message: 'the gateway is shutting down and ended this answer before it was whole; send the request again',
}

/** Resolves once nothing is read or answered any more, or the time is over. */
const whenIdle = async (front: Front, within: Millis): Promise<void> => {
  if (front.ongoing.size === 0) return
  await new Promise<void>(resolve => {
    const cancel = front.clock.after(within, resolve)
    front.onIdle = () =>
      // A body that was read whole becomes an answer in the same turn.
      setImmediate(() => {
        if (front.ongoing.size > 0) return
        cancel()
        resolve()
      })
  })
}

/** Closes at once. */
export const close = async (front: Front, server: Server): Promise<void> => {
  await new Promise<void>(resolve => {
    server.close(() => resolve())
    front.second?.destroy()
    closeLines(front)
    server.closeAllConnections()
  })
}

/** Node does not count as its own the connections that became lines. */
const closeLines = ({ lines }: Front): void => {
  for (const socket of lines) socket.destroy()
}

/** Closes the connections on which nothing is being answered, also those that never asked for anything. */
const closeIdle = ({ sockets, visits, lines }: Front): void => {
  for (const socket of sockets) {
    // A line ends once both sides have said goodbye.
    if (lines.has(socket)) continue
    const visit = visits.get(socket)
    if (visit === undefined || visit.response.closed) socket.destroy()
  }
}

/** Resolves when the last connection is closed; those that do not end in time are cut. */
const shut = async (front: Front, server: Server): Promise<void> => {
  await new Promise<void>(resolve => {
    const stops: (() => void)[] = []
    const look = (): void => {
      closeIdle(front)
      stops[0] = front.clock.after(often, look)
    }
    stops[1] = front.clock.after(farewell, () => {
      front.second?.destroy()
      closeLines(front)
      server.closeAllConnections()
    })
    front.second?.close()
    server.close(() => {
      for (const stop of stops) stop()
      resolve()
    })
    look()
  })
}

/**
 * Takes no new work, lets what is under way end within this time, ends the rest, and closes. Until then the port answers:
 * with 503 at /readyz and to new work, so that whoever balances load learns why.
 */
export const drain = async (front: Front, server: Server, within: Millis): Promise<void> => {
  front.isDraining = true
  await whenIdle(front, within)
  for (const one of front.ongoing.all()) one.cut(cutOff)
  await shut(front, server)
}
