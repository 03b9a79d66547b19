/** Every recorded answer of Cohere is read without loss, however its bytes are cut, and passes untouched. */
import { describe, expect, it } from 'vitest'
import { cohereExchanges, streamedCohere, wholeCohere } from '../../../test/cohere-recordings.ts'
import { rawOf, requestOf } from '../../../test/fake-dialect.ts'
import { hasShared } from '../../../test/shared.ts'
import { deliveryOf } from '../../domain/delivery.ts'
import { collect } from '../../domain/response.ts'
import type { Answer } from '../../domain/response.ts'
import type { StreamEvent, Usage } from '../../domain/stream-event.ts'
import type { Instant } from '../../domain/units.ts'
import type { AnswerContext } from '../../ports/dialect.ts'
import { frameSplitter, frameText } from '../framing.ts'
import { cohereChat } from './index.ts'

const context: AnswerContext = { id: 'req-1', model: 'asked-for', now: 1_750_000_000_000 as Instant, streamUsage: true }
const encoder = new TextEncoder()
const parse = <T>(text: string): T => JSON.parse(text)

/** A message as the wire has it. */
interface WireMessage {
  readonly role: string
  readonly tool_plan?: string
  readonly content?: readonly { readonly type: string; readonly text?: string; readonly thinking?: string }[]
  readonly tool_calls?: readonly { readonly id: string; readonly function: { name: string; arguments: string } }[]
  readonly citations?: readonly unknown[]
}
interface WireUsage {
  readonly billed_units: { readonly input_tokens: number; readonly output_tokens: number }
  readonly tokens: { readonly input_tokens: number; readonly output_tokens: number; readonly reasoning_tokens?: number }
  readonly cached_tokens?: number
}
interface WireAnswer {
  readonly id: string
  readonly message: WireMessage
  readonly finish_reason: string
  readonly usage: WireUsage
}

/** What a client would see, as this test reads it. */
interface Seen {
  readonly id: string | undefined
  readonly plan: string
  readonly thinking: string
  readonly text: string
  readonly calls: readonly (readonly [id: string, name: string, input: unknown])[]
  readonly citations: readonly unknown[]
  readonly finish: string | undefined
}
const argumentsOf = (text: string): unknown => (text === '' || text === 'null' ? {} : parse(text))

const seenByTest = ({ id, message, finish_reason: finish }: WireAnswer): Seen => {
  const words = (type: 'text' | 'thinking'): string => (message.content ?? []).map(part => part[type] ?? '').join('')
  return {
    id,
    plan: message.tool_plan ?? '',
    thinking: words('thinking'),
    text: words('text'),
    calls: (message.tool_calls ?? []).map(call => [call.id, call.function.name, argumentsOf(call.function.arguments)]),
    citations: message.citations ?? [],
    finish,
  }
}

interface WireEvent {
  readonly type: string
  readonly id?: string
  readonly index?: number
  readonly delta?: {
    readonly finish_reason?: string
    readonly usage?: WireUsage
    readonly message?: {
      readonly tool_plan?: string
      readonly content?: { readonly text?: string; readonly thinking?: string }
      readonly tool_calls?: { readonly id?: string; readonly function: { name?: string; arguments?: string } }
      readonly citations?: unknown
    }
  }
}
/** The whole answer that a stream tells, joined here by its own rules. */
const joinedByTest = (text: string): WireAnswer => {
  const events = text
    .split('\n')
    .filter(line => line.startsWith('data: {'))
    .map(line => parse<WireEvent>(line.slice('data: '.length)))
  const pieces = (pick: (event: WireEvent) => string | undefined): string => events.map(one => pick(one) ?? '').join('')
  const ofType = (type: string): readonly WireEvent[] => events.filter(event => event.type === type)
  const end = ofType('message-end')[0]?.delta
  const calls = ofType('tool-call-start').map(({ index, delta }) => ({
    id: delta?.message?.tool_calls?.id ?? '',
    function: {
      name: delta?.message?.tool_calls?.function.name ?? '',
      arguments: ofType('tool-call-delta')
        .filter(event => event.index === index)
        .map(event => event.delta?.message?.tool_calls?.function.arguments ?? '')
        .join(''),
    },
  }))
  return {
    id: ofType('message-start')[0]?.id ?? '',
    message: {
      role: 'assistant',
      tool_plan: pieces(event => (event.type === 'tool-plan-delta' ? event.delta?.message?.tool_plan : '')),
      content: [
        { type: 'thinking', thinking: pieces(event => event.delta?.message?.content?.thinking) },
        { type: 'text', text: pieces(event => event.delta?.message?.content?.text) },
      ],
      tool_calls: calls,
      citations: ofType('citation-start').map(event => event.delta?.message?.citations),
    },
    finish_reason: end?.finish_reason ?? '',
    usage: end!.usage!,
  }
}

