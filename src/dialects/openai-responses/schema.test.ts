/** Whatever the upstream sent, what we emit validates strictly against OpenAI's published schema. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bodyNear } from '../../../test/contract/dialect-samples.ts'
import { breaches } from '../../../test/openai-schema.ts'
import type { SchemaName } from '../../../test/openai-schema.ts'
import { streamedResponses, wholeResponses } from '../../../test/responses-recordings.ts'
import { hasShared } from '../../../test/shared.ts'
import { consequences } from '../../domain/failure.ts'
import type { FailureKind } from '../../domain/failure.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Instant } from '../../domain/units.ts'
import type { AnswerContext } from '../../ports/dialect.ts'
import { frameSplitter } from '../framing.ts'
import { openaiResponses } from './index.ts'

type Json = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)
const context: AnswerContext = { id: 'req_1', model: 'asked-for', now: 1_700_000_000_000 as Instant, streamUsage: true }
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

/** What the schema does not know it cannot judge: items, tools and events of types that other makers have added. */
const unknownTypes =
  /"type": ?"(?:x_search_call|x_search|code_execution|view_image|view_x_video|collections_search|response\.apply_patch_call_operation_diff\.(?:delta|done))"/
const known = ({ text }: { readonly text: string }): boolean => !unknownTypes.test(text)

const found = (name: SchemaName, value: unknown): readonly string[] => [...new Set(breaches(name, value))].slice(0, 9)
const whole = (body: unknown): readonly string[] =>
  found(isRecord(body) && 'error' in body && body['output'] === undefined ? 'ErrorResponse' : 'Response', body)
const distinct = (lists: readonly (readonly string[])[]): readonly string[] => [...new Set(lists.flat())]
const event = (data: string): readonly string[] => {
  const json: unknown = JSON.parse(data)
  return found('ResponseStreamEvent', json).map(one => `${isRecord(json) ? String(json['type']) : ''} ${one}`)
}

