/** What a model thought before its calls comes back to it, also from clients that drop it. */
import { describe, expect, it } from 'vitest'
import { requestOf } from '../../test/requests.ts'
import type { VirtualKeyId } from '../domain/ids.ts'
import type { Message } from '../domain/message.ts'
import type { StreamEvent } from '../domain/stream-event.ts'
import { Thoughts } from '../state/thoughts.ts'
import { ThoughtListener, withThoughts } from './recall-thoughts.ts'

const key = 'key-1' as VirtualKeyId
const heard = (...events: readonly StreamEvent[]): ThoughtListener => {
  const listener = new ThoughtListener()
  for (const event of events) listener.hear([event])
  return listener
}
const thinking: readonly StreamEvent[] = [
  { type: 'response-start', model: 'm' },
  { type: 'reasoning-start', block: 0 },
  { type: 'reasoning-delta', block: 0, text: 'let me ' },
  { type: 'reasoning-delta', block: 0, text: 'see' },
  { type: 'reasoning-end', block: 0, signature: 'proof' },
]
const calling: readonly StreamEvent[] = [
  { type: 'text-delta', block: 1, text: 'I look it up.' },
  {
    type: 'tool-call-start',
    block: 2,
    callId: 'call-1',
    name: 'find',
    extensions: { gemini: { thoughtSignature: 's' } },
  },
  { type: 'tool-call-delta', block: 2, input: '{}' },
  { type: 'tool-call-end', block: 2 },
  { type: 'choice-end', reason: 'tool-calls' },
]
const kept = (): Thoughts => {
  const thoughts = new Thoughts()
  const thought = heard(...thinking, ...calling).thought()
  if (thought !== undefined) thoughts.remember(key, thought)
  return thoughts
}
const turn = (...parts: Message['parts']): Message => ({ role: 'assistant', parts })
const call = { type: 'tool-call', callId: 'call-1', name: 'find', input: '{}' } as const
const asking = (message: Message) => requestOf({ caller: { key }, messages: [message] })

describe('an answer', () => {
  it('with calls is worth its proven reasoning and what the calls carried', () => {
    expect(heard(...thinking, ...calling).thought()).toEqual({
      reasoning: [{ type: 'reasoning', text: 'let me see', signature: 'proof' }],
      calls: new Map([['call-1', { gemini: { thoughtSignature: 's' } }]]),
    })
  })

  it('without calls, or with nothing proven, is worth nothing', () => {
    expect(heard(...thinking).thought()).toBeUndefined()
    const plain: StreamEvent = { type: 'tool-call-start', block: 0, callId: 'c', name: 'n' }
    expect(heard(plain).thought()).toBeUndefined()
  })
})

describe('a turn that comes back', () => {
  it('gets its reasoning in front, and each call what it carried', () => {
    const [message] = (
      withThoughts(asking(turn({ type: 'text', text: 'I look it up.' }, call)), kept()) as ReturnType<typeof asking>
    ).messages
    expect(message?.parts).toEqual([
      { type: 'reasoning', text: 'let me see', signature: 'proof' },
      { type: 'text', text: 'I look it up.' },
      { ...call, extensions: { gemini: { thoughtSignature: 's' } } },
    ])
  })

  it('keeps what the client has sent itself', () => {
    const own = { type: 'reasoning', text: 'mine', signature: 'own' } as const
    const signed = { ...call, extensions: { gemini: { thoughtSignature: 'other' } } }
    const request = asking(turn(own, signed))
    expect(withThoughts(request, kept())).toMatchObject({ messages: [{ parts: [own, signed] }] })
  })

  it('of another key, of unknown calls, or of a user is left as it is', () => {
    const thoughts = kept()
    const stranger = requestOf({ caller: { key: 'key-2' as VirtualKeyId }, messages: [turn(call)] })
    expect(withThoughts(stranger, thoughts)).toBe(stranger)
    const other = asking(turn({ ...call, callId: 'call-9' }))
    expect(withThoughts(other, thoughts)).toBe(other)
    const first = asking(turn(call))
    expect(withThoughts(first, new Thoughts())).toBe(first)
  })
})
