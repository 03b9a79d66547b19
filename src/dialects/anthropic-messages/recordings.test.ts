/** Every recorded answer of Anthropic is read without loss, however its bytes are cut. */
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hasShared, shared } from '../../../test/shared.ts'
import type { Part } from '../../domain/message.ts'
import { collect } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import { frameSplitter } from '../framing.ts'
import { anthropicMessages } from './index.ts'

/** A block as the wire has it; each kind has some of these members. */
interface Block {
  readonly type: string
  text: string
  thinking: string
  signature?: string
  citations?: readonly unknown[] | null
  content?: unknown
  input: unknown
  readonly data: string
  readonly id: string
  readonly name: string
}
interface Counts {
  readonly input_tokens?: number
  readonly cache_read_input_tokens?: number
  readonly cache_creation_input_tokens?: number
  readonly output_tokens?: number
  readonly output_tokens_details?: { readonly thinking_tokens?: number }
}
interface WireMessage {
  readonly content: Block[]
  readonly model: string
  readonly id: string
  readonly stop_reason?: string | null
  readonly usage: Counts
}
interface WireEvent {
  readonly type: string
  readonly index: number
  readonly message: WireMessage
  readonly content_block: Block
  readonly usage: Counts
  readonly delta: {
    readonly type: string
    readonly text: string
    readonly thinking: string
    readonly signature: string
    readonly citation: unknown
    readonly content: string
    readonly partial_json: string
    readonly stop_reason?: string | null
  }
}
interface Recording {
  readonly id: string
  readonly response: { readonly body: { readonly text: string } }
}
/** A value read from JSON, taken at its word. */
const parse = <T>(text: string): T => JSON.parse(text)
interface Case {
  readonly name: string
  readonly text: string
}

const root = `${shared}/data/recordings`
const lines = (path: string): readonly string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => line.trim() !== '')

const jsonl = (kind: 'unary' | 'stream'): readonly Case[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith(`anthropic.messages.${kind}.jsonl`))
    .flatMap(path => lines(`${root}/${path}`).map(line => parse<Recording>(line)))
    .map(({ id, response }) => ({ name: id, text: response.body.text }))

const vercel = `${root}/vercel-ai/anthropic`
const chunks = (): readonly Case[] =>
  readdirSync(vercel)
    .filter(path => path.endsWith('.chunks.txt'))
    .map(path => ({
      name: path,
      text: lines(`${vercel}/${path}`)
        .map(line => `data: ${line}\n\n`)
        .join(''),
    }))
const sdk = (): readonly Case[] =>
  readdirSync(`${root}/anthropic-sdk`).map(path => ({
    name: path,
    text: readFileSync(`${root}/anthropic-sdk/${path}`, 'utf8'),
  }))

const spliced = 'spliced-message-start.chunks.txt'
/** Some files hold the answers of several requests, one after the other. */
const apart = ({ name, text }: Case): readonly Case[] => {
  const ends = [...text.matchAll(/data: \{"type": ?"message_stop" *\}\n\n/g)].map(
    match => match.index + match[0].length,
  )
  const places =
    ends.length === 0 || ends.at(-1) === text.trimEnd().length + 2 ? ends : [...ends.slice(0, -1), text.length]
  return places.map((end, turn) => ({ name: `${name} ${turn}`, text: text.slice(places[turn - 1] ?? 0, end) }))
}
const streams = hasShared
  ? [...jsonl('stream'), ...chunks(), ...sdk()].filter(one => one.name !== spliced).flatMap(apart)
  : []
const wholes = hasShared
  ? [
      ...jsonl('unary'),
      ...readdirSync(vercel)
        .filter(path => path.endsWith('.json'))
        .map(path => ({ name: path, text: readFileSync(`${vercel}/${path}`, 'utf8') })),
    ]
  : []

/** What an answer comes to, in words that whole and streamed answers share. */
interface Gist {
  readonly blocks: readonly unknown[]
  readonly model: string
  readonly id: string
  readonly stop: string | undefined
  readonly usage: readonly number[]
}

