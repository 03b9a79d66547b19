/** Whatever the upstream sent, what we emit validates strictly against OpenAI's published schema. */
import fc from 'fast-check'
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { failedAnswers, streamedAnswers, wholeAnswers } from '../../../test/chat-recordings.ts'
import { bodyNear } from '../../../test/contract/dialect-samples.ts'
import { breaches } from '../../../test/openai-schema.ts'
import { recordings } from '../../../test/recordings.ts'
import { hasShared, shared } from '../../../test/shared.ts'
import { consequences } from '../../domain/failure.ts'
import type { FailureKind } from '../../domain/failure.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Instant } from '../../domain/units.ts'
import type { AnswerContext, FrameDecoder } from '../../ports/dialect.ts'
import { anthropicMessages } from '../anthropic-messages/index.ts'
import { frameSplitter } from '../framing.ts'
import { openaiChat } from './index.ts'

const context: AnswerContext = { id: 'req_1', model: 'asked-for', now: 1_700_000_000_000 as Instant, streamUsage: true }
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

const whole = (body: unknown): readonly string[] =>
  breaches(isRecord(body) && 'error' in body ? 'ErrorResponse' : 'CreateChatCompletionResponse', body)
const chunkOrError = (data: string): readonly string[] => {
  if (data === '[DONE]') return []
  const json: unknown = JSON.parse(data)
  return breaches(isRecord(json) && 'error' in json ? 'ErrorResponse' : 'CreateChatCompletionStreamResponse', json)
}
const distinct = (lists: readonly (readonly string[])[]): readonly string[] => [...new Set(lists.flat())]

