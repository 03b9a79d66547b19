/** Everything that was recorded of the Converse API, against an independent reading of it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addressOf,
  converseAnswers,
  converseExchanges,
  converseStreams,
  keptAnswers,
  keptStreams,
} from '../../../test/converse-recordings.ts'
import { rawOf, requestOf } from '../../../test/fake-dialect.ts'
import { hasShared } from '../../../test/shared.ts'
import type { Part } from '../../domain/message.ts'
import { collect } from '../../domain/response.ts'
import type { Answer } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Instant } from '../../domain/units.ts'
import type { Frame } from '../../ports/dialect.ts'
import { eventStream } from '../event-stream.ts'
import { bedrockConverse } from './index.ts'

type Json = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)
/** A member, however deep; undefined where there is none. */
const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value)
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const context = { id: 'r', model: 'asked', now: 1 as Instant, streamUsage: true }

/** Everything of an answer that must arrive, as this test reads it from the wire. */
interface Seen {
  readonly text: string
  readonly reasoning: string
  readonly signatures: readonly unknown[]
  readonly redacted: readonly unknown[]
  readonly calls: readonly { readonly id: unknown; readonly name: unknown; readonly input: unknown }[]
  readonly citations: readonly unknown[]
  readonly others: readonly unknown[]
  readonly stop: unknown
  readonly usage: readonly unknown[]
}
const usageSeen = (usage: unknown): readonly unknown[] => {
  const cached = Number(at(usage, 'cacheReadInputTokens') ?? 0)
  const written = Number(at(usage, 'cacheWriteInputTokens') ?? 0)
  return [Number(at(usage, 'inputTokens')) + cached + written, cached, written, at(usage, 'outputTokens')]
}

const isOther = (block: unknown): boolean =>
  at(block, 'toolUse.type') === 'server_tool_use' || at(block, 'toolResult') !== undefined
const seenWhole = (body: Json): Seen => {
  const blocks = list(at(body, 'output.message.content'))
  const texts = (block: unknown): readonly unknown[] => [
    at(block, 'text') ?? '',
    ...list(at(block, 'citationsContent.content')).map(one => at(one, 'text')),
  ]
  const told = (path: string): readonly unknown[] => blocks.flatMap(block => at(block, path) ?? [])
  return {
    text: blocks.flatMap(texts).join(''),
    reasoning: told('reasoningContent.reasoningText.text').join(''),
    signatures: told('reasoningContent.reasoningText.signature'),
    redacted: told('reasoningContent.redactedContent'),
    calls: blocks
      .filter(block => at(block, 'toolUse') !== undefined && !isOther(block))
      .map(block => ({
        id: at(block, 'toolUse.toolUseId'),
        name: at(block, 'toolUse.name'),
        input: at(block, 'toolUse.input'),
      })),
    citations: told('citationsContent.citations').flat(),
    others: blocks.filter(isOther),
    stop: body['stopReason'],
    usage: usageSeen(body['usage']),
  }
}

/** Frames by their kind. */
const seenStream = (frames: readonly Frame[]): Omit<Seen, 'others'> => {
  const events = frames.map(({ event, data }) => ({ event, body: JSON.parse(data) as Json }))
  const deltas = events.filter(({ event }) => event === 'contentBlockDelta').map(({ body }) => body)
  const told = (path: string): readonly unknown[] => deltas.flatMap(delta => at(delta, path) ?? [])
  const starts = events.filter(({ body }) => at(body, 'start.toolUse') !== undefined && !isOther(body['start']))
  const last = (event: string): unknown => events.findLast(one => one.event === event)?.body
  return {
    text: told('delta.text').join(''),
    reasoning: told('delta.reasoningContent.text').join(''),
    signatures: [told('delta.reasoningContent.signature').join('')].filter(one => one !== ''),
    redacted: [...new Set(deltas.map(({ contentBlockIndex: index }) => index))]
      .map(index =>
        deltas
          .filter(({ contentBlockIndex: one }) => one === index)
          .map(delta => at(delta, 'delta.reasoningContent.redactedContent') ?? '')
          .join(''),
      )
      .filter(one => one !== ''),
    calls: starts.map(({ body }) => {
      const mine = deltas.filter(({ contentBlockIndex: index }) => index === body['contentBlockIndex'])
      const input = mine.map(delta => at(delta, 'delta.toolUse.input') ?? '').join('')
      return {
        id: at(body, 'start.toolUse.toolUseId'),
        name: at(body, 'start.toolUse.name'),
        input: input === '' ? {} : JSON.parse(input),
      }
    }),
    citations: told('delta.citation'),
    stop: at(last('messageStop'), 'stopReason'),
    usage: usageSeen(at(last('metadata'), 'usage')),
  }
}

