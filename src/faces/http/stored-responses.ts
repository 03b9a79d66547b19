/** Answers that a provider keeps, asked for again by their ids: read, listed, stopped, thrown away. */
import { needsMemory } from '../../dialects/openai-responses/memory.ts'
import { openaiResponses } from '../../dialects/openai-responses/index.ts'
import type { Memory } from '../../domain/memory.ts'
import type { PassthroughBody } from '../../domain/operation.ts'
import type { ChatBody, RawBody } from '../../domain/request.ts'
import type { Front } from './front.ts'
import { PassingSink } from './passing-sink.ts'
import { badCoding } from './read-body.ts'
import { refuse } from './reply.ts'
import { requestSource } from './request-source.ts'
import { incomingOf, refuseFor } from './understand.ts'
import type { Visit } from './visit.ts'
import { readWishes } from './wishes.ts'

/** What a request for an answer has to do with those that are kept: OpenAI keeps every one unless it is told not to. */
export const memoryOf = (asks: ChatBody, { json }: RawBody): Memory | undefined => {
  const refersBy = needsMemory(asks)
  const keeps = json['store'] !== false
  if (!keeps && refersBy.length === 0) return undefined
  const id = json['previous_response_id']
  return { dialect: openaiResponses.id, refersBy, keeps, ...(typeof id === 'string' && id !== '' && { id }) }
}

/** Passes a request for a kept answer on to whoever keeps it; `below` is what follows its id in the path. */
export const stored =
  (below: '' | '/cancel' | '/input_items') =>
  (front: Front, visit: Visit, id: string): void => {
    const { request, query } = visit
    const wished = readWishes(request.headers)
    if (!wished.ok) return refuseFor(front, visit, wished)
    const uncoded = badCoding(request.headers)
    if (uncoded !== undefined) return refuse(front, visit, uncoded)
    const content = requestSource(front, visit)
    const method = request.method ?? 'GET'
    const body: PassthroughBody = {
      operation: 'passthrough',
      target: id,
      stream: true,
      streamUsage: true,
      extensions: {},
      provider: '',
      method,
      path: `/${encodeURIComponent(id)}${below}${query === '' ? '' : `?${query}`}`,
      headers: request.rawHeaders,
      ...(content !== undefined && { content }),
    }
    const memory: Memory = {
      dialect: openaiResponses.id,
      refersBy: [],
      id,
      isEnd: method === 'DELETE',
      keeps: false,
    }
    const incoming = { ...incomingOf(visit, body, wished.value), memory }
    const sink = new PassingSink(front, visit, incoming.trace?.sampled ?? true)
    sink.bind(front.gateway.handle(incoming, sink))
  }
