/** A bounded part of a conversation is read: the right one. */
import { describe, expect, it } from 'vitest'
import type { Message, Part } from '../domain/message.ts'
import { textOf } from './request-text.ts'

const text = (words: string): Part => ({ type: 'text', text: words })
const says = (role: Message['role'], ...parts: readonly Part[]): Message => ({ role, parts })
const result: Part = { type: 'tool-result', callId: 'a', output: [text('42')], isError: false }

describe('the text of a request', () => {
  it('is the last turn of the user, what the system says, and what was said before', () => {
    const found = textOf({
      messages: [
        says('system', text('Be brief.')),
        says('user', text('One?')),
        says('assistant', text('Two.')),
        says('user', text('Three?'), text('Four?')),
      ],
    })
    expect(found).toMatchObject({ last: 'Three?\nFour?', system: 'Be brief.', earlier: 'One?\nTwo.', userTurns: 2 })
  })

  it('is the question where results of tools follow it, in either dialect', () => {
    for (const role of ['tool', 'user'] as const) {
      const found = textOf({
        messages: [says('user', text('Sum?')), says('assistant', text('..')), says(role, result)],
      })
      expect(found).toMatchObject({ last: 'Sum?', endsInResults: true, userTurns: 1 })
    }
  })

  it('keeps the beginning and the end of what is long', () => {
    const long = `begin ${'x'.repeat(10_000)} end`
    const { last, lastLength } = textOf({ messages: [says('user', text(long))] })
    expect(last.startsWith('begin x')).toBe(true)
    expect(last.endsWith('x end')).toBe(true)
    expect(last.length).toBe(4_501)
    expect(lastLength).toBe(long.length)
  })

  it('reads files of plain text, and no others', () => {
    const file = (source: { text: string } | { url: string }): Part => ({ type: 'file', mediaType: '', source })
    const found = textOf({ messages: [says('user', file({ text: 'inside' }), file({ url: 'https://a.example' }))] })
    expect(found).toMatchObject({ last: 'inside', documents: 2 })
  })

  it('walks a bounded number of messages', () => {
    const messages = Array.from({ length: 50_000 }, (_, at) =>
      says(at % 2 === 0 ? 'user' : 'assistant', text(`m${at}`)),
    )
    const found = textOf({ messages })
    expect(found.last).toBe('m49998')
    expect(found.userTurns).toBe(64)
  })
})