const of = <Type extends Part['type']>(answer: Answer, type: Type): readonly Extract<Part, { type: Type }>[] =>
  (answer.choices[0]?.parts ?? []).filter((part): part is Extract<Part, { type: Type }> => part.type === type)
/** The same as our nouns tell it. */
const told = (answer: Answer): Seen => {
  const { usage } = answer
  const reasoning = of(answer, 'reasoning')
  return {
    text: of(answer, 'text')
      .map(({ text }) => text)
      .join(''),
    reasoning: reasoning.map(({ text }) => text).join(''),
    signatures: reasoning.flatMap(({ signature }) => signature ?? []),
    // The bytes are what Claude wrote, as text.
    redacted: reasoning.flatMap(({ redacted }) => (redacted === undefined ? [] : [btoa(redacted)])),
    calls: of(answer, 'tool-call').map(({ callId, name, input }) => ({
      id: callId,
      name,
      input: input === '' ? {} : JSON.parse(input),
    })),
    citations: of(answer, 'text').flatMap(({ extensions }) => list(extensions?.['bedrock-converse']?.['citations'])),
    others: of(answer, 'opaque').map(({ value }) => value),
    stop: answer.choices[0]?.raw,
    usage: [usage?.input, usage?.inputCached, usage?.inputCacheWritten, usage?.output],
  }
}

const framesIn = (pieces: readonly Uint8Array[]): readonly Frame[] => {
  const splitter = eventStream.split()
  return [...pieces.flatMap(piece => splitter.push(piece)), ...splitter.end()]
}
const eventsIn = (pieces: readonly Uint8Array[]): readonly StreamEvent[] => {
  const decoder = bedrockConverse.decodeStream()
  return [...framesIn(pieces).flatMap(frame => decoder.push(frame)), ...decoder.end()]
}

const answers = [...converseAnswers, ...keptAnswers]
const streams = [...converseStreams, ...keptStreams].filter(({ bytes }) => Buffer.from(bytes).includes('inputTokens'))

describe.skipIf(!hasShared)('recorded answers of Converse', () => {
  it('are many, with everything that an answer can hold', () => {
    const all = answers.map(({ body }) => seenWhole(body))
    expect(all.length).toBeGreaterThan(160)
    expect(all.filter(({ calls }) => calls.length > 0).length).toBeGreaterThan(30)
    expect(all.filter(({ calls }) => calls.length > 1).length).toBeGreaterThan(2)
    for (const member of ['signatures', 'redacted', 'citations', 'others'] as const) {
      expect(all.filter(one => one[member].length > 0).length, member).toBeGreaterThan(1)
    }
    expect(new Set(all.map(({ stop }) => stop))).toEqual(
      new Set(
        ['end_turn', 'tool_use', 'max_tokens', 'content_filtered', 'stop_sequence'].filter(stop =>
          all.some(one => one.stop === stop),
        ),
      ),
    )
  })
  it('are read whole: words, reasoning, calls, citations, ends and counts', () => {
    for (const { name, body } of answers)
      expect(told(collect(bedrockConverse.decodeAnswer(body))), name).toEqual(seenWhole(body))
  })
  it('come back member by member after they were read and written anew', () => {
    for (const { name, body } of answers) {
      const { value, losses } = bedrockConverse.encodeAnswer(bedrockConverse.decodeAnswer(body), context)
      expect(losses, name).toEqual([])
      expect(told(collect(bedrockConverse.decodeAnswer(value))), name).toEqual(seenWhole(body))
      for (const [member, kept] of Object.entries(body)) {
        if (member === 'output' || member === 'usage') continue
        expect(value[member], `${name} ${member}`).toEqual(kept)
      }
      const ours = list(at(value, 'output.message.content'))
      const theirs = list(at(body, 'output.message.content')).filter(block => at(block, 'text') !== '')
      expect(ours.map(withoutDefault), name).toEqual(theirs.map(withoutDefault))
    }
  })
  it('pass the express lane as they are', () => {
    for (const { name, body } of answers) {
      const bytes = new TextEncoder().encode(JSON.stringify(body))
      const scanned = bedrockConverse.express.scanAnswer(bytes)
      expect(scanned.bytes, name).toBe(bytes)
      expect(scanned.ended, name).toBe(true)
    }
  })
})
/** What every call of the client's own tools is, and what every block is called, said or not. */
const withoutDefault = (block: unknown): unknown => {
  const { type: _kind, ...rest } = isRecord(block) ? block : {}
  if (at(rest, 'toolUse.type') !== 'tool_use') return rest
  const { type: _type, ...use } = isRecord(rest['toolUse']) ? rest['toolUse'] : {}
  return { toolUse: use }
}