const decoded = (text: string): readonly StreamEvent[] => {
  const splitter = frameSplitter()
  const decoder = openaiResponses.decodeStream()
  const frames = [...splitter.push(bytesOf(text)), ...splitter.end()]
  return [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
}
/** Breaches of these events written as a whole answer and as a stream, whose events are numbered without a gap. */
const anew = (events: readonly StreamEvent[]): readonly string[] => {
  const encoder = openaiResponses.encodeStream(context)
  const frames = events.flatMap(one => encoder.push(one))
  const numbers = frames.map(({ data }) => (JSON.parse(data) as { readonly sequence_number: number }).sequence_number)
  return distinct([
    whole(JSON.parse(JSON.stringify(openaiResponses.encodeAnswer(events, context).value))),
    ...frames.map(({ data }) => event(data)),
    numbers.every((number, place) => number === place) ? [] : ['a gap in the numbers'],
  ])
}
/** The frames of what the express lane passes on. */
const express = (text: string): readonly string[] => {
  const scanner = openaiResponses.express.scanStream({ streamUsage: true })
  const splitter = frameSplitter()
  const deliveries = [scanner.push(bytesOf(text)), scanner.end()]
  const frames = deliveries.flatMap(({ bytes }) => (bytes === undefined ? [] : splitter.push(bytes)))
  return [...frames, ...splitter.end()].map(({ data }) => data)
}

describe.skipIf(!hasShared)('what is passed on', () => {
  it.each(wholeResponses.filter(known))('$name, whole, validates, and untouched if it did before', ({ text }) => {
    const { bytes } = openaiResponses.express.scanAnswer(bytesOf(text))
    expect(whole(JSON.parse(textOf(bytes)))).toEqual([])
    if (whole(JSON.parse(text)).length === 0) expect(textOf(bytes)).toBe(text)
  })
  it.each(streamedResponses.filter(known))(
    '$name, streamed, validates event by event, and untouched where it did before',
    ({ text }) => {
      const passed = express(text)
      expect(distinct(passed.map(event))).toEqual([])
      const sent = [...text.matchAll(/^data: (.*?)\r?$/gm)].map(match => match[1] ?? '').slice(0, passed.length)
      const isRight = (data: string): boolean =>
        data.startsWith('{"') && !/"content_index": ?[1-9]|"type": ?"error"/.test(data) && event(data).length === 0
      expect(passed).toEqual(expect.arrayContaining(sent.filter(isRight)))
    },
  )
  it('passes items and events of other types as they are', () => {
    const item = { type: 'x_search_call', id: 'x', call_id: '', query: 'a' }
    const body = { id: 'resp_1', object: 'response', status: 'completed', output: [item] }
    const { bytes } = openaiResponses.express.scanAnswer(bytesOf(JSON.stringify(body)))
    expect(JSON.parse(textOf(bytes))).toMatchObject({ output: [item] })
    const sent = '{"type":"response.x_search.deep","sequence_number":3,"word":"a"}'
    expect(express(`data: ${sent}\n\n`)).toEqual([sent])
  })
})

describe.skipIf(!hasShared)('what is written anew', () => {
  it.each(wholeResponses.filter(known))('$name, whole, validates', ({ text }) => {
    expect(anew(openaiResponses.decodeAnswer(JSON.parse(text)))).toEqual([])
  })
  it.each(streamedResponses.filter(known))('$name, streamed, validates', ({ text }) => {
    expect(anew(decoded(text))).toEqual([])
  })
})

describe.skipIf(!hasShared)('whatever an upstream may send in place of what it did', () => {
  const isRight = ({ text }: { readonly text: string }): boolean => text.length < 9000 && known({ text })
  const bodies = wholeResponses.filter(isRight).map(({ text }): Json => JSON.parse(text))
  const events = streamedResponses
    .filter(isRight)
    .flatMap(({ text }) => [...text.matchAll(/^data: (\{.*?)\r?$/gm)].slice(0, 12).map(match => match[1] ?? ''))
    .map((data): Json => JSON.parse(data))
  const partTypes = new Set<unknown>(['output_text', 'refusal', 'reasoning_text', 'summary_text'])
  /** The types of items, their parts, tools and events are not judged, and what a built-in tool found is its own affair. */
  const isJudged = (value: unknown): boolean => {
    const text = JSON.stringify(value) ?? ''
    const { output, tools } = isRecord(value) ? value : {}
    const types = [output, tools].flatMap(list => (Array.isArray(list) ? list : []))
    const ours = new Set<unknown>(['message', 'reasoning', 'function_call', 'function'])
    const parts = types.flatMap(one => (isRecord(one) ? [one['content'], one['summary']].flat() : []))
    const isPart = (one: unknown): boolean => !isRecord(one) || one['type'] === undefined || partTypes.has(one['type'])
    if (/_call"|mcp|web_search|annotation/.test(text) || !parts.every(isPart)) return false
    return types.every(one => isRecord(one) && ours.has(one['type']))
  }

  it('what is passed on of a whole answer validates, and so does what is written anew', () => {
    fc.assert(
      fc.property(bodyNear(bodies), body => {
        fc.pre(isJudged(body))
        const text = JSON.stringify(body) ?? ''
        const { bytes, failure } = openaiResponses.express.scanAnswer(bytesOf(text))
        expect(bytes === undefined).toBe(failure !== undefined)
        if (bytes === undefined) return
        expect(whole(JSON.parse(textOf(bytes)))).toEqual([])
        expect(anew(openaiResponses.decodeAnswer(JSON.parse(text)))).toEqual([])
      }),
      { numRuns: 1500 },
    )
  })
  it('what is passed on of a stream validates, and so does what is written anew', () => {
    const types = new Set(events.map(({ type }) => type))
    fc.assert(
      fc.property(fc.array(bodyNear(events), { minLength: 1, maxLength: 5 }), sent => {
        fc.pre(
          sent.every(one => {
            if (!isRecord(one) || !types.has(one['type'])) return false
            const { item, part, response } = one
            // A part of a type that nobody has heard of passes as it is, like an item.
            if (isRecord(part) && !partTypes.has(part['type'])) return false
            return isJudged({ output: item === undefined ? [] : [item], rest: one }) && isJudged(response ?? {})
          }),
        )
        const text = sent.map(one => `data: ${JSON.stringify(one) ?? ''}\n\n`).join('')
        expect(distinct(express(text).map(event))).toEqual([])
        expect(anew(decoded(text))).toEqual([])
      }),
      { numRuns: 1500 },
    )
  })
})

describe.skipIf(!hasShared)('failures', () => {
  it.each(Object.keys(consequences) as FailureKind[])(
    '%s validates and tells its kind, as a body and as an event',
    kind => {
      const failure = { kind, message: 'what was found', param: 'input' }
      const { status, body } = openaiResponses.encodeFailure(failure, 'req_1')
      expect(status).toBe(consequences[kind].status)
      expect(found('ErrorResponse', body)).toEqual([])
      expect(
        anew([
          { type: 'response-start', model: 'm' },
          { type: 'response-failed', failure },
        ]),
      ).toEqual([])
    },
  )
})