const decoded = (text: string, decoder: FrameDecoder): readonly StreamEvent[] => {
  const splitter = frameSplitter()
  const frames = [...splitter.push(bytesOf(text)), ...splitter.end()]
  return [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
}
/** Breaches of these events written as a whole answer and as a stream. */
const anew = (events: readonly StreamEvent[]): readonly string[] => {
  const encoder = openaiChat.encodeStream(context)
  const frames = events.flatMap(event => encoder.push(event))
  return distinct([
    whole(openaiChat.encodeAnswer(events, context).value),
    ...frames.map(({ data }) => chunkOrError(data)),
  ])
}
/** The frames of what the express lane passes on. */
const express = (text: string, streamUsage: boolean): readonly string[] => {
  const scanner = openaiChat.express.scanStream({ streamUsage })
  const deliveries = [scanner.push(bytesOf(text)), scanner.end()]
  const splitter = frameSplitter()
  const frames = deliveries.flatMap(({ bytes }) => (bytes === undefined ? [] : splitter.push(bytes)))
  return [...frames, ...splitter.end()].map(({ data }) => data)
}

const anthropic = hasShared ? [...recordings()].filter(({ surface }) => surface === 'messages') : []
const anthropicAnswers = anthropic.map(({ id, stream, response }) => ({
  name: id,
  stream: stream && response.status === 200,
  text: response.body.text ?? '',
}))
const anthropicFiles = hasShared ? `${shared}/data/recordings/vercel-ai/anthropic` : ''
const anthropicStreams = hasShared
  ? readdirSync(anthropicFiles)
      .filter(path => path.endsWith('.chunks.txt'))
      .map(path => ({
        name: path,
        text: readFileSync(`${anthropicFiles}/${path}`, 'utf8')
          .split('\n')
          .filter(line => line !== '')
          .map(line => `data: ${line}\n\n`)
          .join(''),
      }))
  : []

describe.skipIf(!hasShared)('what is passed on', () => {
  it.each(wholeAnswers)('$name, whole, validates, and untouched if it did before', ({ text }) => {
    const { bytes, failure } = openaiChat.express.scanAnswer(bytesOf(text))
    if (failure !== undefined) return expect(whole(openaiChat.encodeFailure(failure, 'req_1').body)).toEqual([])
    const passed = new TextDecoder().decode(bytes)
    expect(whole(JSON.parse(passed))).toEqual([])
    if (whole(JSON.parse(text)).length === 0) expect(passed).toBe(text)
  })

  it.each(streamedAnswers)(
    '$name, streamed, validates chunk by chunk, and untouched where it did before',
    ({ text }) => {
      const passed = express(text, true)
      expect(distinct(passed.map(chunkOrError))).toEqual([])
      const sent = [...text.matchAll(/^data: (.*?)\r?$/gm)].map(match => match[1] ?? '')
      // The official client wants a role first.
      const hasRole = /"role": ?"/.test(sent.find(data => !/"choices": ?\[\]/.test(data)) ?? '')
      const right = sent
        .slice(hasRole ? 0 : 1)
        .filter(data => data.startsWith('{') && !/"error"/.test(data) && chunkOrError(data).length === 0)
      expect(passed).toEqual(expect.arrayContaining(right))
    },
  )

  it.each(streamedAnswers)('$name loses only usage that the client did not ask for', ({ text }) => {
    const told = express(text, true)
    const asked = told.filter(data => !/"choices": ?\[\]/.test(data) || !/"usage": ?\{/.test(data))
    expect(express(text, false)).toEqual(asked)
  })
})

describe.skipIf(!hasShared)('whatever an upstream may send in place of what it did', () => {
  const isRight = ({ text }: { readonly text: string }): boolean => text.length < 6000 && !text.includes('"error"')
  const bodies = wholeAnswers.filter(isRight).map(({ text }): Record<string, unknown> => JSON.parse(text))
  const chunks = streamedAnswers
    .filter(isRight)
    .flatMap(({ text }) => [...text.matchAll(/^data: (\{.*?)\r?$/gm)].slice(0, 9).map(match => match[1] ?? ''))
    .map((data): Record<string, unknown> => JSON.parse(data))
  const twice = (near: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    near.chain(body => (isRecord(body) ? bodyNear([body]) : fc.constant(body)))

  it('what is passed on of a whole answer validates, and so does what is written anew', () => {
    fc.assert(
      fc.property(twice(bodyNear(bodies)), body => {
        const text = JSON.stringify(body) ?? ''
        const { bytes, failure } = openaiChat.express.scanAnswer(bytesOf(text))
        expect(bytes === undefined).toBe(failure !== undefined)
        if (bytes === undefined) return
        expect(whole(JSON.parse(new TextDecoder().decode(bytes)))).toEqual([])
        expect(anew(openaiChat.decodeAnswer(JSON.parse(text)))).toEqual([])
      }),
      { numRuns: 3000 },
    )
  })
  it('what is passed on of a stream validates, and so does what is written anew', () => {
    fc.assert(
      fc.property(fc.array(twice(bodyNear(chunks)), { minLength: 1, maxLength: 5 }), sent => {
        const text = [...sent.map(one => JSON.stringify(one) ?? ''), '[DONE]'].map(data => `data: ${data}\n\n`).join('')
        expect(distinct(express(text, true).map(chunkOrError))).toEqual([])
        expect(anew(decoded(text, openaiChat.decodeStream()))).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })
})

describe.skipIf(!hasShared)('what is written anew', () => {
  it.each(wholeAnswers)('$name, whole, validates', ({ text }) => {
    expect(anew(openaiChat.decodeAnswer(JSON.parse(text)))).toEqual([])
  })
  it.each(streamedAnswers)('$name, streamed, validates', ({ text }) => {
    expect(anew(decoded(text, openaiChat.decodeStream()))).toEqual([])
  })
  it.each(anthropicAnswers)('$name of Anthropic validates', ({ text, stream }) => {
    const events = stream
      ? decoded(text, anthropicMessages.decodeStream())
      : anthropicMessages.decodeAnswer(JSON.parse(text))
    expect(anew(events)).toEqual([])
  })
  it.each(anthropicStreams)('$name of Anthropic, streamed, validates', ({ text }) => {
    expect(anew(decoded(text, anthropicMessages.decodeStream()))).toEqual([])
  })
  it.each(failedAnswers)('$name, an error, validates as the failure that it is read as', ({ text }) => {
    const json: unknown = (() => {
      try {
        return JSON.parse(text)
      } catch {
        return text
      }
    })()
    const [event] = openaiChat.decodeAnswer(json)
    expect(event).toMatchObject({ type: 'response-failed' })
    expect(anew(openaiChat.decodeAnswer(json))).toEqual([])
  })
})

describe.skipIf(!hasShared)('the one exception', () => {
  it("is the type of a custom tool's call in a chunk, which the schema forgot and the official client needs", () => {
    const value = { id: 'call_1', type: 'custom', custom: { name: 'sql', input: 'select 1' } }
    const call: StreamEvent = { type: 'opaque', block: 0, dialect: openaiChat.id, kind: 'custom', value }
    const events: readonly StreamEvent[] = [
      { type: 'response-start', model: 'm' },
      call,
      { type: 'choice-end', reason: 'tool-calls' },
      { type: 'response-end' },
    ]
    expect(anew(events)).toEqual(['/choices/0/delta/tool_calls/0/type must be equal to one of the allowed values'])
  })
})

describe.skipIf(!hasShared)('failures', () => {
  it.each(Object.keys(consequences) as FailureKind[])('%s validates and tells its kind', kind => {
    const failure = { kind, message: 'what was found', param: 'model' }
    const { status, body } = openaiChat.encodeFailure(failure, 'req_1')
    expect(status).toBe(consequences[kind].status)
    expect(whole(body)).toEqual([])
    expect(body).toMatchObject({ error: { param: 'model', message: 'what was found' } })
  })
})