describe.skipIf(!hasShared)('recorded streams of Converse', () => {
  it('are read whole: words, reasoning, calls, citations, ends and counts', () => {
    expect(streams.length).toBeGreaterThan(27)
    for (const { name, bytes } of streams) {
      const { others: _others, ...all } = told(collect(eventsIn([bytes])))
      expect(all, name).toEqual(seenStream(framesIn([bytes])))
    }
  })
  it('give the same events wherever they are cut', () => {
    for (const { name, bytes } of streams) {
      const whole = eventsIn([bytes])
      const places =
        bytes.length < 4000
          ? Array.from(bytes, (_, place) => place)
          : fc.sample(fc.nat(bytes.length), { numRuns: 500, seed: bytes.length })
      for (const place of places) {
        expect(eventsIn([bytes.subarray(0, place), bytes.subarray(place)]), `${name} at ${place}`).toEqual(whole)
      }
    }
  })
  it('pass the express lane byte by byte as they are', () => {
    for (const { name, bytes } of streams) {
      const scanner = bedrockConverse.express.scanStream({ streamUsage: true })
      const deliveries = [scanner.push(bytes.subarray(0, 99)), scanner.push(bytes.subarray(99)), scanner.end()]
      expect(Buffer.concat(deliveries.flatMap(delivery => delivery.bytes ?? [])).equals(bytes), name).toBe(true)
      expect(
        deliveries.filter(({ ended }) => ended === true),
        name,
      ).toHaveLength(1)
    }
  })
  it('keep calls and results of tools that run at the provider', () => {
    const opaque = streams.flatMap(({ bytes }) => eventsIn([bytes]).filter(({ type }) => type === 'opaque'))
    expect(opaque.map(event => ('kind' in event ? event.kind : ''))).toEqual(
      expect.arrayContaining(['server_tool_use', 'toolResult']),
    )
  })
})

describe.skipIf(!hasShared)('recorded requests to Converse', () => {
  it('come back member by member, but for what says nothing', () => {
    for (const one of converseExchanges) {
      const { body } = one.request
      if (!isRecord(body) || one.response.status !== 200) continue
      const address = addressOf(one)
      const read = bedrockConverse.decodeRequest(body, address)
      if (!read.ok) throw new Error(`${one.id}: ${read.why}`)
      const { value } = bedrockConverse.encodeRequest(
        requestOf({ ...read.value, raw: { ...rawOf(bedrockConverse.id, body), address } }),
        address.model ?? '',
      )
      expect(spoken(value), one.id).toEqual(spoken(body))
    }
  })
})
/** Without empty members, blank texts and dead ends, and with turns of one role as one. */
const spoken = (body: unknown): unknown => {
  if (!isRecord(body)) return body
  const { messages, outputConfig, system, ...rest } = body
  const turns: { role: unknown; content: unknown[] }[] = []
  for (const message of list(messages)) {
    const last = turns.at(-1)
    const content = list(at(message, 'content')).filter(block => String(at(block, 'text') ?? '.').trim() !== '')
    if (last !== undefined && last.role === at(message, 'role')) last.content.push(...content)
    else turns.push({ role: at(message, 'role'), content: [...content] })
  }
  const schema = at(outputConfig, 'textFormat.structure.jsonSchema.schema')
  const others = Object.entries(rest).filter(([, value]) => !isRecord(value) || Object.keys(value).length > 0)
  const prompt = list(system)
  return {
    ...Object.fromEntries(others),
    turns,
    ...(prompt.length > 0 && { prompt }),
    ...(typeof schema === 'string' && { schema: JSON.parse(schema) }),
  }
}
