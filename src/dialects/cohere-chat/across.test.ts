/** Recorded answers of every other dialect are told as Cohere's, whole and streamed, and Cohere's official client reads them. */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { CohereClientV2 } from 'cohere-ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { foreignAnswers } from '../../../test/foreign-answers.ts'
import { hasShared } from '../../../test/shared.ts'
import { collect } from '../../domain/response.ts'
import type { Answer } from '../../domain/response.ts'
import type { Instant } from '../../domain/units.ts'
import type { AnswerContext } from '../../ports/dialect.ts'
import { frameText } from '../framing.ts'
import { dialects } from '../registry.ts'
import { cohereChat } from './index.ts'

const context: AnswerContext = { id: 'req-1', model: 'asked-for', now: 1_750_000_000_000 as Instant, streamUsage: true }

let next = { type: 'application/json', body: '' }
let server: Server
let client: CohereClientV2
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      response.writeHead(200, { 'content-type': next.type })
      response.end(next.body)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  client = new CohereClientV2({ token: 'none', environment: `http://127.0.0.1:${port}` })
})
afterAll(() => new Promise(resolve => server.close(resolve)))
const asked = { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }] }

/** What everyone's answers say. */
const gist = ({ choices, usage }: Answer) => {
  const parts = choices[0]?.parts ?? []
  return {
    text: parts.map(part => (part.type === 'text' || part.type === 'refusal' ? part.text : '')).join(''),
    thinking: parts.map(part => (part.type === 'reasoning' ? part.text : '')).join(''),
    calls: parts.flatMap(part =>
      part.type === 'tool-call' ? [[part.name, part.input === '' ? '{}' : part.input]] : [],
    ),
    counts: [usage?.input ?? 0, usage?.output ?? 0],
  }
}

const all = foreignAnswers(cohereChat.id)
/** Enough for the client, which takes its time. */
const some = all.filter((_, place) => place % 4 === 0)

describe.skipIf(!hasShared)('recorded answers of other dialects', () => {
  it('are there for each of them', () => {
    const seen = new Set(all.map(({ dialect }) => dialect))
    expect([...seen].toSorted()).toEqual([...dialects.keys()].filter(id => id !== cohereChat.id).toSorted())
    expect(all.length).toBeGreaterThan(400)
  })

  it('say the same whole, in the official client', async () => {
    for (const { name, events, answer } of some) {
      const body = cohereChat.encodeAnswer(events, context).value
      next = { type: 'application/json', body: JSON.stringify(body) }
      const { message, usage, finishReason } = await client.chat(asked, { maxRetries: 0 })
      const said = (message.content ?? []).map(part => (part.type === 'text' ? part.text : '')).join('')
      const thought = (message.content ?? []).map(part => (part.type === 'thinking' ? part.thinking : '')).join('')
      const calls = (message.toolCalls ?? []).map(call => [call.function?.name, call.function?.arguments])
      const counts = [usage?.billedUnits?.inputTokens ?? 0, usage?.billedUnits?.outputTokens ?? 0]
      expect({ text: said, thinking: thought, calls, counts }, name).toEqual(gist(answer))
      expect(finishReason, name).toMatch(/^(?:COMPLETE|STOP_SEQUENCE|MAX_TOKENS|TOOL_CALL|ERROR|TIMEOUT)$/)
    }
  })

  it('say the same streamed, in the official client', async () => {
    for (const { name, events, answer } of some) {
      const encoder = cohereChat.encodeStream(context)
      const frames = events.flatMap(event => encoder.push(event))
      next = { type: 'text/event-stream', body: frames.map(frameText).join('') }
      let text = ''
      let last = ''
      for await (const event of await client.chatStream(asked, { maxRetries: 0 })) {
        last = event.type
        if (event.type === 'content-delta') text += event.delta?.message?.content?.text ?? ''
      }
      expect(text, name).toBe(gist(answer).text)
      expect(last, name).toBe('message-end')
    }
  })

  it('say the same when they are read back, whole and streamed', () => {
    for (const { name, events, answer } of all) {
      const encoder = cohereChat.encodeStream(context)
      const decoder = cohereChat.decodeStream()
      const frames = events.flatMap(event => encoder.push(event))
      const back = collect(frames.flatMap(frame => decoder.push(frame)))
      const whole = collect(cohereChat.decodeAnswer(cohereChat.encodeAnswer(events, context).value))
      // A refusal is told as an end that is none.
      if (answer.choices[0]?.reason === 'refused') continue
      expect(gist(back), name).toEqual(gist(answer))
      expect(gist(whole), name).toEqual(gist(answer))
    }
  })

  it('name what of them Cohere cannot tell, the same whole and streamed', () => {
    for (const { name, events } of all) {
      const whole = cohereChat.encodeAnswer(events, context).losses.map(({ field }) => field)
      const encoder = cohereChat.encodeStream(context)
      for (const event of events) encoder.push(event)
      const streamed = encoder.losses().map(({ field }) => field)
      expect([...streamed].toSorted(), name).toEqual([...whole].toSorted())
    }
  })

  it('name the proofs of reasoning that Cohere cannot keep, wherever there are some', () => {
    const signed = all.filter(({ answer }) =>
      answer.choices[0]?.parts.some(part => part.type === 'reasoning' && part.signature !== undefined),
    )
    expect(signed.length).toBeGreaterThan(5)
    for (const { name, events } of signed) {
      const fields = cohereChat.encodeAnswer(events, context).losses.map(({ field }) => field)
      expect(fields, name).toContain('content.reasoning.signature')
    }
  })
})