const usageOf = (usage: Counts): readonly number[] => [
  (usage.input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0),
  usage.cache_read_input_tokens ?? 0,
  usage.cache_creation_input_tokens ?? 0,
  usage.output_tokens ?? 0,
  usage.output_tokens_details?.thinking_tokens ?? 0,
]
const blockGist = (block: Block): unknown => {
  if (block.type === 'text') return ['text', block.text, block.citations?.length ?? 0]
  if (block.type === 'thinking') return ['thinking', block.thinking, block.signature ?? '']
  if (block.type === 'redacted_thinking') return ['redacted', block.data]
  if (block.type === 'tool_use') return ['tool', block.id, block.name, block.input]
  return ['other', block]
}
const wholeGist = (message: WireMessage): Gist => ({
  blocks: message.content.map(blockGist),
  model: message.model,
  id: message.id,
  stop: message.stop_reason ?? undefined,
  usage: usageOf(message.usage),
})

const told = <T extends object>(members: T): Partial<T> =>
  parse(JSON.stringify(members, (_key, value: unknown) => (value === null ? undefined : value)))

const stopOf = ({ stop_reason: reason }: WireEvent['delta']): Pick<WireMessage, 'stop_reason'> =>
  typeof reason === 'string' ? { stop_reason: reason } : {}

/** Puts a stream's payloads together without any of the code under test. */
const streamGist = (text: string): Gist => {
  let message: WireMessage = { content: [], usage: {}, model: '', id: '' }
  const partial: string[] = []
  for (const line of text.split('\n')) {
    if (!line.startsWith('data:')) continue
    const event = parse<WireEvent>(line.slice(5))
    const { delta, index } = event
    const block = message.content[index]!
    if (event.type === 'message_start') {
      const { usage, ...begun } = event.message
      message = { ...message, ...told(begun), usage: { ...message.usage, ...told(usage) } }
    }
    if (event.type === 'content_block_start') message.content[index] = structuredClone(event.content_block)
    if (event.type === 'message_delta') {
      message = { ...message, ...stopOf(delta), usage: { ...message.usage, ...told(event.usage) } }
    }
    if (event.type !== 'content_block_delta') continue
    if (delta.type === 'text_delta') block.text += delta.text
    if (delta.type === 'thinking_delta') block.thinking += delta.thinking
    if (delta.type === 'signature_delta') block.signature = delta.signature
    if (delta.type === 'citations_delta') block.citations = [...(block.citations ?? []), delta.citation]
    if (delta.type === 'compaction_delta') block.content = String(block.content ?? '') + delta.content
    if (delta.type === 'input_json_delta') partial[index] = (partial[index] ?? '') + delta.partial_json
  }
  for (const [index, json] of partial.entries()) if (json) message.content[index]!.input = parse(json)
  return wholeGist(message)
}

