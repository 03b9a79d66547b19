/** Whatever events come, in whatever order, the stream that is written keeps its grammar and is read back as it was meant. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { breaches } from '../../../test/openai-schema.ts'
import { hasShared } from '../../../test/shared.ts'
import type { Part } from '../../domain/message.ts'
import { collect, expand } from '../../domain/response.ts'
import type { Answer, Choice } from '../../domain/response.ts'
import type { FinishReason, StreamEvent } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import type { DialectId } from '../../domain/ids.ts'
import type { AnswerContext, Frame } from '../../ports/dialect.ts'
import { frameText } from '../framing.ts'
import { openaiChat } from './index.ts'

const context: AnswerContext = { id: 'req-1', model: 'asked-for', now: 1_750_000_000_000 as Instant, streamUsage: true }
const foreign = 'anthropic-messages' as DialectId
const own = openaiChat.id

const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 })
const reasons: readonly FinishReason[] = ['stop', 'length', 'tool-calls', 'refused', 'other']
const odd = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(null))
/** Own members of any make, broken ones among them. */
const extensions = fc.option(
  fc.oneof(
    fc.dictionary(
      fc.constantFrom('logprobs', 'message', 'service_tier', 'system_fingerprint', 'usage', 'choices', 'x', 'function'),
      odd,
      { maxKeys: 3 },
    ),
    fc.record({
      logprobs: fc.record({ content: fc.array(fc.record({ token: word, logprob: fc.float() }), { maxLength: 2 }) }),
    }),
    fc.record({
      message: fc.record({ annotations: fc.array(odd, { maxLength: 2 }), content: odd, role: odd, tool_calls: odd }),
    }),
  ),
  { nil: undefined },
)
const carrying = <T extends object>(event: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc
    .tuple(event, extensions)
    .map(([one, members]) => (members === undefined ? one : { ...one, extensions: { [own]: members } }))

const at = { block: fc.nat(4), choice: fc.nat(2) }
const is = <T extends string>(...types: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...types)
const count = fc.nat(1000).map(tokens)
const usage = fc.record({ input: count, inputCached: count, inputCacheWritten: count, output: count, reasoning: count })
const event: fc.Arbitrary<StreamEvent> = fc.oneof(
  carrying(fc.record({ type: is('response-start'), model: fc.string(), upstreamId: fc.string(), created: fc.nat() })),
  carrying(fc.record({ type: is('text-start', 'text-end'), ...at })),
  carrying(fc.record({ type: is('text-delta', 'refusal-delta'), ...at, text: word })),
  fc.record({ type: is('reasoning-start'), ...at, redacted: word }, { requiredKeys: ['type', 'block'] }),
  fc.record({ type: is('reasoning-delta'), ...at, text: word }),
  carrying(fc.record({ type: is('reasoning-end'), ...at, signature: word })),
  carrying(fc.record({ type: is('tool-call-start'), ...at, callId: fc.string(), name: fc.string() })),
  fc.record({ type: is('tool-call-delta'), ...at, input: word }),
  fc.record({ type: is('tool-call-end'), ...at }),
  fc.record({
    type: is('opaque'),
    ...at,
    dialect: fc.constantFrom(foreign, own),
    kind: fc.constantFrom('audio', 'images', 'reference'),
    value: fc.oneof(fc.dictionary(word, odd, { maxKeys: 2 }), odd),
  }),
  fc.record({ type: is('usage'), usage }),
  carrying(
    fc.record(
      { type: is('choice-end'), choice: fc.nat(2), reason: fc.constantFrom(...reasons), raw: fc.string() },
      { requiredKeys: ['type', 'reason'] },
    ),
  ),
)
const last: fc.Arbitrary<StreamEvent> = fc.oneof(
  carrying(fc.constant<StreamEvent>({ type: 'response-end' })),
  fc.constant<StreamEvent>({ type: 'response-failed', failure: { kind: 'stream-broken', message: 'silence' } }),
)

const encode = (events: readonly StreamEvent[]): readonly Frame[] => {
  const encoder = openaiChat.encodeStream(context)
  return events.flatMap(one => encoder.push(one))
}
const decode = (frames: readonly Frame[]): readonly StreamEvent[] => {
  const decoder = openaiChat.decodeStream()
  return [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
}
interface Chunk {
  readonly error?: unknown
  readonly choices: readonly {
    readonly index: number
    readonly delta: { role?: string }
    readonly finish_reason: unknown
  }[]
}
const parse = (text: string): Chunk => JSON.parse(text)

/** One role first and one reason to stop last for each choice; then usage, then the end mark. */
const grammar = (frames: readonly Frame[]): void => {
  const open = new Map<number, boolean>()
  const chunks = frames.slice(0, -1).map(({ data }) => parse(data))
  for (const { choices } of chunks) {
    for (const { index, delta, finish_reason: finish } of choices) {
      if (!open.has(index)) expect(delta.role).toBe('assistant')
      expect(open.get(index)).not.toBe(false)
      open.set(index, finish === null)
    }
  }
  expect(open.size).toBeGreaterThan(0)
  expect([...open.values()].every(isOpen => !isOpen)).toBe(true)
  expect(frames.at(-1)).toEqual({ data: '[DONE]' })
}

describe.skipIf(!hasShared)('any events', () => {
  it('are written as valid chunks in order, whole answers too', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), last, (events, end) => {
        const frames = encode([...events, end])
        const found = frames.flatMap(({ data }) => {
          if (data === '[DONE]') return []
          return breaches(
            'error' in parse(data) ? 'ErrorResponse' : 'CreateChatCompletionStreamResponse',
            JSON.parse(data),
          )
        })
        expect(found).toEqual([])
        if (end.type === 'response-end') grammar(frames)
        else expect(frames.map(({ data }) => data)).not.toContain('[DONE]')
        const { value } = openaiChat.encodeAnswer([...events, end], context)
        const text = JSON.stringify(value)
        expect(breaches('error' in value ? 'ErrorResponse' : 'CreateChatCompletionResponse', JSON.parse(text))).toEqual(
          [],
        )
      }),
      { numRuns: 1500 },
    )
  })

  it('pass the express lane untouched once they were written', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), events => {
        const text = encode([...events, { type: 'response-end' }])
          .map(frameText)
          .join('')
        const scanner = openaiChat.express.scanStream({ streamUsage: true })
        const passed = [scanner.push(new TextEncoder().encode(text)), scanner.end()]
        // The number of a choice stands in for those that an upstream would have sent.
        expect(Buffer.concat(passed.flatMap(({ bytes }) => bytes ?? [])).toString()).toBe(text)
      }),
      { numRuns: 300 },
    )
  })
})

