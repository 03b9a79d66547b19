/** What passes untouched, what is owed at its end, and what is kept from the client. */
import { describe, expect, it } from 'vitest'
import { cohereBody, cohereStream } from '../../../test/contract/cohere-samples.ts'
import { rawOf, requestOf } from '../../../test/fake-dialect.ts'
import type { Delivery } from '../../domain/delivery.ts'
import { cohereChat } from './index.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const scan = (...pieces: readonly string[]) => {
  const scanner = cohereChat.express.scanStream({ streamUsage: true })
  const deliveries: readonly Delivery[] = [...pieces.map(piece => scanner.push(bytesOf(piece))), scanner.end()]
  return {
    text: Buffer.concat(deliveries.flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes]))).toString(),
    ended: deliveries.filter(({ ended }) => ended === true).length,
    failures: deliveries.flatMap(({ failure }) => failure ?? []),
    usage: deliveries.find(({ usage }) => usage !== undefined)?.usage,
  }
}
const { text } = cohereStream
const end = 'data: [DONE]\n\n'
const withoutEnd = text.slice(0, -end.length)

describe('a stream', () => {
  it('passes as it came, and nothing that comes after its end', () => {
    expect(scan(text)).toMatchObject({ text, ended: 1, failures: [] })
    expect(scan(`${text}data: {"type":"more"}\n\n`).text).toBe(text)
    expect(scan(text, 'data: {"type":"more"}\n\n').text).toBe(text)
  })
  it('of which only the mark is missing gets it', () => {
    expect(scan(withoutEnd)).toMatchObject({ text, ended: 1, failures: [] })
    expect(scan(`${withoutEnd}data: [DONE]`)).toMatchObject({ text, ended: 1 })
  })
  it('that breaks off before message-end does not end well', () => {
    const cut = text.slice(0, text.indexOf('event: message-end'))
    expect(scan(cut)).toMatchObject({ text: cut, ended: 0, failures: [{ kind: 'stream-broken' }] })
    expect(scan(`${cut}${end}`)).toMatchObject({ text: cut, ended: 0, failures: [{ kind: 'stream-broken' }] })
  })
  it('that ends with an error passes what stands before it, and what it cost is known', () => {
    const cut = text.slice(0, text.indexOf('event: message-end'))
    const usage = { billed_units: { input_tokens: 3, output_tokens: 2 } }
    const failed = { type: 'message-end', delta: { finish_reason: 'ERROR', error: 'out of memory', usage } }
    expect(scan(`${cut}event: message-end\ndata: ${JSON.stringify(failed)}\n\n`)).toMatchObject({
      text: cut,
      ended: 0,
      failures: [{ kind: 'upstream-overloaded', message: 'the answer broke off: out of memory' }],
      usage: { input: 3, output: 2 },
    })
  })
  it('tells usage once, with its end', () => {
    expect(scan(text).usage).toMatchObject({ input: 15, output: 7, reasoning: 3, inputCached: 0 })
  })
})

describe('a request', () => {
  it('passes with another model and no other byte changed', () => {
    const raw = rawOf(cohereChat.id, cohereBody)
    expect(cohereChat.express.editRequest(raw, String(cohereBody['model']))).toBe(raw.bytes)
    const edited = JSON.parse(Buffer.from(cohereChat.express.editRequest(raw, 'other')).toString())
    expect(edited).toEqual({ ...cohereBody, model: 'other' })
  })
  it('is cut to what a model takes that its sender did not choose', () => {
    const raw = rawOf(cohereChat.id, cohereBody)
    const fit = (target: string, model: string) => cohereChat.express.fit?.(requestOf({ target, raw }), model)
    expect(fit('pool', 'command-r-plus')).toEqual({
      edits: { tool_choice: undefined, thinking: undefined },
      losses: [
        { field: 'toolChoice', why: 'this model cannot be told to call a tool; it was left to choose' },
        { field: 'reasoning', why: 'this model does not think' },
      ],
    })
    expect(fit('cohere/command-r-plus', 'command-r-plus')).toEqual({ edits: {}, losses: [] })
    expect(fit('pool', 'command-a-reasoning-08-2025')).toEqual({ edits: {}, losses: [] })
  })
})

describe('usage', () => {
  const usageOf = (usage: unknown) => {
    const told = cohereChat
      .decodeAnswer({ id: 'c', message: { role: 'assistant', content: [] }, finish_reason: 'COMPLETE', usage })
      .find(event => event.type === 'usage')
    return told?.type === 'usage' ? told.usage : undefined
  }
  it('is what is billed, and what was used beside it is kept', () => {
    const usage = {
      billed_units: { input_tokens: 267, output_tokens: 66, search_units: 2, classifications: 1 },
      tokens: { input_tokens: 34, output_tokens: 70, image_tokens: 259 },
      cached_tokens: 30,
    }
    expect(usageOf(usage)).toEqual({
      input: 267,
      output: 66,
      inputCached: 0,
      inputCacheWritten: 0,
      reasoning: 0,
      inputImage: 259,
      units: { searches: 2 },
      extensions: {
        'cohere-chat': {
          billed_units: { search_units: 2, classifications: 1 },
          tokens: { input_tokens: 34, output_tokens: 70, image_tokens: 259 },
          cached_tokens: 30,
        },
      },
    })
  })
  it('tells what a cache gave where the bill is for the very tokens that were read', () => {
    const counts = { input_tokens: 20, output_tokens: 5 }
    expect(usageOf({ billed_units: counts, tokens: counts, cached_tokens: 12 })).toMatchObject({ inputCached: 12 })
  })
  it('is that of tokens where nothing was billed by name', () => {
    expect(usageOf({ tokens: { input_tokens: 20, output_tokens: 5 } })).toMatchObject({ input: 20, output: 5 })
  })
  it('that makes no sense is none', () => {
    expect(usageOf({ billed_units: { input_tokens: -1, output_tokens: 'x' } })).toBeUndefined()
    expect(usageOf({})).toBeUndefined()
  })
})

describe('an answer that tells of an error', () => {
  it.each([
    [{ error_type: 'TOO_MANY_TOKENS', message: 'too many tokens: size limit exceeded' }, 'context-overflow'],
    [{ id: 'x', message: 'Incorrect API key provided: ***' }, 'upstream-credential'],
    [
      { message: 'You are past the per minute request limit, please wait: 20 API calls / minute' },
      'upstream-rate-limited',
    ],
    [{ message: "model 'x' not found, make sure the correct model ID was used" }, 'model-missing'],
    [{ message: 'invalid request: message must be at least 1 token long' }, 'upstream-invalid'],
    [{ message: 'internal server error, this has been reported to our developers' }, 'upstream-overloaded'],
    [{ message: 'what is this' }, 'upstream-garbled'],
    [{ message: 'slower, please', code: 'rate-limited' }, 'upstream-rate-limited'],
    [{ message: 'who?', code: 'model_not_found' }, 'model-missing'],
    [{ message: 'no more', code: 'over-budget' }, 'upstream-quota'],
    [{ message: { role: 'assistant' }, finish_reason: 'ERROR_LIMIT' }, 'context-overflow'],
    [{ message: { role: 'assistant' }, finish_reason: 'ERROR' }, 'upstream-overloaded'],
  ])('is a failure of its kind: %j', (body, kind) => {
    expect(cohereChat.decodeAnswer(body)).toMatchObject([{ type: 'response-failed', failure: { kind } }])
  })
})
