/** Everything else that a provider offers: passed on to it as it comes, with key, bounds and accounting as for all. */
import type { PassthroughBody } from '../../domain/operation.ts'
import type { Front } from './front.ts'
import { PassingSink } from './passing-sink.ts'
import { badCoding } from './read-body.ts'
import { refuse } from './reply.ts'
import { requestSource } from './request-source.ts'
import { dialectAt } from './tongues.ts'
import { incomingOf, refuseFor } from './understand.ts'
import type { Visit } from './visit.ts'
import { readWishes } from './wishes.ts'

const prefix = '/passthrough/'

/** Provider, and path with its query, as they stand in the request; a slash at the end is the provider's to understand. */
const partsOf = (url: string): { readonly provider: string; readonly path: string } => {
  const below = url.slice(url.indexOf(prefix) + prefix.length)
  const end = below.search(/[/?]/)
  const provider = end < 0 ? below : below.slice(0, end)
  const path = end < 0 ? '/' : below.slice(end)
  return { provider, path: path.startsWith('/') ? path : `/${path}` }
}

/** Passes one request on, its body as it comes. */
export const passThrough = (front: Front, visit: Visit): void => {
  const { request } = visit
  const { provider, path } = partsOf(request.url ?? '')
  const isAnthropic = request.headers['anthropic-version'] !== undefined
  visit.dialect = dialectAt(path.split('?', 1)[0] ?? '', isAnthropic)
  const wished = readWishes(request.headers)
  if (!wished.ok) return refuseFor(front, visit, wished)
  const uncoded = badCoding(request.headers)
  if (uncoded !== undefined) return refuse(front, visit, uncoded)
  const content = requestSource(front, visit)
  const body: PassthroughBody = {
    operation: 'passthrough',
    target: `${provider}/*`,
    stream: true,
    streamUsage: true,
    extensions: {},
    provider,
    method: request.method ?? 'GET',
    path,
    headers: request.rawHeaders,
    ...(content !== undefined && { content }),
  }
  const incoming = incomingOf(visit, body, wished.value)
  const sink = new PassingSink(front, visit, incoming.trace?.sampled ?? true)
  sink.bind(front.gateway.handle(incoming, sink))
}
