/** Whatever events come, in whatever order, the stream that is written keeps Cohere's grammar; what is well formed is read back. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DialectId } from '../../domain/ids.ts'
import type { Part } from '../../domain/message.ts'
import { collect, expand } from '../../domain/response.ts'
import type { Answer } from '../../domain/response.ts'
import type { FinishReason, StreamEvent } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import type { AnswerContext, Frame } from '../../ports/dialect.ts'
import { cohereChat } from './index.ts'

const context: AnswerContext = { id: 'req-1', model: 'asked-for', now: 1_750_000_000_000 as Instant, streamUsage: true }
const own = cohereChat.id
const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 })
const odd = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(null))
const reasons: readonly FinishReason[] = ['stop', 'length', 'tool-calls', 'refused', 'other']
const extensions = fc.option(
  fc.dictionary(
    fc.constantFrom(
      'logprobs',
      'citations',
      'message',
      'tool_plan',
      'tokens',
      'billed_units',
      'function',
      'x',
      'delta',
    ),
    odd,
    { maxKeys: 3 },
  ),
  { nil: undefined },
)
const carrying = <T extends object>(event: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc
    .tuple(event, extensions)
    .map(([one, members]) => (members === undefined ? one : { ...one, extensions: { [own]: members } }))
const at = { block: fc.nat(4), choice: fc.nat(1) }
const is = <T extends string>(...types: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...types)
const count = fc.nat(1000).map(tokens)
const event: fc.Arbitrary<StreamEvent> = fc.oneof(
  carrying(fc.record({ type: is('response-start'), model: fc.string(), upstreamId: fc.string() })),
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
    dialect: fc.constantFrom(own, 'gemini' as DialectId),
    kind: word,
    value: odd,
  }),
  carrying(
    fc.record({
      type: is('usage'),
      usage: carrying(
        fc.record({ input: count, inputCached: count, inputCacheWritten: count, output: count, reasoning: count }),
      ),
    }),
  ),
  carrying(fc.record({ type: is('choice-end'), choice: fc.nat(1), reason: fc.constantFrom(...reasons), raw: word })),
)
const last: fc.Arbitrary<StreamEvent> = fc.oneof(
  carrying(fc.record({ type: is('response-end') })),
  fc.constant<StreamEvent>({ type: 'response-failed', failure: { kind: 'stream-broken', message: 'gone' } }),
)

interface Wire {
  readonly type: string
  readonly index?: number
  readonly delta?: { readonly finish_reason?: string }
}
/** What breaks the grammar, as sentences. */
const breaches = (frames: readonly Frame[]): readonly string[] => {
  const found: string[] = []
  const claim = (holds: boolean, what: string): void => {
    if (!holds) found.push(what)
  }
  const [events, mark] = frames.at(-1)?.data === '[DONE]' ? [frames.slice(0, -1), true] : [frames, false]
  const read = events.map(({ event: name, data }) => ({ name, wire: JSON.parse(data) as Wire }))
  for (const { name, wire } of read) claim(name === wire.type, `${wire.type} is called ${name}`)
  const types = read.map(({ wire }) => wire.type)
  const ends = types.filter(type => type === 'message-end').length
  claim(ends === 1 && types.at(-1) === 'message-end', 'one message-end, last')
  const failed = read.at(-1)?.wire.delta?.finish_reason === 'ERROR' && !mark
  claim(mark || failed, 'the mark of the end, or an error')
  claim(types.filter(type => type === 'message-start').length <= 1, 'one message-start')
  claim(types[0] === 'message-start' || (failed && types.length === 1), 'message-start first')
  const open = new Map<string, number>()
  const begun = new Set<string>()
  for (const { wire } of read) {
    const [, kind = '', step = ''] = /^(content|tool-call|citation)-(start|delta|end)$/.exec(wire.type) ?? []
    if (kind === '') continue
    const key = `${kind} ${wire.index}`
    if (step === 'start') {
      claim(!begun.has(key), `${key} begins once`)
      claim(kind === 'tool-call' || ![...open.keys()].some(one => one.startsWith(kind)), `one ${kind} at a time`)
      begun.add(key)
      open.set(key, 1)
    } else claim(open.has(key), `${key} is open for its ${step}`)
    if (step === 'end') open.delete(key)
  }
  claim(failed || open.size === 0, `${[...open.keys()].join(', ')} closed`)
  return found
}

describe('a stream that is written', () => {
  it('keeps the grammar whatever comes', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), last, fc.array(event, { maxLength: 3 }), (events, end, after) => {
        const encoder = cohereChat.encodeStream(context)
        const frames = [...events, end].flatMap(one => encoder.push(one))
        expect(breaches(frames)).toEqual([])
        expect(after.flatMap(one => encoder.push(one))).toEqual([])
        const decoder = cohereChat.decodeStream()
        const read = [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
        expect(read.filter(({ type }) => type === 'response-end' || type === 'response-failed')).toHaveLength(1)
        expect(() => JSON.stringify(cohereChat.encodeAnswer([...events, end], context).value)).not.toThrow()
      }),
      { numRuns: 600 },
    )
  })
})

const name = fc.stringMatching(/^[a-z][a-z_]{0,9}$/)
const citation = fc.record({ start: fc.nat(9), end: fc.nat(9), text: word, type: fc.constant('TEXT_CONTENT') })
const plan: fc.Arbitrary<Part> = word.map(text => ({
  type: 'reasoning',
  text,
  extensions: { [own]: { tool_plan: null } },
}))
const thought: fc.Arbitrary<Part> = word.map(text => ({ type: 'reasoning', text }))
const text: fc.Arbitrary<Part> = fc.tuple(word, fc.array(citation, { maxLength: 2 })).map(([words, citations]) => ({
  type: 'text',
  text: words,
  ...(citations.length > 0 && { extensions: { [own]: { citations } } }),
}))
const call: fc.Arbitrary<Part> = fc.record({
  type: fc.constant('tool-call' as const),
  callId: fc.uuid(),
  name,
  input: fc.dictionary(word, fc.jsonValue(), { minKeys: 1, maxKeys: 2 }).map(input => JSON.stringify(input)),
})
const answer: fc.Arbitrary<Answer> = fc
  .tuple(
    fc.array(plan, { maxLength: 1 }),
    fc.array(thought, { maxLength: 1 }),
    fc.array(text, { minLength: 1, maxLength: 1 }),
    fc.array(call, { maxLength: 3 }),
  )
  .map(([plans, thoughts, texts, calls]) => ({
    model: '',
    upstreamId: 'c-1',
    choices: [
      {
        parts: [...plans, ...thoughts, ...texts, ...calls],
        reason: calls.length > 0 ? ('tool-calls' as const) : ('stop' as const),
        raw: calls.length > 0 ? 'TOOL_CALL' : 'COMPLETE',
      },
    ],
    ended: true,
  }))

describe('a whole answer of Cohere', () => {
  it('is the same after it was told as events, streamed and read back', () => {
    fc.assert(
      fc.property(answer, told => {
        const encoder = cohereChat.encodeStream(context)
        const decoder = cohereChat.decodeStream()
        const back = collect(
          expand(told)
            .flatMap(one => encoder.push(one))
            .flatMap(frame => decoder.push(frame)),
        )
        expect(back).toEqual({ ...told, created: undefined })
        expect(encoder.losses()).toEqual([])
        const body = JSON.parse(JSON.stringify(cohereChat.encodeAnswer(expand(told), context).value))
        expect(collect(cohereChat.decodeAnswer(body))).toEqual({ ...told, created: undefined })
      }),
      { numRuns: 300 },
    )
  })
})
