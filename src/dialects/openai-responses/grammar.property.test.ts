/** Whatever events come, in whatever order, the stream that is written keeps its grammar, its schema and what was said. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { breaches } from '../../../test/openai-schema.ts'
import { hasShared } from '../../../test/shared.ts'
import type { DialectId } from '../../domain/ids.ts'
import { collect } from '../../domain/response.ts'
import type { FinishReason, StreamEvent } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import type { AnswerContext, Frame } from '../../ports/dialect.ts'
import { frameText } from '../framing.ts'
import { openaiResponses } from './index.ts'

const context: AnswerContext = { id: 'req-1', model: 'asked-for', now: 1_750_000_000_000 as Instant, streamUsage: true }
const foreign = 'anthropic-messages' as DialectId
const own = openaiResponses.id

const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 })
const reasons: readonly FinishReason[] = ['stop', 'length', 'tool-calls', 'refused', 'other']
const odd = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(null))
const form = fc.dictionary(
  fc.constantFrom('id', 'status', 'more', 'kind', 'empty', 'content', 'encrypted_content', 'part', 'late', 'tools'),
  fc.oneof(odd, fc.constantFrom('a', 'b', true)),
  { maxKeys: 3 },
)
/** Own members of any make, broken ones among them. */
const extensions = fc.option(
  fc.oneof(
    fc.dictionary(
      fc.constantFrom('logprobs', 'annotations', 'message', 'id', 'type', 'output', 'status', 'usage', 'text', 'x'),
      odd,
      { maxKeys: 3 },
    ),
    fc.record({ $form: form }),
    fc.record({ logprobs: fc.array(fc.record({ token: word, logprob: fc.float() }), { maxLength: 2 }) }),
  ),
  { nil: undefined },
)
const carrying = <T extends object>(event: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc
    .tuple(event, extensions)
    .map(([one, members]) => (members === undefined ? one : { ...one, extensions: { [own]: members } }))

const at = { block: fc.nat(5) }
const is = <T extends string>(...types: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...types)
const count = fc.nat(1000).map(tokens)
const usage = fc.record({ input: count, inputCached: count, inputCacheWritten: count, output: count, reasoning: count })
const event: fc.Arbitrary<StreamEvent> = fc.oneof(
  carrying(fc.record({ type: is('response-start'), model: fc.string(), upstreamId: fc.string(), created: fc.nat() })),
  carrying(fc.record({ type: is('text-start', 'text-end'), ...at })),
  carrying(fc.record({ type: is('text-delta', 'refusal-delta'), ...at, text: word })),
  carrying(fc.record({ type: is('reasoning-start'), ...at, redacted: word }, { requiredKeys: ['type', 'block'] })),
  fc.record({ type: is('reasoning-delta'), ...at, text: word }),
  carrying(fc.record({ type: is('reasoning-end'), ...at, signature: word })),
  carrying(fc.record({ type: is('tool-call-start'), ...at, callId: fc.string(), name: fc.string() })),
  fc.record({ type: is('tool-call-delta'), ...at, input: word }),
  fc.record({ type: is('tool-call-end'), ...at }),
  fc.record({
    type: is('opaque'),
    ...at,
    dialect: fc.constantFrom(foreign, own),
    kind: fc.constantFrom('custom_tool_call', 'web_search_call', 'image_generation_call'),
    value: fc.constantFrom(
      { type: 'custom_tool_call', id: 'a', call_id: 'c', name: 'sql', input: 'x' },
      { type: 'custom_tool_call', call_id: 'c', name: 'sql', input: '' },
      { type: 'web_search_call', id: 'b', status: 'completed' },
      { type: 'image_generation_call', id: 'b' },
      null,
    ),
  }),
  fc.record({ type: is('usage'), usage }),
  fc.record(
    { type: is('choice-end'), reason: fc.constantFrom(...reasons), raw: fc.string() },
    { requiredKeys: ['type', 'reason'] },
  ),
)
const last: fc.Arbitrary<StreamEvent> = fc.oneof(
  carrying(fc.constant<StreamEvent>({ type: 'response-end' })),
  fc.constant<StreamEvent>({ type: 'response-failed', failure: { kind: 'stream-broken', message: 'silence' } }),
)

const encode = (events: readonly StreamEvent[]): readonly Frame[] => {
  const encoder = openaiResponses.encodeStream(context)
  return events.flatMap(one => encoder.push(one))
}
const decode = (frames: readonly Frame[]): readonly StreamEvent[] => {
  const decoder = openaiResponses.decodeStream()
  return [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
}
interface Told {
  readonly type: string
  readonly sequence_number: number
  readonly output_index: number
  readonly item_id: string
  readonly item: { readonly id?: string; readonly type: string }
  readonly response: { readonly output: readonly unknown[]; readonly status: string }
}
const parse = ({ data }: Frame): Told => JSON.parse(data)

/** Parts that began and did not end. */
const openParts = (events: readonly Told[]): number => {
  const began = (one: Told): number => Number(one.type.endsWith('part.added')) - Number(one.type.endsWith('part.done'))
  return events.reduce((sum, one) => sum + began(one), 0)
}
/** Each item begins once, in order, and ends once, under one id; nothing is told of it before or after. */
const grammar = (events: readonly Told[]): void => {
  const open = new Map<number, { readonly id: string | undefined; done: unknown }>()
  const [first, second, ...rest] = events
  expect(openParts(events)).toBe(0)
  expect([first?.type, second?.type]).toEqual(['response.created', 'response.in_progress'])
  expect(events.map(one => one.sequence_number)).toEqual(events.map((_, place) => place))
  for (const one of rest.slice(0, -1)) {
    const item = open.get(one.output_index)
    if (one.type === 'response.output_item.added') {
      expect(one.output_index).toBe(open.size)
      open.set(one.output_index, { id: one.item.id, done: undefined })
    } else {
      expect(item?.done).toBeUndefined()
      expect(one.item_id ?? one.item.id).toBe(item?.id)
      if (one.type === 'response.output_item.done') open.set(one.output_index, { id: item?.id, done: one.item })
    }
  }
  const { type, response } = rest.at(-1)!
  expect(type).toBe(response.status === 'incomplete' ? 'response.incomplete' : 'response.completed')
  expect(response.output).toEqual([...open.values()].map(({ done }) => done))
}

describe.skipIf(!hasShared)('any events', () => {
  it('are written as valid events in order, whole answers too', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), last, (events, end) => {
        const frames = encode([...events, end])
        const found = frames.flatMap(frame => breaches('ResponseStreamEvent', JSON.parse(frame.data)))
        expect([...new Set(found)]).toEqual([])
        if (end.type === 'response-end') grammar(frames.map(parse))
        else expect(frames.map(({ event: kind }) => kind)).not.toContain('response.completed')
        const { value } = openaiResponses.encodeAnswer([...events, end], context)
        const text = JSON.stringify(value)
        const name = end.type === 'response-failed' ? 'ErrorResponse' : 'Response'
        expect([...new Set(breaches(name, JSON.parse(text)))]).toEqual([])
      }),
      { numRuns: 1500 },
    )
  })

  it('pass the express lane untouched once they were written, and are read as they were', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), events => {
        const frames = encode([...events, { type: 'response-end' }])
        const text = frames.map(frameText).join('')
        const scanner = openaiResponses.express.scanStream({ streamUsage: true })
        const deliveries = [scanner.push(new TextEncoder().encode(text)), scanner.end()]
        expect(Buffer.concat(deliveries.flatMap(({ bytes }) => bytes ?? [])).toString()).toBe(text)
        const words = frames
          .map((frame): { readonly type: string; readonly delta?: string } => JSON.parse(frame.data))
          .map(({ type, delta }) => (type === 'response.output_text.delta' ? delta : ''))
        const parts = collect(decode(frames)).choices[0]?.parts ?? []
        const read = parts.map(part => (part.type === 'text' ? part.text : '')).join('')
        expect(read.split('').toSorted()).toEqual(words.join('').split('').toSorted())
      }),
      { numRuns: 600 },
    )
  })
})
