/** What is read of a conversation while it passes: usage by turns, and what an error or a close means. */
import { describe, expect, it } from 'vitest'
import type { Closing } from '../domain/conversation.ts'
import type { Failure } from '../domain/failure.ts'
import { classify } from './classify.ts'
import { liveReckoning, readTurns, realtimeReckoning } from './read-turns.ts'
import type { Reckoning } from './read-turns.ts'

const failureIn = (status: number, body: string): Failure =>
  classify('who', { status, headers: {}, body, now: 0 as never })
const reader = (reckoning: Reckoning) => {
  const read = readTurns({ who: 'who', reckoning, failureIn })
  return {
    push: (message: object) => read.push(new TextEncoder().encode(JSON.stringify(message)), 'text'),
    end: (closing?: Closing) => read.end(closing),
  }
}
const created = { type: 'session.created', session: { id: 's', model: 'm' } }

describe("OpenAI's turns", () => {
  it('are added up, sound and pictures apart', () => {
    const { push } = reader(realtimeReckoning)
    expect(push(created)).toMatchObject({ model: 'm', upstreamId: 's', content: true, form: 'text' })
    const usage = {
      input_tokens: 100,
      output_tokens: 50,
      input_token_details: {
        audio_tokens: 60,
        image_tokens: 10,
        cached_tokens: 30,
        cached_tokens_details: { audio_tokens: 20 },
      },
      output_token_details: { audio_tokens: 40 },
    }
    push({ type: 'response.done', response: { usage } })
    const second = push({ type: 'response.done', response: { usage } })
    expect(second.turn).toMatchObject({ input: 100, output: 50 })
    expect(second.usage).toMatchObject({
      input: 200,
      inputAudio: 120,
      inputAudioCached: 40,
      inputCached: 60,
      inputImage: 20,
      output: 100,
      outputAudio: 80,
    })
  })
  it('of a session that only writes down are what was heard, by tokens or by the second', () => {
    const { push } = reader(realtimeReckoning)
    push({ type: 'session.created', session: { type: 'transcription' } })
    const heard = (usage: object) => push({ type: 'conversation.item.input_audio_transcription.completed', usage })
    expect(heard({ type: 'tokens', input_tokens: 5, output_tokens: 2 }).usage).toMatchObject({ input: 5, output: 2 })
    expect(heard({ type: 'duration', seconds: 3 }).usage).toMatchObject({ input: 5, units: { seconds: 3 } })
    const spoken = reader(realtimeReckoning)
    spoken.push(created)
    const beside = {
      type: 'conversation.item.input_audio_transcription.completed',
      usage: { type: 'duration', seconds: 3 },
    }
    expect(spoken.push(beside).usage).toBeUndefined()
  })
})

describe("Live's turns", () => {
  const usage = (promptTokenCount: number, responseTokenCount: number) => ({
    usageMetadata: { promptTokenCount, responseTokenCount },
  })
  it('count what was told last before each end, and what was under way at the very end', () => {
    const { push, end } = reader(liveReckoning)
    push({ setupComplete: { sessionId: 'x' } })
    expect(push({ serverContent: {}, ...usage(10, 1) }).turn).toBeUndefined()
    expect(push({ serverContent: { turnComplete: true }, ...usage(10, 4) }).turn).toMatchObject({
      input: 10,
      output: 4,
    })
    push({ serverContent: {}, ...usage(20, 2) })
    expect(end({ code: 1000, reason: '' })).toMatchObject({ usage: { input: 30, output: 6 }, ended: true })
  })
})

describe('what is no answer', () => {
  it.each([
    [{ code: 'model_not_found', message: 'no such model' }, 'model-missing'],
    [{ code: 'insufficient_quota', message: 'no credit' }, 'upstream-quota'],
    [{ code: 'rate_limit_exceeded', message: 'slow down' }, 'upstream-rate-limited'],
    [{ code: 'invalid_api_key', message: 'wrong key' }, 'upstream-credential'],
  ])('is an error as the first message: %j', (error, kind) => {
    const { push } = reader(realtimeReckoning)
    expect(push({ type: 'error', error }).failure?.kind).toBe(kind)
    // Later it is the client's to see.
    const later = reader(realtimeReckoning)
    later.push(created)
    expect(later.push({ type: 'error', error })).toMatchObject({ content: true, form: 'text' })
  })
  it.each([
    [1000, '', undefined, undefined],
    [1001, '', undefined, undefined],
    [1005, '', undefined, undefined],
    [1011, 'internal', 'upstream-overloaded', 'stream-broken'],
    [1011, 'You exceeded your current quota', 'upstream-quota', 'stream-broken'],
    [1013, 'later', 'upstream-overloaded', 'upstream-overloaded'],
    [1007, 'API key not valid. Please pass a valid API key.', 'upstream-credential', 'upstream-credential'],
    [1008, 'models/x is not found for API version v1beta', 'model-missing', 'model-missing'],
    [3000, 'invalid_request_error.invalid_api_key', 'upstream-credential', 'upstream-credential'],
  ])('is a close with %i (%s)', (code, reason, before, after) => {
    const closing = { code, reason }
    expect(reader(realtimeReckoning).end(closing).failure?.kind).toBe(before)
    const begun = reader(realtimeReckoning)
    begun.push(created)
    expect(begun.end(closing)).toMatchObject({ closing })
    expect(begun.end(closing).failure?.kind).toBe(after)
  })
  it('is a goodbye in the middle of a turn', () => {
    const { push, end } = reader(realtimeReckoning)
    push(created)
    push({ type: 'response.created', response: {} })
    expect(end({ code: 1001, reason: '' }).failure?.kind).toBe('stream-broken')
  })
})
