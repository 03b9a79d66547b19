/** A dialect of four words, for tests of what stands around dialects. */
import { nothing } from '../src/domain/delivery.ts'
import type { DialectId, RequestId, TraceId, VirtualKeyId } from '../src/domain/ids.ts'
import type { ChatRequest, RawBody } from '../src/domain/request.ts'
import type { StreamEvent } from '../src/domain/stream-event.ts'
import type { Instant } from '../src/domain/units.ts'
import type { Dialect } from '../src/ports/dialect.ts'

const id = 'fake' as DialectId
const isRecord = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object'

const eventsOf = (text: string): readonly StreamEvent[] => [
  { type: 'response-start', model: 'm' },
  { type: 'text-delta', block: 0, text },
  { type: 'choice-end', reason: 'stop' },
  { type: 'response-end' },
]
const unread = (): StreamEvent => ({
  type: 'response-failed',
  failure: { kind: 'upstream-garbled', message: 'no text' },
})

/** A whole answer is `{"text":…}`; a stream is `data: word` frames, `data: !code` for a failure, `data: .` for the end. */
export const fakeDialect: Dialect = {
  id,
  decodeRequest: () => ({ ok: false, why: 'not asked for' }),
  encodeRequest: (request, model) => ({
    value: {
      model,
      stream: request.stream,
      max_completion_tokens: 9,
      seed: 1,
      messages: [{ role: 'developer', content: 'x' }],
    },
    losses: [{ field: 'sampling.topK', why: 'the fake has none' }],
  }),
  decodeAnswer: body => (isRecord(body) && typeof body['text'] === 'string' ? eventsOf(body['text']) : [unread()]),
  encodeAnswer: () => ({ value: {}, losses: [] }),
  decodeStream: () => {
    let ended = false
    return {
      push: ({ data }) => {
        if (data === '.') {
          ended = true
          return [{ type: 'response-end' }]
        }
        if (!data.startsWith('!')) return [{ type: 'text-delta', block: 0, text: data }]
        ended = true
        const failure = { kind: 'stream-broken', message: 'told inside', upstream: { code: data.slice(1) } } as const
        return [{ type: 'response-failed', failure }]
      },
      end: () => (ended ? [] : [{ type: 'response-failed', failure: { kind: 'stream-broken', message: 'cut off' } }]),
    }
  },
  encodeStream: () => ({ push: () => [], losses: () => [] }),
  encodeFailure: () => ({ status: 500, body: {} }),
  express: {
    editRequest: (raw, model) =>
      JSON.stringify({ ...raw.json, model, ...(raw.json['stream'] === true && { stream_options: {} }) }),
    scanStream: () => ({ push: bytes => ({ ...nothing, bytes, size: 1 }), end: () => ({ ...nothing, ended: true }) }),
    scanAnswer: bytes => {
      const text = new TextDecoder().decode(bytes)
      return /^\{"text".*\}$/.test(text)
        ? { ...nothing, bytes, size: 1, content: true, ended: true }
        : { ...nothing, failure: { kind: 'upstream-garbled', message: 'no text' } }
    },
  },
}

/** A request of a client that speaks this dialect, or of one that speaks another if `raw` is left out. */
export const requestOf = (changes: Partial<ChatRequest> = {}): ChatRequest => ({
  operation: 'chat',
  id: 'req-1' as RequestId,
  target: 'pool',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hello' }] }],
  tools: [],
  output: { type: 'text' },
  limits: { stop: [] },
  sampling: {},
  choices: 1,
  stream: false,
  streamUsage: false,
  extensions: {},
  caller: { key: 'key-1' as VirtualKeyId },
  wishes: { tags: {} },
  trace: { traceId: '0af7651916cd43dd8448eb211c80319c' as TraceId, sampled: true },
  receivedAt: 0 as Instant,
  ...changes,
})

/** The body that a client sent, in this dialect. */
export const rawOf = (
  dialect: DialectId,
  json: Readonly<Record<string, unknown>>,
  headers?: readonly string[],
): RawBody => ({
  dialect,
  bytes: new TextEncoder().encode(JSON.stringify(json)),
  json,
  ...(headers !== undefined && { headers }),
})
