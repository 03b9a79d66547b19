/** Every recorded completion is read without loss, however its bytes are cut, passes in the published form and is written again. */
import { describe, expect, it } from 'vitest'
import {
  completionExchanges,
  strangeStream,
  streamedCompletions,
  wholeCompletions,
} from '../../../test/completions-recordings.ts'
import { rawOf, requestOf } from '../../../test/fake-dialect.ts'
import { breaches } from '../../../test/openai-schema.ts'
import { hasShared } from '../../../test/shared.ts'
import { collect } from '../../domain/response.ts'
import type { Answer } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Instant } from '../../domain/units.ts'
import type { AnswerContext } from '../../ports/dialect.ts'
import { frameSplitter, frameText } from '../framing.ts'
import { openaiCompletions } from './index.ts'

const context: AnswerContext = { id: 'req-1', model: 'asked-for', now: 1_750_000_000_000 as Instant, streamUsage: true }
const encoder = new TextEncoder()
const parse = <T>(text: string): T => JSON.parse(text)

interface WireChoice {
  readonly text: string
  readonly index?: number
  readonly finish_reason?: string | null
}
interface WireAnswer {
  readonly id?: string
  readonly model: string
  readonly created?: number
  readonly choices: readonly WireChoice[]
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null
}
const seen = ({ model, upstreamId, created, choices, usage }: Answer) => ({
  model,
  id: upstreamId,
  created,
  choices: choices.map(({ parts, raw }) => [parts.map(part => (part.type === 'text' ? part.text : '')).join(''), raw]),
  counts: usage && [usage.input, usage.output],
})
/** What one or more bodies of one answer tell, as the test reads them. */
const seenByTest = (bodies: readonly WireAnswer[]) => {
  const texts = new Map<number, string>()
  const ends = new Map<number, string>()
  for (const [place, choice] of bodies.flatMap(({ choices }) => [...choices.entries()])) {
    const index = choice.index ?? place
    texts.set(index, (texts.get(index) ?? '') + choice.text)
    if (typeof choice.finish_reason === 'string') ends.set(index, choice.finish_reason)
  }
  const usage = bodies.findLast(body => body.usage !== undefined && body.usage !== null)?.usage
  return {
    model: bodies[0]?.model,
    id: bodies[0]?.id,
    created: bodies[0]?.created,
    choices: [...texts].toSorted(([left], [right]) => left - right).map(([index, text]) => [text, ends.get(index)]),
    counts: usage ? [usage.prompt_tokens, usage.completion_tokens] : undefined,
  }
}
const bodiesIn = (text: string): readonly WireAnswer[] =>
  text
    .split('\n')
    .filter(line => line.startsWith('data: {'))
    .map(line => parse<WireAnswer>(line.slice('data: '.length)))

const framesOf = (pieces: readonly Uint8Array[]) => {
  const splitter = frameSplitter()
  return [...pieces.flatMap(piece => splitter.push(piece)), ...splitter.end()]
}
const decode = (pieces: readonly Uint8Array[]): readonly StreamEvent[] => {
  const decoder = openaiCompletions.decodeStream()
  return [...framesOf(pieces).flatMap(frame => decoder.push(frame)), ...decoder.end()]
}
const scan = (pieces: readonly Uint8Array[], streamUsage: boolean) => {
  const scanner = openaiCompletions.express.scanStream({ streamUsage })
  const deliveries = [...pieces.map(piece => scanner.push(piece)), scanner.end()]
  const bytes = Buffer.concat(deliveries.flatMap(one => (one.bytes === undefined ? [] : [one.bytes])))
  return { text: bytes.toString(), ended: deliveries.filter(({ ended }) => ended === true).length }
}
const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
const withoutNulls = (value: unknown): unknown => {
  if (!isRecord(value)) return Array.isArray(value) ? value.map(withoutNulls) : value
  const members = Object.entries(value).filter(([, one]) => one !== null && !(Array.isArray(one) && one.length === 0))
  return Object.fromEntries(members.map(([key, one]) => [key, withoutNulls(one)]))
}

