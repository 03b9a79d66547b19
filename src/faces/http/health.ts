/** Is it alive, may traffic be sent here, and the numbers. */
import type { PartHealth } from '../../ports/part-health.ts'
import { authenticate } from './authenticate.ts'
import type { Front } from './front.ts'
import { refuse, send, sendJson } from './reply.ts'
import type { Visit } from './visit.ts'

/** Alive: the process answers. */
export const alive = (front: Front, visit: Visit): void => sendJson(front, visit, 200, { status: 'ok' })

/** What a part says of itself; of what went wrong only what no stranger can use. */
const partOf = ({ part, state, since, means, waiting }: PartHealth): Readonly<Record<string, unknown>> => ({
  part,
  state,
  since: new Date(since).toISOString(),
  ...(means !== undefined && { means }),
  ...(waiting !== undefined && { waiting }),
})

/** Ready: 503 while draining, or while what the gateway needs is missing. */
export const ready = (front: Front, visit: Visit): void => {
  const inFlight = front.gateway.inFlight()
  if (front.isDraining) return sendJson(front, visit, 503, { status: 'draining', in_flight: inFlight })
  const { ready: isReady, why, parts = [] } = front.isReady?.() ?? { ready: true }
  const told = { in_flight: inFlight, ...(parts.length > 0 && { parts: parts.map(partOf) }) }
  // What works with less takes traffic all the same, and says so aloud.
  if (isReady) return sendJson(front, visit, 200, { status: parts.length > 0 ? 'degraded' : 'ready', ...told })
  sendJson(front, visit, 503, { status: 'not ready', ...(why !== undefined && { why }), ...told })
}

const isLoopback = (address: string | undefined): boolean =>
  address !== undefined && /^(?:127\.|::1$|::ffff:127\.)/.test(address)

/** Numbers for Prometheus. A scraper on this machine needs no key; behind a proxy on this machine everybody looks so, so a forwarded request needs one too. */
export const metrics = (front: Front, visit: Visit): void => {
  const { headers, socket } = visit.request
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined
  if (isForwarded || !isLoopback(socket.remoteAddress)) {
    const caller = authenticate(front.keyring, headers)
    if ('kind' in caller) return refuse(front, visit, caller)
  }
  const body = front.metrics?.() ?? ''
  send(front, visit, { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body })
}