const own = (members: { readonly extensions?: Answer['extensions'] }) => members.extensions?.['cohere-chat'] ?? {}
const listIn = (members: Readonly<Record<string, unknown>>, key: string): readonly unknown[] => {
  const list = members[key]
  return Array.isArray(list) ? list : []
}
const seenByDialect = ({ upstreamId, choices }: Answer): Seen => {
  const [choice] = choices
  const parts = choice?.parts ?? []
  const thoughts = (isPlan: boolean): string =>
    parts.map(part => (part.type === 'reasoning' && 'tool_plan' in own(part) === isPlan ? part.text : '')).join('')
  const cited = parts.flatMap(part => (part.type === 'text' ? listIn(own(part), 'citations') : []))
  return {
    id: upstreamId,
    plan: thoughts(true),
    thinking: thoughts(false),
    text: parts.map(part => (part.type === 'text' ? part.text : '')).join(''),
    calls: parts.flatMap(part =>
      part.type === 'tool-call' ? [[part.callId, part.name, argumentsOf(part.input)] as const] : [],
    ),
    citations: [...cited, ...listIn(own(choice ?? {}), 'citations')],
    finish: choice?.raw,
  }
}
const reasons: Readonly<Record<string, string>> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool-calls',
}

const expectUsage = (usage: Usage | undefined, told: WireUsage, name: string): void => {
  expect(usage, name).toMatchObject({
    input: told.billed_units.input_tokens,
    output: told.billed_units.output_tokens,
    reasoning: Math.min(told.tokens.reasoning_tokens ?? 0, told.billed_units.output_tokens),
    inputCacheWritten: 0,
  })
  expect(usage?.inputCached, name).toBeLessThanOrEqual(told.billed_units.input_tokens)
}

const framesIn = (pieces: readonly Uint8Array[]) => {
  const splitter = frameSplitter()
  return [...pieces.flatMap(piece => splitter.push(piece)), ...splitter.end()]
}
const decode = (pieces: readonly Uint8Array[]): readonly StreamEvent[] => {
  const decoder = cohereChat.decodeStream()
  return [...framesIn(pieces).flatMap(frame => decoder.push(frame)), ...decoder.end()]
}

const passed = (pieces: readonly Uint8Array[]): { readonly text: string; readonly ended: number } => {
  const scanner = cohereChat.express.scanStream({ streamUsage: false })
  const deliveries = [...pieces.map(piece => scanner.push(piece)), scanner.end()]
  const bytes = Buffer.concat(deliveries.flatMap(one => (one.bytes === undefined ? [] : [one.bytes])))
  return { text: bytes.toString(), ended: deliveries.filter(({ ended }) => ended === true).length }
}

