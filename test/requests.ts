/** Requests for tests: all that must be there, and what the test wants otherwise. */
import type { RequestId, SpanId, TraceId, VirtualKeyId } from '../src/domain/ids.ts'
import type { ChatRequest } from '../src/domain/request.ts'
import type { Instant } from '../src/domain/units.ts'

/** A user says hello. */
export const requestOf = (more: Partial<ChatRequest> = {}): ChatRequest => ({
  operation: 'chat',
  target: 'pool',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hello there, how are you today?' }] }],
  tools: [],
  output: { type: 'text' },
  limits: { stop: [] },
  sampling: {},
  choices: 1,
  stream: false,
  streamUsage: false,
  extensions: {},
  id: 'req-1' as RequestId,
  caller: { key: 'key-1' as VirtualKeyId },
  wishes: { tags: {} },
  trace: {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736' as TraceId,
    parent: '00f067aa0ba902b7' as SpanId,
    sampled: true,
  },
  receivedAt: 0 as Instant,
  ...more,
})
