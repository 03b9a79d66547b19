/** What a model thought before its calls comes back to it, also from clients that drop it. */
import { describe, expect, it } from 'vitest'
import { requestOf } from '../../test/requests.ts'
import type { VirtualKeyId } from '../domain/ids.ts'
import type { Message } from '../domain/message.ts'
import type { ModelRequest } from '../domain/request.ts'
import type { StreamEvent } from '../domain/stream-event.ts'
import { Thoughts } from '../state/thoughts.ts'
import { ThoughtListener, withThoughts } from './recall-thoughts.ts'

const key = 'key-1' as VirtualKeyId
const question: Message = { role: 'user', parts: [{ type: 'text', text: 'what is the time?' }] }
/** What is kept of these events as the answer to the question. */
const kept = (...events: readonly StreamEvent[]): Thoughts => {
  const listener = new ThoughtListener()
  for (const event of events) listener.hear([event])
  const thoughts = new Thoughts()
  listener.keep(requestOf({ caller: { key }, messages: [question] }), thoughts)
  return thoughts
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
  { type: 'tool-call-delta', block: 2, input: '{"of":1,"at":"noon"}' },
  { type: 'tool-call-end', block: 2 },
  { type: 'choice-end', reason: 'tool-calls' },
]
const turn = (...parts: Message['parts']): Message => ({ role: 'assistant', parts })
const call = { type: 'tool-call', callId: 'call-1', name: 'find', input: '{"of":1,"at":"noon"}' } as const
const asking = (message: Message, before = question) => requestOf({ caller: { key }, messages: [before, message] })
const lastOf = (request: ModelRequest): Message | undefined =>
  request.operation === 'chat' ? request.messages.at(-1) : undefined
const known = (): Thoughts => kept(...thinking, ...calling)

describe('an answer', () => {
  it('without calls, or with nothing proven, is not kept', () => {
    expect(known().turns).toBe(1)
    expect(kept(...thinking).turns).toBe(0)
    expect(kept({ type: 'tool-call-start', block: 0, callId: 'c', name: 'n' }).turns).toBe(0)
  })
})

describe('a turn that comes back', () => {
  it('gets its reasoning in front, and each call what it carried', () => {
    const request = withThoughts(asking(turn({ type: 'text', text: 'I look it up.' }, call)), known())
    expect(lastOf(request)?.parts).toEqual([
      { type: 'reasoning', text: 'let me see', signature: 'proof' },
      { type: 'text', text: 'I look it up.' },
      { ...call, extensions: { gemini: { thoughtSignature: 's' } } },
    ])
  })

  it('is known also where its arguments are written in another way', () => {
    const spaced = { ...call, input: '{"at": "noon",  "of":1}' }
    const request = withThoughts(asking(turn(spaced)), known())
    expect(lastOf(request)?.parts[0]).toMatchObject({ signature: 'proof' })
  })

  it('keeps what the client has sent itself', () => {
    const own = { type: 'reasoning', text: 'mine', signature: 'own' } as const
    const signed = { ...call, extensions: { gemini: { thoughtSignature: 'other' } } }
    expect(lastOf(withThoughts(asking(turn(own, signed)), known()))?.parts).toEqual([own, signed])
  })

  it('of another key, of unknown calls, of other arguments or after other words is left as it is', () => {
    const thoughts = known()
    const stranger = requestOf({ caller: { key: 'key-2' as VirtualKeyId }, messages: [question, turn(call)] })
    expect(withThoughts(stranger, thoughts)).toBe(stranger)
    // Some providers number their calls from 0 in each conversation.
    const others = [
      asking(turn({ ...call, callId: 'call-9' })),
      asking(turn({ ...call, input: '{"at":"night","of":1}' })),
      asking(turn(call), { role: 'user', parts: [{ type: 'text', text: 'and tomorrow?' }] }),
    ]
    for (const other of others) expect(withThoughts(other, thoughts)).toBe(other)
    const first = asking(turn(call))
    expect(withThoughts(first, new Thoughts())).toBe(first)
  })
})