const partGist = (part: Part): unknown => {
  const citations = part.extensions?.['anthropic-messages']?.['citations']
  if (part.type === 'text') return ['text', part.text, Array.isArray(citations) ? citations.length : 0]
  if (part.type === 'reasoning') {
    return part.redacted === undefined ? ['thinking', part.text, part.signature ?? ''] : ['redacted', part.redacted]
  }
  if (part.type === 'tool-call') return ['tool', part.callId, part.name, part.input === '' ? {} : parse(part.input)]
  return part.type === 'opaque' ? ['other', part.value] : part
}
const ourGist = (events: readonly StreamEvent[]): Gist => {
  const answer = collect(events)
  const usage = answer.usage!
  return {
    blocks: answer.choices[0]?.parts.map(partGist) ?? [],
    model: answer.model,
    id: answer.upstreamId!,
    stop: answer.choices[0]?.raw,
    usage: [usage.input, usage.inputCached, usage.inputCacheWritten, usage.output, usage.reasoning],
  }
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const decode = (pieces: readonly Uint8Array[]): readonly StreamEvent[] => {
  const splitter = frameSplitter()
  const decoder = anthropicMessages.decodeStream()
  const frames = [...pieces.flatMap(piece => splitter.push(piece)), ...splitter.end()]
  return [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
}
const cutAt = (bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] =>
  [...places, bytes.length].map((end, index) => bytes.subarray(places[index - 1] ?? 0, end))

/** Ways to cut: byte by byte, in two at every byte where that is cheap, and at seeded places. */
const cuts = function* (bytes: Uint8Array): Generator<readonly Uint8Array[]> {
  yield Array.from(bytes, (_, index) => bytes.subarray(index, index + 1))
  if (bytes.length < 2500) for (let place = 1; place < bytes.length; place++) yield cutAt(bytes, [place])
  let seed = bytes.length
  for (let turn = 0; turn < 8; turn++) {
    const places = Array.from({ length: 12 }, () => (seed = (seed * 1103515245 + 12345) % 2147483648) % bytes.length)
    yield cutAt(
      bytes,
      places.toSorted((left, right) => left - right),
    )
  }
}

describe.skipIf(!hasShared)('recorded answers', () => {
  it.each(wholes)('$name, whole, keeps content, stop reason and usage', ({ text }) => {
    const body = parse<WireMessage & { readonly type: string; readonly error: { readonly type: string } }>(text)
    const events = anthropicMessages.decodeAnswer(body)
    if (body.type === 'error') {
      expect(events).toMatchObject([{ type: 'response-failed', failure: { upstream: { type: body.error.type } } }])
    } else expect(ourGist(events)).toEqual(wholeGist(body))
  })

  it.each(streams)('$name, streamed, keeps content, stop reason and usage', ({ text }) => {
    const events = decode([bytesOf(text)])
    expect(ourGist(events)).toEqual(streamGist(text))
    expect(events.at(-1)?.type).toBe('response-end')
  })

  it.each(streams)('$name gives the same events wherever it is cut', ({ text }) => {
    const bytes = bytesOf(text)
    const whole = JSON.stringify(decode([bytes]))
    for (const pieces of cuts(bytes)) expect(JSON.stringify(decode(pieces))).toBe(whole)
  })

  /** A beginning that is told twice, which the official client refuses, goes on once. */
  const begunOnce = (text: string): string =>
    text
      .split(/(?<=\n\n)/)
      .filter((frame, at, all) => !frame.includes('"type":"message_start"') || all.indexOf(frame) === at)
      .join('')

  it.each(streams)('$name passes the express lane untouched wherever it is cut', ({ text }) => {
    const bytes = bytesOf(text)
    const expected = streamGist(text)
    for (const pieces of cuts(bytes)) {
      const scanner = anthropicMessages.express.scanStream({ streamUsage: true })
      const deliveries = [...pieces.map(piece => scanner.push(piece)), scanner.end()]
      const passed = Buffer.concat(deliveries.flatMap(one => (one.bytes === undefined ? [] : [one.bytes])))
      expect(passed.toString().trimEnd()).toBe(begunOnce(text).trimEnd())
      expect(deliveries.filter(one => one.ended === true)).toHaveLength(1)
      const usage = deliveries.findLast(one => one.usage !== undefined)!.usage!
      expect([usage.input, usage.inputCached, usage.inputCacheWritten, usage.output, usage.reasoning]).toEqual(
        expected.usage,
      )
      expect(deliveries.findLast(one => one.model !== undefined)?.model).toBe(expected.model)
    }
  })

  it('one answer spliced into another that had begun is a broken stream, not a mixture', () => {
    const text = lines(`${vercel}/${spliced}`)
      .map(line => `data: ${line}\n\n`)
      .join('')
    const events = decode([bytesOf(text)])
    expect(events.at(-1)).toMatchObject({ type: 'response-failed', failure: { kind: 'stream-broken' } })
    expect(JSON.stringify(events)).not.toContain('toolu_second')
  })
})