const call: fc.Arbitrary<Part> = fc.record({
  type: is('tool-call'),
  callId: fc.uuid(),
  name: fc.stringMatching(/^[a-z]{1,9}$/),
  input: fc.dictionary(word, fc.jsonValue(), { minKeys: 1, maxKeys: 2 }).map(value => JSON.stringify(value)),
})
const text: fc.Arbitrary<Part> = fc.record({ type: is('text'), text: word.map(one => one.toWellFormed()) })
const refusal: fc.Arbitrary<Part> = fc.record({ type: is('refusal'), text: word.map(one => one.toWellFormed()) })
const thought = (isSigned: boolean): fc.Arbitrary<Part> =>
  isSigned
    ? fc.oneof(
        fc.record({ type: is('reasoning'), text: fc.string(), signature: fc.string({ minLength: 1 }) }),
        fc.record({ type: is('reasoning'), text: fc.constant(''), redacted: fc.string({ minLength: 1 }) }),
      )
    : fc.record({ type: is('reasoning'), text: fc.string({ minLength: 1 }) })
const sound: fc.Arbitrary<Part> = fc.record({
  type: is('opaque'),
  dialect: fc.constant(own),
  kind: is('audio'),
  value: fc.record({ id: fc.uuid(), data: fc.base64String({ minLength: 4 }), transcript: word, expires_at: fc.nat() }),
})
const choice: fc.Arbitrary<Choice> = fc
  .tuple(
    fc.boolean().chain(isSigned => fc.array(thought(isSigned), { maxLength: 3 })),
    fc.array(text, { maxLength: 2 }),
    fc.array(refusal, { maxLength: 1 }),
    fc.array(call, { maxLength: 3 }),
    fc.array(sound, { maxLength: 1 }),
    fc.boolean(),
  )
  .map(([thoughts, texts, refusals, calls, sounds, isCut]) => ({
    parts: [...thoughts, ...texts, ...refusals, ...calls, ...sounds],
    reason: isCut ? 'length' : calls.length > 0 ? 'tool-calls' : 'stop',
  }))
const answer: fc.Arbitrary<Answer> = fc
  .record({ choices: fc.array(choice, { minLength: 1, maxLength: 3 }), usage })
  .map(({ choices, usage: counted }) => ({
    model: 'some',
    upstreamId: 'id',
    created: 1,
    choices,
    usage: counted,
    ended: true,
  }))

/** What an answer says: blocks of text are one text, and reasoning without proof is one thought. */
const gist = ({ choices, usage: counted, model, ended }: Answer) => ({
  model,
  ended,
  usage: counted && [counted.input, counted.inputCached, counted.inputCacheWritten, counted.output, counted.reasoning],
  choices: choices.map(({ parts, reason }) => {
    const proofs = parts.filter(part => part.type === 'reasoning' && (part.signature ?? part.redacted) !== undefined)
    const words = (type: 'text' | 'refusal' | 'reasoning'): string =>
      parts.map(part => (part.type === type ? part.text : '')).join('')
    return {
      reason,
      text: words('text'),
      refusal: words('refusal'),
      thoughts: words('reasoning'),
      proofs,
      rest: parts.flatMap((part): unknown[] => {
        if (part.type === 'tool-call') return [[part.callId, part.name, part.input]]
        return part.type === 'opaque' ? [part.value] : []
      }),
    }
  }),
})

describe('any answer', () => {
  it('is the same after it was written and read again, streamed', () => {
    fc.assert(
      fc.property(answer, given => {
        expect(gist(collect(decode(encode(expand(given)))))).toEqual(gist(given))
      }),
      { numRuns: 500 },
    )
  })

  it('is the same after it was written and read again, whole', () => {
    fc.assert(
      fc.property(answer, given => {
        const { value, losses } = openaiChat.encodeAnswer(expand(given), context)
        expect(losses).toEqual([])
        expect(gist(collect(openaiChat.decodeAnswer(JSON.parse(JSON.stringify(value)))))).toEqual(gist(given))
      }),
      { numRuns: 500 },
    )
  })

  it('says the same whole and streamed', () => {
    fc.assert(
      fc.property(answer, given => {
        const { value } = openaiChat.encodeAnswer(expand(given), context)
        expect(gist(collect(decode(encode(expand(given)))))).toEqual(gist(collect(openaiChat.decodeAnswer(value))))
      }),
      { numRuns: 300 },
    )
  })
})
