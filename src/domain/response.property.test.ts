/** A whole answer and the events that tell it are the same thing. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Part } from './message.ts'
import { collect, expand } from './response.ts'
import type { Answer, Choice } from './response.ts'
import { isContent, sizeOf } from './stream-event.ts'
import type { StreamEvent } from './stream-event.ts'
import { tokens } from './units.ts'

const text = fc.string({ minLength: 1, maxLength: 20 })
const part: fc.Arbitrary<Part> = fc.oneof(
  text.map((said): Part => ({ type: 'text', text: said })),
  text.map((said): Part => ({ type: 'refusal', text: said })),
  fc.record({ text, signature: text }).map((said): Part => ({ type: 'reasoning', ...said })),
  fc
    .record({ callId: text, name: text, input: fc.string({ maxLength: 20 }) })
    .map((call): Part => ({ type: 'tool-call', ...call })),
)
const choice: fc.Arbitrary<Choice> = fc.record({
  parts: fc.array(part, { maxLength: 5 }),
  reason: fc.constantFrom('stop', 'length', 'tool-calls', 'refused', 'other'),
})
const answer: fc.Arbitrary<Answer> = fc.record({
  model: text,
  upstreamId: text,
  created: fc.nat(),
  choices: fc.array(choice, { minLength: 1, maxLength: 3 }),
  usage: fc
    .record({
      input: fc.nat(),
      inputCached: fc.nat(),
      inputCacheWritten: fc.nat(),
      output: fc.nat(),
      reasoning: fc.nat(),
    })
    .map(({ input, inputCached, inputCacheWritten, output, reasoning }) => ({
      input: tokens(input),
      inputCached: tokens(inputCached),
      inputCacheWritten: tokens(inputCacheWritten),
      output: tokens(output),
      reasoning: tokens(reasoning),
    })),
  ended: fc.constant(true),
})

/** The same deltas in smaller pieces. */
const finer = (events: readonly StreamEvent[]): readonly StreamEvent[] =>
  events.flatMap((event): readonly StreamEvent[] => {
    if (event.type === 'text-delta') return event.text.split('').map(one => ({ ...event, text: one }))
    return event.type === 'tool-call-delta' ? event.input.split('').map(one => ({ ...event, input: one })) : [event]
  })

describe('collect and expand', () => {
  it('are each other’s way back', () => {
    fc.assert(
      fc.property(answer, whole => {
        expect(collect(expand(whole))).toEqual(whole)
      }),
    )
  })
  it('do not care how finely an answer is cut', () => {
    fc.assert(
      fc.property(answer, whole => {
        expect(collect(finer(expand(whole)))).toEqual(whole)
      }),
    )
  })
  it('tell an answer that was cut off from one that ended', () => {
    fc.assert(
      fc.property(answer, fc.nat(), (whole, at) => {
        const events = expand(whole)
        expect(collect(events.slice(0, at % events.length)).ended).toBe(false)
      }),
    )
  })
  it('give every choice, also where a later one speaks first', () => {
    const events: readonly StreamEvent[] = [
      { type: 'response-start', model: 'm' },
      { type: 'text-delta', block: 0, choice: 2, text: 'third' },
      { type: 'text-delta', block: 0, text: 'first' },
    ]
    expect(collect(events).choices.map(({ parts }) => parts)).toEqual([
      [{ type: 'text', text: 'first' }],
      [],
      [{ type: 'text', text: 'third' }],
    ])
  })
})

describe('content', () => {
  it('is what a client would see, and nothing that only frames it', () => {
    const framing: readonly StreamEvent[] = [
      { type: 'response-start', model: 'm' },
      { type: 'text-start', block: 0 },
      { type: 'reasoning-start', block: 0 },
      { type: 'response-end' },
    ]
    expect(framing.filter(isContent)).toEqual([])
    expect(isContent({ type: 'tool-call-start', block: 0, callId: 'c', name: 'n' })).toBe(true)
    expect(isContent({ type: 'reasoning-start', block: 0, redacted: 'x' })).toBe(true)
  })
  it('is as long as its characters', () => {
    expect(sizeOf({ type: 'text-delta', block: 0, text: 'four' })).toBe(4)
    expect(sizeOf({ type: 'tool-call-start', block: 0, callId: 'c', name: 'five5' })).toBe(5)
    expect(sizeOf({ type: 'response-end' })).toBe(0)
  })
})