describe.skipIf(!hasShared)('recorded answers of Cohere', () => {
  it('are enough', () => {
    expect(wholeCohere.length).toBeGreaterThan(40)
    expect(streamedCohere.length).toBeGreaterThan(12)
  })

  it('are read with their plan, thinking, text, calls, citations, end and usage', () => {
    for (const { name, text } of wholeCohere) {
      const body = parse<WireAnswer>(text)
      const answer = collect(cohereChat.decodeAnswer(body))
      expect(seenByDialect(answer), name).toEqual(seenByTest(body))
      expect(answer.choices[0]?.reason, name).toBe(reasons[body.finish_reason])
      expectUsage(answer.usage, body.usage, name)
      expect(answer.ended && answer.failure === undefined, name).toBe(true)
    }
  })

  it('are read of a stream as the test joins its events', () => {
    for (const { name, text } of streamedCohere) {
      const whole = joinedByTest(text)
      const answer = collect(decode([encoder.encode(text)]))
      expect(seenByDialect(answer), name).toEqual(seenByTest(whole))
      expect(answer.choices[0]?.reason, name).toBe(reasons[whole.finish_reason])
      expectUsage(answer.usage, whole.usage, name)
    }
  })

  it('begin and end each block once, in order', () => {
    for (const { name, text } of [...streamedCohere, ...wholeCohere]) {
      const isStream = text.includes('message-start')
      const events = isStream ? decode([encoder.encode(text)]) : cohereChat.decodeAnswer(parse(text))
      const steps = new Map<number, string>()
      for (const event of events) {
        if ('block' in event)
          steps.set(event.block, `${steps.get(event.block) ?? ''} ${event.type.replace(/^.*-/, '')}`)
      }
      expect(steps.size, name).toBeGreaterThan(0)
      for (const [block, told] of steps) expect(told, `${name}, block ${block}`).toMatch(/^ start(?: delta)* end$/)
    }
  })

  it('tell the same when a stream is cut after every byte', () => {
    for (const { name, text } of streamedCohere) {
      const bytes = encoder.encode(text)
      const whole = JSON.stringify(decode([bytes]))
      const byByte = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))
      expect(JSON.stringify(decode(byByte)) === whole, `${name}, byte by byte`).toBe(true)
      for (let turn = 0; turn < 60; turn++) {
        const place = (turn * 7919 + bytes.length) % bytes.length
        const events = JSON.stringify(decode([bytes.subarray(0, place), bytes.subarray(place)]))
        expect(events === whole, `${name}, cut at ${place}`).toBe(true)
      }
    }
  })

  it('pass the express lane byte by byte, whole and streamed', () => {
    for (const { name, text } of wholeCohere) {
      const bytes = encoder.encode(text)
      const { bytes: through, ...facts } = cohereChat.express.scanAnswer(bytes)
      expect(through, name).toBe(bytes)
      const { events: _events, ...read } = deliveryOf(cohereChat.decodeAnswer(parse(text)))
      expect(facts, name).toEqual(read)
    }
    for (const { name, text } of streamedCohere) {
      const bytes = encoder.encode(text)
      const end = text.indexOf('data: [DONE]') + 'data: [DONE]\n\n'.length
      for (const size of [1, 7, 1000, bytes.length]) {
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
          bytes.subarray(at * size, (at + 1) * size),
        )
        expect(passed(pieces), `${name} in pieces of ${size}`).toEqual({ text: text.slice(0, end), ended: 1 })
      }
    }
  })

  it('are written again field by field as they were recorded', () => {
    for (const { name, text } of wholeCohere) {
      const body = parse<WireAnswer>(text)
      const { value, losses } = cohereChat.encodeAnswer(cohereChat.decodeAnswer(body), context)
      expect(losses, name).toEqual([])
      // No arguments are told as an empty object, which every client can parse.
      expect(JSON.stringify(value), name).toEqual(
        JSON.stringify(ordered(value, parse(text.replaceAll('"arguments": "null"', '"arguments": "{}"')))),
      )
    }
  })

  it('are written again as a stream of the same kinds of events', () => {
    for (const { name, text } of streamedCohere) {
      const encode = cohereChat.encodeStream(context)
      const frames = decode([encoder.encode(text)]).flatMap(event => encode.push(event))
      expect(encode.losses(), name).toEqual([])
      const written = joinedByTest(frames.map(frameText).join(''))
      expect(seenByTest(written), name).toEqual(seenByTest(joinedByTest(text)))
      expect(written.usage, name).toEqual(joinedByTest(text).usage)
      expect(frames.at(-1), name).toEqual({ data: '[DONE]' })
    }
  })
})

/** The recording with the order of members that was written, so that only contents count. */
const ordered = (order: unknown, value: unknown): unknown => {
  if (Array.isArray(order) && Array.isArray(value)) return value.map((one, at) => ordered(order[at], one))
  if (!isRecord(order) || !isRecord(value)) return value
  const keys = [...Object.keys(order).filter(key => key in value), ...Object.keys(value).filter(key => !(key in order))]
  return Object.fromEntries(keys.map(key => [key, ordered(order[key], value[key])]))
}
const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

describe.skipIf(!hasShared)('recorded requests to Cohere', () => {
  const bodies = cohereExchanges.map(({ id, request }) => ({ name: id, body: request.body }))

  it('come out as they went in, but for the form of content that is one text', () => {
    expect(bodies.length).toBeGreaterThan(50)
    for (const { name, body } of bodies) {
      const read = cohereChat.decodeRequest(body)
      expect(read.ok, `${name}: ${read.ok ? '' : read.why}`).toBe(true)
      if (!read.ok || !isRecord(body)) continue
      const request = requestOf({ ...read.value, raw: rawOf(cohereChat.id, body) })
      const { value, losses } = cohereChat.encodeRequest(request, read.value.target)
      expect(losses, name).toEqual([])
      expect(plain(value), name).toEqual(plain(body))
    }
  })
})

/** Content of one plain text as a string; none where there is nothing beside calls. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain)
  if (!isRecord(value)) return value
  const members = Object.entries(value).flatMap(([key, member]): readonly (readonly [string, unknown])[] => {
    if (key !== 'content') return [[key, plain(member)]]
    const [only] = Array.isArray(member) ? member : []
    const text =
      Array.isArray(member) && member.length === 1 && isRecord(only) && only['type'] === 'text'
        ? only['text']
        : plain(member)
    return (text === '' || text === null) && 'tool_calls' in value ? [] : [[key, text]]
  })
  return Object.fromEntries(members)
}
