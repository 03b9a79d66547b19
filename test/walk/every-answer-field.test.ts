/** Every field that a provider may answer in either dialect, whole and streamed: whole on the same one, and on the other it arrives or is named as lost. */
import { describe, expect, it } from 'vitest'
import { frameText } from '../../src/dialects/framing.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import type { StreamEvent } from '../../src/domain/stream-event.ts'
import type { Dialect, Frame } from '../../src/ports/dialect.ts'
import { misfits } from '../anthropic-schema.ts'
import { breaches } from '../openai-schema.ts'
import type { Field } from '../schema-fields.ts'
import { hasShared } from '../shared.ts'
import { anthropicStreams, anthropicWholes, openaiStreams, openaiWholes } from './answer-fields.ts'
import { changes, isRecord, wire } from './every-field.ts'
import type { Json, Made } from './every-field.ts'
import { context, tryWays } from './field-ways.ts'

const end: Readonly<Record<string, readonly Frame[]>> = { 'openai-chat': [{ data: '[DONE]' }] }

/** The frames of a stream as its provider sends them. */
const framesOf = (from: Dialect, value: unknown): readonly Frame[] => {
  const events = Array.isArray(value) ? value.filter(isRecord) : []
  const named = (event: Json): Frame =>
    from === openaiChat
      ? { data: JSON.stringify(event) }
      : { event: String(event['type']), data: JSON.stringify(event) }
  return [...events.map(named), ...(end[from.id] ?? [])]
}
const decoded = (from: Dialect, frames: readonly Frame[]): readonly StreamEvent[] => {
  const decoder = from.decodeStream()
  return [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
}
const eventsOf = (from: Dialect, value: unknown): readonly StreamEvent[] =>
  Array.isArray(value) ? decoded(from, framesOf(from, value)) : from.decodeAnswer(value)

/** The frames that a client of this dialect gets, and what is told to be lost. */
const streamed = (events: readonly StreamEvent[], to: Dialect) => {
  const encoder = to.encodeStream(context)
  const frames = events.flatMap(event => encoder.push(event))
  return { frames, losses: encoder.losses() }
}
/** What a client of this dialect gets, put together where it is a stream. */
const maker =
  (from: Dialect, to: Dialect) =>
  (value: unknown): Made => {
    const events = eventsOf(from, value)
    if (!Array.isArray(value)) {
      const { value: sent, losses } = to.encodeAnswer(events, context)
      return { sent: wire(sent), losses }
    }
    const { frames, losses } = streamed(events, to)
    return { sent: wire(to.encodeAnswer(decoded(to, frames), context).value), losses }
  }

const dataOf = (frames: readonly Frame[]): readonly unknown[] =>
  frames.filter(({ data }) => data !== '[DONE]').map(({ data }) => JSON.parse(data) as unknown)
/** What of an answer breaks the schema of its dialect. */
const faults = (from: Dialect, to: Dialect, value: unknown): readonly string[] => {
  const isOpenai = to === openaiChat
  if (!Array.isArray(value)) {
    const { sent } = maker(from, to)(value)
    return isOpenai ? breaches('CreateChatCompletionResponse', sent) : misfits('Message', sent)
  }
  const { frames } = streamed(eventsOf(from, value), to)
  return dataOf(frames).flatMap(event =>
    isOpenai ? breaches('CreateChatCompletionStreamResponse', event) : misfits('RawMessageStreamEvent', event),
  )
}

const scanned = (from: Dialect, value: unknown): string => {
  const text = Array.isArray(value) ? framesOf(from, value).map(frameText).join('') : JSON.stringify(value)
  const bytes = new TextEncoder().encode(text)
  if (!Array.isArray(value)) return new TextDecoder().decode(from.express.scanAnswer(bytes).bytes)
  const scanner = from.express.scanStream({ streamUsage: true })
  return [scanner.push(bytes), scanner.end()].map(one => new TextDecoder().decode(one.bytes)).join('')
}
const sentBy = (from: Dialect, value: unknown): string =>
  Array.isArray(value) ? framesOf(from, value).map(frameText).join('') : JSON.stringify(value)

/** Null is the same as nothing, and counts of nothing are the same as none. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain)
  if (!isRecord(value)) return value
  const members = Object.entries(value).map(([key, one]) => [key, plain(one)] as const)
  return Object.fromEntries(
    members.filter(([, one]) => one !== null && one !== 0 && !(isRecord(one) && Object.keys(one).length === 0)),
  )
}

interface Way {
  readonly name: string
  readonly from: Dialect
  readonly to: Dialect
  readonly fields: readonly Field[]
  readonly saysNothing: Readonly<Record<string, string>>
}
const roles = Object.fromEntries(
  ['developer', 'system', 'user', 'assistant', 'tool'].map(role => [
    `.choices[].delta.role=${role}`,
    'an answer is always that of the assistant',
  ]),
)
const direct = (at: string) => ({ [`${at}.caller(direct)`]: 'nobody but the model calls the tools of OpenAI' })
const reasons = (at: string) => ({
  [`${at}.stop_reason=end_turn`]: 'OpenAI says stop, as of every answer that ends by itself',
  [`${at}.stop_reason=stop_sequence`]: 'OpenAI says stop; the sequence itself is named as lost',
})
const ways: readonly Way[] = [
  {
    name: 'answers openai-chat to anthropic-messages',
    from: openaiChat,
    to: anthropicMessages,
    fields: hasShared ? openaiWholes() : [],
    saysNothing: {},
  },
  {
    name: 'streams openai-chat to anthropic-messages',
    from: openaiChat,
    to: anthropicMessages,
    fields: hasShared ? openaiStreams() : [],
    saysNothing: { ...roles, '.choices[].delta.tool_calls[].type': 'every call is one of a function' },
  },
  {
    name: 'answers anthropic-messages to openai-chat',
    from: anthropicMessages,
    to: openaiChat,
    fields: anthropicWholes(),
    saysNothing: { ...reasons(''), ...direct('.content[](tool_use)') },
  },
  {
    name: 'streams anthropic-messages to openai-chat',
    from: anthropicMessages,
    to: openaiChat,
    fields: anthropicStreams(),
    saysNothing: { ...reasons('(message_delta).delta'), ...direct('(content_block_start).content_block(tool_use)') },
  },
]

tryWays(ways.map(({ from, to, ...way }) => ({ ...way, makes: new Map([['as it came', maker(from, to)]]) })))

describe.skipIf(!hasShared).each(ways)('$name', ({ from, to, fields }) => {
  it('whatever was answered, what the client gets keeps the schema', () => {
    const broken = fields.flatMap(({ path, value }) => {
      const found = faults(from, to, value)
      return found.length === 0 ? [] : [`${path}: ${found.slice(0, 4).join('; ')}`]
    })
    expect(broken).toEqual([])
  })
  it('the same dialect gets every field as it was, written anew', () => {
    const changed = fields.flatMap(({ path, value }) => {
      const before = Array.isArray(value) ? from.encodeAnswer(eventsOf(from, value), context).value : value
      const { sent, losses } = maker(from, from)(value)
      const found = [...changes(plain(before), plain(sent)), ...losses.map(({ field }) => `${field} is lost`)]
      return found.length === 0 ? [] : [`${path}: ${found.join('; ')}`]
    })
    expect(changed).toEqual([])
  })
  it('the same dialect gets every byte as it was on the express lane', () => {
    const changed = fields.filter(({ value }) => scanned(from, value) !== sentBy(from, value))
    expect(changed.map(({ path }) => path)).toEqual([])
  })
})
