/** What passes untouched, what is mended, what is owed at its end, and what is kept from the client. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completionsBody, completionsStream } from '../../../test/contract/completions-samples.ts'
import { rawOf } from '../../../test/fake-dialect.ts'
import { breaches } from '../../../test/openai-schema.ts'
import { hasShared } from '../../../test/shared.ts'
import type { Delivery } from '../../domain/delivery.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import type { AnswerContext } from '../../ports/dialect.ts'
import { openaiCompletions } from './index.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const scan = (streamUsage: boolean, ...pieces: readonly string[]) => {
  const scanner = openaiCompletions.express.scanStream({ streamUsage })
  const deliveries: readonly Delivery[] = [...pieces.map(piece => scanner.push(bytesOf(piece))), scanner.end()]
  return {
    text: Buffer.concat(deliveries.flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes]))).toString(),
    ended: deliveries.filter(({ ended }) => ended === true).length,
    failures: deliveries.flatMap(({ failure }) => failure ?? []),
    usage: deliveries.find(({ usage }) => usage !== undefined)?.usage,
  }
}
const { text } = completionsStream
const end = 'data: [DONE]\n\n'

describe('a stream', () => {
  it('passes as it came, and nothing that comes after its end', () => {
    expect(scan(true, text)).toMatchObject({ text, ended: 1, failures: [], usage: { input: 15, output: 7 } })
    expect(scan(true, `${text}data: {"more":1}\n\n`).text).toBe(text)
  })
  it('of which only the mark is missing gets it', () => {
    expect(scan(true, text.slice(0, -end.length))).toMatchObject({ text, ended: 1 })
    expect(scan(true, text.slice(0, -2))).toMatchObject({ text, ended: 1 })
  })
  it('tells its usage to us and not to a client that did not ask', () => {
    const passed = scan(false, text)
    expect(passed.usage).toMatchObject({ input: 15, output: 7 })
    expect(passed.text).not.toContain('"usage"')
    expect(passed.text).toContain('"finish_reason":"length"')
  })
  it('that breaks off does not end well', () => {
    const cut = text.slice(0, text.indexOf('"finish_reason":"stop"'))
    const whole = cut.slice(0, cut.lastIndexOf('data: '))
    expect(scan(true, cut)).toMatchObject({ text: whole, ended: 0, failures: [{ kind: 'stream-broken' }] })
  })
  it('that tells of an error passes what stands before it', () => {
    const first = text.slice(0, text.indexOf('\n\n') + 2)
    const error = 'data: {"error":{"message":"too much","type":"server_error","code":null}}\n\n'
    expect(scan(true, first + error)).toMatchObject({
      text: first,
      ended: 0,
      failures: [{ kind: 'upstream-overloaded', message: 'the provider told an error inside its answer: too much' }],
    })
  })
  it('is mended where its sender leaves members out', () => {
    const odd = [
      { id: 'a', object: 'text.completion.chunk', created: 5, model: 'm', choices: [{ text: 'x' }] },
      { choices: [{ text: null, index: 0, finish_reason: 'eos' }] },
    ]
    const passed = scan(true, `${odd.map(one => `data: ${JSON.stringify(one)}\n\n`).join('')}${end}`)
    const head = { id: 'a', object: 'text_completion', created: 5, model: 'm' }
    expect(passed.text).toBe(
      `${[
        { ...head, choices: [{ text: 'x', index: 0, logprobs: null, finish_reason: null }] },
        { choices: [{ text: '', index: 0, finish_reason: 'stop', logprobs: null }], ...head },
      ]
        .map(one => `data: ${JSON.stringify(one)}\n\n`)
        .join('')}${end}`,
    )
  })
})

describe.skipIf(!hasShared)('a whole answer', () => {
  it('that passes keeps the published schema, whatever was wrong with it', () => {
    const answer = fc.record(
      {
        id: fc.oneof(fc.string(), fc.nat()),
        object: fc.oneof(fc.constant('text.completion'), fc.jsonValue()),
        created: fc.jsonValue(),
        model: fc.jsonValue(),
        system_fingerprint: fc.oneof(fc.string(), fc.constant(null)),
        choices: fc.array(
          fc.record(
            {
              text: fc.oneof(fc.string(), fc.jsonValue()),
              index: fc.oneof(fc.nat(9), fc.jsonValue()),
              logprobs: fc.oneof(fc.constant(null), fc.string()),
              finish_reason: fc.oneof(fc.constantFrom('stop', 'length', 'eos', 'timeout'), fc.jsonValue()),
            },
            { requiredKeys: [] },
          ),
          { minLength: 1, maxLength: 3 },
        ),
        usage: fc.record({ prompt_tokens: fc.oneof(fc.nat(), fc.jsonValue()), completion_tokens: fc.nat() }),
      },
      { requiredKeys: ['choices'] },
    )
    fc.assert(
      fc.property(answer, given => {
        const { bytes } = openaiCompletions.express.scanAnswer(bytesOf(JSON.stringify(given)))
        expect(breaches('CreateCompletionResponse', JSON.parse(Buffer.from(bytes!).toString()))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})

describe('a request', () => {
  it('passes with another model and no other byte changed', () => {
    const raw = rawOf(openaiCompletions.id, completionsBody)
    expect(openaiCompletions.express.editRequest(raw, String(completionsBody['model']))).toBe(raw.bytes)
    const edited = JSON.parse(Buffer.from(openaiCompletions.express.editRequest(raw, 'other')).toString())
    expect(edited).toEqual({ ...completionsBody, model: 'other' })
  })
  it('that streams asks for usage', () => {
    const raw = rawOf(openaiCompletions.id, { model: 'm', prompt: 'x', stream: true, stream_options: { extra: 1 } })
    const edited = JSON.parse(Buffer.from(openaiCompletions.express.editRequest(raw, 'm')).toString())
    expect(edited.stream_options).toEqual({ extra: 1, include_usage: true })
  })
})

const context: AnswerContext = { id: 'req-1', model: 'asked-for', now: 1_750_000_000_000 as Instant, streamUsage: true }
const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 })
const at = { block: fc.nat(2), choice: fc.nat(2) }
const odd = fc.dictionary(fc.constantFrom('logprobs', 'choices', 'id', 'usage', 'x', 'text'), fc.jsonValue(), {
  maxKeys: 3,
})
const own = odd.map(members => ({ extensions: { [openaiCompletions.id]: members } }))
const is = <T extends string>(...types: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...types)
const count = fc.nat(900).map(tokens)
const usage = fc.record({ input: count, inputCached: count, inputCacheWritten: count, output: count, reasoning: count })
const event: fc.Arbitrary<StreamEvent> = fc.oneof(
  fc
    .tuple(fc.record({ type: is('response-start'), model: fc.string() }), own)
    .map(([one, more]) => ({ ...one, ...more })),
  fc
    .tuple(fc.record({ type: is('text-delta', 'refusal-delta'), ...at, text: word }), own)
    .map(([one, more]) => ({ ...one, ...more })),
  fc.record({ type: is('text-start', 'text-end'), ...at }),
  fc.record({ type: is('reasoning-delta'), ...at, text: word }),
  fc.record({ type: is('tool-call-delta'), ...at, input: word }),
  fc.record({ type: is('usage'), usage }),
  fc
    .tuple(
      fc.record({ type: is('choice-end'), choice: fc.nat(2), reason: is('stop', 'length', 'other'), raw: word }),
      own,
    )
    .map(([one, more]) => ({ ...one, ...more })),
)

describe('a stream that is written', () => {
  it('keeps its grammar whatever comes: chunks, each choice ended once, usage, the mark of the end', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 25 }), events => {
        const encoder = openaiCompletions.encodeStream(context)
        const frames = [...events, { type: 'response-end' } as const].flatMap(one => encoder.push(one))
        expect(frames.at(-1)).toEqual({ data: '[DONE]' })
        expect(encoder.push({ type: 'text-delta', block: 0, text: 'late' })).toEqual([])
        const chunks = frames.slice(0, -1).map(({ data }) => JSON.parse(data))
        const ended = chunks.flatMap(({ choices }) => choices).filter(one => one.finish_reason !== null)
        const seen = new Set(chunks.flatMap(({ choices }) => choices.map((one: { index: number }) => one.index)))
        expect(ended.map(one => one.index).toSorted()).toEqual([...seen].toSorted())
        for (const chunk of chunks) {
          expect(chunk).toMatchObject({ object: 'text_completion', id: chunks[0].id, model: chunks[0].model })
          for (const one of chunk.choices) expect(typeof one.text).toBe('string')
        }
        expect(chunks.findIndex(({ choices }) => choices.length === 0)).toBeOneOf([-1, chunks.length - 1])
      }),
      { numRuns: 300 },
    )
  })
})
