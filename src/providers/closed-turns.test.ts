/** Conversations over a socket that end as they should not: what a code means before and after the beginning, and what is told of the reason. */
import { describe, expect, it } from 'vitest'
import type { Failure } from '../domain/failure.ts'
import { readTurns, realtimeReckoning } from './read-turns.ts'

const kinds: Readonly<Record<number, Failure['kind']>> = { 401: 'upstream-credential', 403: 'upstream-credential' }
const open = () =>
  readTurns({
    who: 'them',
    reckoning: realtimeReckoning,
    failureIn: (status, body) => ({ kind: kinds[status] ?? 'upstream-invalid', message: body }),
  })
const says = (message: object): Uint8Array => new TextEncoder().encode(JSON.stringify(message))
const created = says({ type: 'session.created', session: { type: 'transcription' } })

describe('a conversation that is closed as unauthorized', () => {
  it.each([3000, 3003])('with %i before it began was refused for its credential', code => {
    expect(open().end({ code, reason: '' }).failure?.kind).toBe('upstream-credential')
  })
  it.each([3000, 3003])('with %i after it began had a credential that was accepted', code => {
    const reader = open()
    reader.push(created)
    expect(reader.end({ code, reason: 'invalid_request_error' }).failure?.kind).toBe('upstream-invalid')
  })
})

describe('the reason of a close', () => {
  it('goes on without the credential that it repeats', () => {
    const { closing } = open().end({ code: 4999, reason: 'the key sk-proj-0123456789abcdef is gone' })
    expect(closing).toEqual({ code: 4999, reason: 'the key [redacted] is gone' })
  })
})

describe('seconds that were heard', () => {
  const heard = (seconds: number) =>
    says({
      type: 'conversation.item.input_audio_transcription.completed',
      usage: { type: 'duration', seconds },
    })
  it.each([
    [1.5, 1.5],
    [-1, undefined],
    [1e18, undefined],
  ])('as %d are counted as %d', (seconds, counted) => {
    const reader = open()
    reader.push(created)
    expect(reader.push(heard(seconds)).usage?.units?.seconds).toBe(counted)
  })
})
