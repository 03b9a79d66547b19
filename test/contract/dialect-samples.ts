/** Bodies and answers to try dialects on: broken ones near real ones, and answers of every make. */
import fc from 'fast-check'
import type { Part } from '../../src/domain/message.ts'
import type { Answer } from '../../src/domain/response.ts'
import { expand } from '../../src/domain/response.ts'
import type { FinishReason, StreamEvent } from '../../src/domain/stream-event.ts'
import { tokens } from '../../src/domain/units.ts'

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is object => value !== null && typeof value === 'object'

/** Every path to a value inside this one. */
const pathsOf = (value: unknown, path: readonly string[] = []): readonly (readonly string[])[] =>
  isObject(value) ? [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))] : [path]
const replaced = (value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown => {
  if (key === undefined) return by
  if (Array.isArray(value)) return value.map((child, at) => (String(at) === key ? replaced(child, rest, by) : child))
  return isObject(value)
    ? Object.fromEntries(
        Object.entries(value).map(([name, child]) => [name, name === key ? replaced(child, rest, by) : child]),
      )
    : value
}

/** One of these bodies with one value in it changed to anything. */
export const bodyNear = (bodies: readonly Json[]): fc.Arbitrary<unknown> =>
  fc
    .record({ body: fc.constantFrom(...bodies), place: fc.nat(), by: fc.oneof(fc.jsonValue(), fc.constant(undefined)) })
    .map(({ body, place, by }) => {
      const paths = pathsOf(body)
      return replaced(body, paths[place % paths.length] ?? [], by)
    })

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter(text => text.trim() !== '')
const callPart: fc.Arbitrary<Part> = fc.record({
  type: fc.constant('tool-call' as const),
  callId: fc.uuid(),
  name: fc.stringMatching(/^[a-z][a-z0-9_-]{0,20}$/),
  input: fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1, maxKeys: 3 }).map(input => JSON.stringify(input)),
})
const textPart: fc.Arbitrary<Part> = words.map(text => ({ type: 'text' as const, text }))

/** Text, then calls, as every dialect can tell them; with the end that belongs to them. */
export const anyAnswer: fc.Arbitrary<Answer> = fc
  .record({
    text: fc.array(textPart, { maxLength: 1 }),
    calls: fc.array(callPart, { maxLength: 3 }),
    isCut: fc.boolean(),
    input: fc.nat(5000),
    cached: fc.nat(900),
    output: fc.nat(900),
  })
  .map(({ text, calls, isCut, input, cached, output }) => {
    const reason: FinishReason = isCut ? 'length' : calls.length > 0 ? 'tool-calls' : 'stop'
    return {
      model: 'some-model',
      upstreamId: 'some-id',
      created: 1_750_000_000,
      choices: [{ parts: [...text, ...calls], reason }],
      usage: {
        input: tokens(input + cached),
        inputCached: tokens(cached),
        inputCacheWritten: tokens(0),
        output: tokens(output),
        reasoning: tokens(0),
      },
      ended: true,
    }
  })

/** Deltas in pieces of three characters, so that frames are cut where nobody would cut them. */
const inPieces = (event: StreamEvent): readonly StreamEvent[] => {
  const pieces = (text: string): readonly string[] => text.match(/[\s\S]{1,3}/gu) ?? []
  if (event.type === 'text-delta') return pieces(event.text).map(text => ({ ...event, text }))
  return event.type === 'tool-call-delta' ? pieces(event.input).map(input => ({ ...event, input })) : [event]
}
/** The events of an answer as a provider would send them. */
export const chatEvents = (answer: Answer): readonly StreamEvent[] => expand(answer).flatMap(inPieces)

/** What no way of telling an answer may change. */
export const gistOf = ({ choices, usage, failure, ended }: Answer) => ({
  choices: choices.map(({ parts, reason }) => ({
    // No dialect has a word for an end that nobody explained.
    reason: reason === 'other' ? 'stop' : reason,
    text: parts.map(part => (part.type === 'text' ? part.text : '')).join(''),
    refusal: parts.map(part => (part.type === 'refusal' ? part.text : '')).join(''),
    reasoning: parts.map(part => (part.type === 'reasoning' ? part.text : '')).join(''),
    signatures: parts.flatMap(part => (part.type === 'reasoning' ? [part.signature, part.redacted] : [])),
    calls: parts.flatMap(part => (part.type === 'tool-call' ? [{ name: part.name, input: valueOf(part.input) }] : [])),
    opaque: parts.flatMap(part => (part.type === 'opaque' ? [part.value] : [])),
  })),
  usage: usage && {
    input: usage.input,
    inputCached: usage.inputCached,
    inputCacheWritten: usage.inputCacheWritten,
    output: usage.output,
    reasoning: usage.reasoning,
  },
  failure: failure?.kind,
  ended,
})
const valueOf = (input: string): unknown => {
  try {
    return JSON.parse(input === '' ? '{}' : input)
  } catch {
    // Arguments that are no JSON are compared as they are.
    return input
  }
}
