/** Answers of Gemini, written for clients of other dialects; and streams of any make, written for Gemini's. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { misfits } from '../../../test/anthropic-schema.ts'
import { anyAnswer, chatEvents } from '../../../test/contract/dialect-samples.ts'
import { streamedAnswers, wholeAnswers } from '../../../test/gemini-recordings.ts'
import { breaches } from '../../../test/openai-schema.ts'
import { hasShared } from '../../../test/shared.ts'
import { collect } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Instant } from '../../domain/units.ts'
import { anthropicMessages } from '../anthropic-messages/index.ts'
import { frameSplitter } from '../framing.ts'
import { openaiChat } from '../openai-chat/index.ts'
import { gemini } from './index.ts'

type Json = Readonly<Record<string, unknown>>

const context = { id: 'req-1', model: 'asked', now: 1_750_000_000_000 as Instant, streamUsage: true }
const framesOf = (text: string) => {
  const splitter = frameSplitter()
  return [...splitter.push(new TextEncoder().encode(text)), ...splitter.end()]
}
const streamed = (text: string): readonly StreamEvent[] => {
  const decoder = gemini.decodeStream()
  return [...framesOf(text).flatMap(frame => decoder.push(frame)), ...decoder.end()]
}
const eventsOf = (text: string): readonly StreamEvent[] =>
  /^\s*[[{]/.test(text) ? gemini.decodeAnswer(JSON.parse(text)) : streamed(text)

const answer = (candidate: Json, more: Json = {}): Json => ({
  candidates: [{ index: 0, ...candidate }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
  modelVersion: 'gemini-2.5-flash',
  responseId: 'r-1',
  ...more,
})
const parts = (...list: readonly Json[]): Json => ({ content: { role: 'model', parts: list } })
const forOpenai = (body: unknown) => openaiChat.encodeAnswer(gemini.decodeAnswer(body), context)

describe.skipIf(!hasShared)('every recorded answer of Gemini', () => {
  it("keeps OpenAI's published schema, whole and streamed", () => {
    for (const { name, text } of [...wholeAnswers, ...streamedAnswers]) {
      const events = eventsOf(text)
      const whole = JSON.parse(JSON.stringify(openaiChat.encodeAnswer(events, context).value)) as Json
      expect(breaches('CreateChatCompletionResponse', whole), name).toEqual([])
      const encoder = openaiChat.encodeStream(context)
      for (const { data } of events.flatMap(event => encoder.push(event))) {
        if (data !== '[DONE]')
          expect(breaches('CreateChatCompletionStreamResponse', JSON.parse(data)), name).toEqual([])
      }
    }
  })

  it("keeps the types of Anthropic's client, whole and streamed", () => {
    for (const { name, text } of [...wholeAnswers, ...streamedAnswers]) {
      const events = eventsOf(text)
      const whole = JSON.parse(JSON.stringify(anthropicMessages.encodeAnswer(events, context).value)) as Json
      expect(misfits('Message', whole), name).toEqual([])
      const encoder = anthropicMessages.encodeStream(context)
      for (const { data } of events.flatMap(event => encoder.push(event)))
        expect(misfits('RawMessageStreamEvent', JSON.parse(data)), name).toEqual([])
    }
  })

  it('passes on the express lane as it came, and is read as the decoder reads it', () => {
    for (const { name, text } of streamedAnswers) {
      const scanner = gemini.express.scanStream({ streamUsage: true })
      const bytes = new TextEncoder().encode(text)
      const deliveries = []
      for (let at = 0; at < bytes.length; at += 1013) deliveries.push(scanner.push(bytes.subarray(at, at + 1013)))
      deliveries.push(scanner.end())
      const passed = Buffer.concat(deliveries.flatMap(one => (one.bytes === undefined ? [] : [one.bytes]))).toString()
      expect(framesOf(passed), name).toEqual(framesOf(text))
      expect(
        deliveries.some(one => one.ended === true),
        name,
      ).toBe(true)
      expect(deliveries.findLast(one => one.usage !== undefined)?.usage, name).toEqual(collect(streamed(text)).usage)
    }
    for (const { name, text } of wholeAnswers) {
      const { bytes, failure } = gemini.express.scanAnswer(new TextEncoder().encode(text))
      expect(failure, name).toBeUndefined()
      const given: unknown = JSON.parse(text)
      expect(JSON.parse(new TextDecoder().decode(bytes)), name).toEqual(Array.isArray(given) ? given[0] : given)
    }
  })
})

describe('an end of an answer', () => {
  it('is a refusal where the prompt or the answer was blocked, under the reason that was told', () => {
    const blocked = { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, responseId: 'r', modelVersion: 'm' }
    const { value, losses } = forOpenai(blocked)
    expect(value).toMatchObject({ choices: [{ finish_reason: 'content_filter', message: { content: '' } }] })
    expect(losses.map(({ field }) => field)).toContain('answer.promptFeedback.blockReason')
    for (const reason of ['SAFETY', 'RECITATION', 'BLOCKLIST', 'SPII', 'IMAGE_SAFETY', 'MODEL_ARMOR', 'LANGUAGE'])
      expect(collect(gemini.decodeAnswer(answer({ finishReason: reason }))).choices[0]).toMatchObject({
        reason: 'refused',
        raw: reason,
      })
  })
  it('is a call where there is one, whatever the word, but for one that Google has answered itself', () => {
    const call = { functionCall: { name: 'f', args: {} } }
    const reasonOf = (candidate: Json) => collect(gemini.decodeAnswer(answer(candidate))).choices[0]?.reason
    expect(reasonOf({ ...parts(call), finishReason: 'STOP' })).toBe('tool-calls')
    expect(reasonOf({ ...parts(call), finishReason: 'MAX_TOKENS' })).toBe('length')
    const answered = parts(call, { functionResponse: { name: 'f', response: {} } }, { text: 'so' })
    expect(reasonOf({ ...answered, finishReason: 'STOP' })).toBe('stop')
    expect(reasonOf({ finishReason: 'MALFORMED_FUNCTION_CALL', finishMessage: 'Malformed' })).toBe('other')
    expect(reasonOf({ ...parts(call), finishReason: 'UNEXPECTED_TOOL_CALL' })).toBe('other')
    expect(reasonOf({ ...parts(call), finishReason: 'FUNCTION_CALL' })).toBe('tool-calls')
  })
  it('that never came is a broken stream; a whole answer with nothing in it makes no sense', () => {
    const text = `data: ${JSON.stringify(answer(parts({ text: 'so' })))}\n\n`
    expect(collect(streamed(text)).failure?.kind).toBe('stream-broken')
    for (const body of [{}, [], { candidates: [] }, { usageMetadata: {} }, null, 'x', [3]])
      expect(collect(gemini.decodeAnswer(body)).failure?.kind).toBe('upstream-garbled')
    expect(gemini.decodeAnswer([{ error: { code: 429, message: 'm', status: 'RESOURCE_EXHAUSTED' } }])).toMatchObject([
      { failure: { kind: 'upstream-rate-limited', message: 'm' } },
    ])
  })
  it('in error among the frames is a failure, with how long to wait', () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '48.5s' }]
    const error = { code: 429, message: 'quota', status: 'RESOURCE_EXHAUSTED', details }
    const frames = [answer(parts({ text: 'so' })), { error }, answer({ finishReason: 'STOP' })]
    const events = streamed(frames.map(frame => `data: ${JSON.stringify(frame)}\n\n`).join(''))
    expect(events.at(-1)).toEqual({
      type: 'response-failed',
      failure: {
        kind: 'upstream-rate-limited',
        message: 'quota',
        retryAfter: 48_500,
        upstream: { status: 429, type: 'RESOURCE_EXHAUSTED' },
      },
    })
  })
})

describe('what only Gemini tells', () => {
  it('is a picture for clients of OpenAI, and a named loss where they know nothing like it', () => {
    const inlineData = { mimeType: 'image/png', data: 'iVBORw0KGgo=' }
    const code = { executableCode: { language: 'PYTHON', code: 'print(1)' } }
    const { value, losses } = forOpenai(
      answer({
        ...parts({ inlineData }, code, { text: 'so' }),
        finishReason: 'STOP',
        groundingMetadata: { webSearchQueries: ['a', 'b'] },
        urlContextMetadata: { urlMetadata: [] },
      }),
    )
    expect(value).toMatchObject({
      choices: [
        {
          message: {
            content: 'so',
            images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }],
          },
        },
      ],
    })
    expect(losses.map(({ field }) => field)).toEqual([
      'content.executableCode',
      'content.groundingMetadata.webSearchQueries',
      'content.urlContextMetadata.urlMetadata',
    ])
  })
  it('of log probabilities and of pages reaches clients of OpenAI, whole and streamed', () => {
    const odds = (token: string, logProbability: number): Json => ({ token, logProbability, tokenId: 1 })
    const events = gemini.decodeAnswer(
      answer({
        ...parts({ text: 'é: so it is' }),
        finishReason: 'STOP',
        logprobsResult: {
          chosenCandidates: [odds('é', -0.5)],
          topCandidates: [{ candidates: [odds('é', -0.5), odds('e', -2)] }],
        },
        groundingMetadata: {
          groundingChunks: [{ web: { uri: 'https://a.test/', title: 'a' } }, { retrievedContext: {} }],
          groundingSupports: [{ segment: { startIndex: 4, endIndex: 12 }, groundingChunkIndices: [0, 1, 7] }],
        },
      }),
    )
    const citation = { start_index: 3, end_index: 11, url: 'https://a.test/', title: 'a' }
    const annotations = [{ type: 'url_citation', url_citation: citation }]
    const logprobs = {
      content: [
        {
          token: 'é',
          logprob: -0.5,
          bytes: [195, 169],
          top_logprobs: [
            { token: 'é', logprob: -0.5, bytes: [195, 169] },
            { token: 'e', logprob: -2, bytes: [101] },
          ],
        },
      ],
      refusal: null,
    }
    const { value, losses } = openaiChat.encodeAnswer(events, context)
    expect(value).toMatchObject({ choices: [{ message: { annotations }, logprobs }] })
    expect(breaches('CreateChatCompletionResponse', JSON.parse(JSON.stringify(value)))).toEqual([])
    expect(losses.map(({ field }) => field)).toEqual(['content.groundingMetadata'])
    const encoder = openaiChat.encodeStream(context)
    const chunks = events.flatMap(event => encoder.push(event)).filter(({ data }) => data !== '[DONE]')
    const ends = chunks
      .map(({ data }) => JSON.parse(data).choices[0])
      .filter(choice => choice?.finish_reason === 'stop')
    expect(ends).toMatchObject([{ delta: { annotations }, logprobs }])
  })
  it('of searches is counted, since each is billed', () => {
    const grounded = answer({
      ...parts({ text: 'so' }),
      finishReason: 'STOP',
      groundingMetadata: { webSearchQueries: ['a', 'b'] },
    })
    expect(collect(gemini.decodeAnswer(grounded)).usage?.units).toEqual({ searches: 2 })
  })
  it('of tokens by kind is counted apart, and comes back as it was told', () => {
    const usageMetadata = {
      promptTokenCount: 100,
      candidatesTokenCount: 50,
      thoughtsTokenCount: 20,
      toolUsePromptTokenCount: 7,
      cachedContentTokenCount: 40,
      totalTokenCount: 177,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 30 },
        { modality: 'AUDIO', tokenCount: 60 },
        { modality: 'IMAGE', tokenCount: 10 },
      ],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 40 }],
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 50 }],
      toolUsePromptTokensDetails: [{ modality: 'TEXT', tokenCount: 7 }],
      trafficType: 'ON_DEMAND',
    }
    const events = gemini.decodeAnswer(answer({ ...parts({ text: 'so' }), finishReason: 'STOP' }, { usageMetadata }))
    expect(collect(events).usage).toMatchObject({
      input: 107,
      inputCached: 40,
      output: 70,
      reasoning: 20,
      inputAudio: 60,
      inputImage: 10,
      inputAudioCached: 40,
      outputImage: 50,
    })
    expect(gemini.encodeAnswer(events, context).value['usageMetadata']).toEqual(usageMetadata)
  })
  it('of what a request has cost stands among the counts', () => {
    const usage = { input: 1, inputCached: 0, inputCacheWritten: 0, output: 1, reasoning: 0 } as never
    const encoder = gemini.encodeStream(context)
    encoder.push({ type: 'usage', usage: { ...Object(usage), extensions: { gemini: { cost_usd: 0.25 } } } })
    const [last] = encoder.push({ type: 'response-end' })
    expect(JSON.parse(last!.data)).toMatchObject({ usageMetadata: { cost_usd: 0.25, promptTokenCount: 1 } })
  })
})

describe('any answer, streamed to a client of Gemini', () => {
  it('is frames of which each is a response, and the last alone says why it ended and what it took', () => {
    fc.assert(
      fc.property(anyAnswer, told => {
        const encoder = gemini.encodeStream(context)
        const frames = chatEvents(told).flatMap(event => encoder.push(event))
        const responses = frames.map(({ data, event }) => {
          expect(event).toBeUndefined()
          return JSON.parse(data) as { readonly candidates: readonly Json[] } & Json
        })
        for (const [place, response] of responses.entries()) {
          const isLast = place === responses.length - 1
          const [candidate] = response.candidates
          expect(response).toMatchObject({ modelVersion: 'some-model', responseId: 'some-id' })
          expect('finishReason' in candidate!).toBe(isLast)
          expect('usageMetadata' in response).toBe(isLast)
          expect(candidate).toMatchObject({ index: 0, content: { role: 'model' } })
          expect(Object(candidate!['content']).parts.length).toBe(1)
        }
        expect(encoder.push({ type: 'response-end' })).toEqual([])
      }),
    )
  })
})