describe.skipIf(!hasShared)('recorded completions', () => {
  it('are enough', () => {
    expect(wholeCompletions.length).toBeGreaterThan(28)
    expect(streamedCompletions.length).toBeGreaterThan(14)
  })

  it('are read with their text, end and usage', () => {
    for (const { name, text } of wholeCompletions) {
      const body = parse<WireAnswer>(text)
      const answer = collect(openaiCompletions.decodeAnswer(body))
      expect(seen(answer), name).toEqual(seenByTest([body]))
      expect(answer.ended && answer.failure === undefined, name).toBe(true)
    }
  })

  it('are read of a stream as the test joins its chunks', () => {
    for (const { name, text } of streamedCompletions) {
      const answer = collect(decode([encoder.encode(text)]))
      expect(seen(answer), name).toEqual(seenByTest(bodiesIn(text)))
      expect(answer.ended && answer.failure === undefined, name).toBe(true)
    }
  })

  it('tell the same when a stream is cut after every byte', () => {
    for (const { name, text } of streamedCompletions) {
      const bytes = encoder.encode(text)
      const whole = JSON.stringify(decode([bytes]))
      const byByte = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))
      expect(JSON.stringify(decode(byByte)) === whole, `${name}, byte by byte`).toBe(true)
    }
  })

  it('pass the express lane untouched where they keep the published schema, and keep it afterwards in any case', () => {
    let untouched = 0
    for (const { name, text } of wholeCompletions) {
      const bytes = encoder.encode(text)
      const passed = openaiCompletions.express.scanAnswer(bytes).bytes!
      const body: unknown = JSON.parse(Buffer.from(passed).toString())
      expect(breaches('CreateCompletionResponse', body), name).toEqual([])
      if (breaches('CreateCompletionResponse', parse(text)).length > 0) continue
      expect(passed, name).toBe(bytes)
      untouched++
    }
    expect(untouched).toBeGreaterThan(25)
  })

  it('pass as streams byte by byte, but for nulls that the schema does not have', () => {
    for (const { name, text } of streamedCompletions) {
      const bytes = encoder.encode(text)
      for (const size of [1, 11, bytes.length]) {
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
          bytes.subarray(at * size, (at + 1) * size),
        )
        const end = text.indexOf('data: [DONE]') + 'data: [DONE]\n\n'.length
        expect(scan(pieces, true), `${name} in pieces of ${size}`).toEqual({ text: text.slice(0, end), ended: 1 })
      }
    }
  })

  it('keep from a client the usage that only we asked for', () => {
    const { text } = streamedCompletions.at(-1)!
    const passed = scan([encoder.encode(text)], false)
    expect(text).toContain('"prompt_tokens":14')
    expect(passed.text).not.toContain('"prompt_tokens":14')
    expect(passed.text).toMatch(/data: \[DONE\]\n\n$/)
  })

  it('are written again field by field as they were recorded, in the published form', () => {
    for (const { name, text } of wholeCompletions) {
      const { value, losses } = openaiCompletions.encodeAnswer(openaiCompletions.decodeAnswer(parse(text)), context)
      expect(losses, name).toEqual([])
      expect(breaches('CreateCompletionResponse', value), name).toEqual([])
      if (breaches('CreateCompletionResponse', parse(text)).length > 0) continue
      expect(withoutNulls(value), name).toEqual(withoutNulls(parse(text)))
    }
  })

  it('are written again as streams that say the same', () => {
    for (const { name, text } of streamedCompletions) {
      const encode = openaiCompletions.encodeStream(context)
      const frames = decode([encoder.encode(text)]).flatMap(event => encode.push(event))
      expect(encode.losses(), name).toEqual([])
      expect(seenByTest(bodiesIn(frames.map(frameText).join(''))), name).toEqual(seenByTest(bodiesIn(text)))
      expect(frames.at(-1), name).toEqual({ data: '[DONE]' })
    }
  })

  it('of a server that streams frames of its own make never look complete', () => {
    expect(strangeStream).toBeDefined()
    expect(decode([encoder.encode(strangeStream!.text)]).at(-1)).toMatchObject({ type: 'response-failed' })
  })
})

describe.skipIf(!hasShared)('recorded requests for completions', () => {
  /** One prompt in a list is that prompt, and so is one stop sequence. */
  const plain = (value: unknown): unknown => {
    if (!isRecord(value)) return value
    const { prompt, stop, stream, stream_options: options, n, ...others } = value
    const { include_usage: _usage, ...asked } = isRecord(options) ? options : {}
    const [only] = Array.isArray(prompt) ? (prompt as readonly unknown[]) : []
    const isOne = Array.isArray(prompt) && prompt.length === 1 && typeof only === 'string'
    return withoutNulls({
      ...others,
      prompt: isOne ? only : prompt,
      stop: typeof stop === 'string' ? [stop] : stop,
      stream: stream === false ? null : stream,
      n: n === 1 ? null : n,
      stream_options: Object.keys(asked).length > 0 ? asked : null,
    })
  }
  it('come out as they went in, but for what says nothing', () => {
    expect(completionExchanges.length).toBeGreaterThan(40)
    for (const { id, request, response } of completionExchanges) {
      const read = openaiCompletions.decodeRequest(request.body)
      if (response.status === 400) {
        expect(read, id).toMatchObject({ ok: false, at: 'max_tokens' })
        continue
      }
      expect(read.ok, `${id}: ${read.ok ? '' : read.why}`).toBe(true)
      if (!read.ok || !isRecord(request.body)) continue
      const asked = requestOf({ ...read.value, raw: rawOf(openaiCompletions.id, request.body) })
      const { value, losses } = openaiCompletions.encodeRequest(asked, read.value.target)
      expect(losses, id).toEqual([])
      expect(plain(value), id).toEqual(plain(request.body))
    }
  })
})
