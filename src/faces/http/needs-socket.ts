/** The answer at an address where conversations are held to a request that is none. */
import type { Front } from './front.ts'
import { invalid, refuse } from './reply.ts'
import type { Visit } from './visit.ts'

const why = 'conversations are held here, over a WebSocket; a request that asks for an upgrade would be right'

/** Refuses, and says what to ask for. */
export const needsSocket = (front: Front, visit: Visit): void =>
  refuse(front, visit, invalid(why, { status: 426 }), ['upgrade', 'websocket'])
