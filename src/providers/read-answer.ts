/** Reads a good answer, whichever way it was asked for and whichever way it came. */
import { deliveryOf, nothing } from '../domain/delivery.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { Failure } from '../domain/failure.ts'
import type { StreamEvent } from '../domain/stream-event.ts'
import { serverSentEvents } from '../dialects/framing.ts'
import type { Dialect, Frame, Framing } from '../ports/dialect.ts'
import type { AnswerReader } from '../ports/provider.ts'
import type { WireHead } from '../ports/transport.ts'
import { headerOf } from './rates.ts'
import { firstWords } from './redact.ts'
import { parseJson } from '../dialects/fields.ts'
import { isErrorBody } from './told.ts'
import { collecting, faultOf } from './whole-body.ts'

/** What a reader has to know of the request and of who answers it. */
export interface Reading {
  readonly who: string
  readonly dialect: Dialect
  readonly express: boolean
  readonly stream: boolean
  readonly streamUsage: boolean
  /** How this provider's streams lie in bytes; absent: as the dialect's do. */
  readonly framing?: Framing
  /** What a body means that is an error in spite of its good status. */
  readonly failureIn: (body: string) => Failure
  /** The kind of a failure that was told inside a stream. */
  readonly refine: (failure: Failure) => Failure
  /** Names of tools as this provider was told them, to the client's own. */
  readonly names?: ReadonlyMap<string, string>
}

/** Takes chunks, gives deliveries. */
interface Part {
  readonly lane: AnswerReader['lane']
  push(chunk: Uint8Array): Delivery
  end(): Delivery
}

const failing = (failure: Failure): Delivery => ({ ...nothing, failure })
const garbled = (message: string): Delivery => failing({ kind: 'upstream-garbled', message })

/** The delivery with the kind of its failure told exactly, in its events too. */
const refined = (delivery: Delivery, refine: Reading['refine']): Delivery => {
  if (delivery.failure === undefined) return delivery
  const failure = refine(delivery.failure)
  if (delivery.events === undefined) return { ...delivery, failure }
  const events = delivery.events.map(event => (event.type === 'response-failed' ? { ...event, failure } : event))
  return { ...delivery, events, failure }
}

/** The events with every tool by the client's own name. */
const named = (events: readonly StreamEvent[], { names }: Reading): readonly StreamEvent[] =>
  names === undefined
    ? events
    : events.map(event =>
        event.type === 'tool-call-start' ? { ...event, name: names.get(event.name) ?? event.name } : event,
      )
const deliveryIn = (events: readonly StreamEvent[], reading: Reading): Delivery =>
  refined(deliveryOf(named(events, reading)), reading.refine)

const endMark = '[DONE]'
/** What a stream cut off in the middle of its JSON or of its end mark ends with is no frame; whether the answer is whole is seen without it. */
const isWhole = ({ data }: Frame): boolean =>
  data.startsWith('{') ? parseJson(data) !== undefined : data === endMark || !endMark.startsWith(data)

const nativeFraming = ({ dialect }: Reading): Framing => dialect.framing ?? serverSentEvents
const framingOf = (reading: Reading): Framing => reading.framing ?? nativeFraming(reading)
const faulty = ({ who }: Reading, fault: string): Failure => ({
  kind: 'upstream-garbled',
  message: `${who} sent ${fault}`,
})
const bytesOf = (text: string | Uint8Array): Uint8Array =>
  typeof text === 'string' ? new TextEncoder().encode(text) : text

const scanned = (reading: Reading): Part => {
  const { dialect, refine, streamUsage } = reading
  const scanner = dialect.express.scanStream({ streamUsage })
  const take = (chunk: Uint8Array): Delivery => refined(scanner.push(chunk), refine)
  const end = (): Delivery => refined(scanner.end(), refine)
  const framing = framingOf(reading)
  const native = nativeFraming(reading)
  if (framing === native) return { lane: 'express', push: take, end }
  // The same frames in another wrapping: unpacked, they are the dialect's own bytes.
  const frames = framing.split()
  const joiner = native.join()
  const unpacked = (found: readonly Frame[]): Delivery =>
    found.length === 0 ? nothing : take(bytesOf(joiner.write(found)))
  return {
    lane: 'express',
    push: chunk => {
      if (frames.fault !== undefined) return nothing
      const delivery = unpacked(frames.push(chunk))
      return frames.fault === undefined ? delivery : { ...delivery, failure: faulty(reading, frames.fault) }
    },
    end: () => {
      const last = unpacked(frames.end())
      if (last.ended === true || last.failure !== undefined) return last
      const rest = end()
      return { ...last, ...rest, content: last.content || rest.content, size: last.size + rest.size }
    },
  }
}

const streamed = (reading: Reading): Part => {
  if (reading.express && reading.stream) return scanned(reading)
  const frames = framingOf(reading).split()
  const decoder = reading.dialect.decodeStream()
  return {
    lane: 'translated',
    push: chunk => {
      if (frames.fault !== undefined) return nothing
      const events: StreamEvent[] = []
      for (const frame of frames.push(chunk)) for (const event of decoder.push(frame)) events.push(event)
      const delivery = events.length === 0 ? nothing : deliveryIn(events, reading)
      // What came whole before the fault is the client's all the same.
      return frames.fault === undefined ? delivery : { ...delivery, failure: faulty(reading, frames.fault) }
    },
    end: () => {
      if (frames.fault !== undefined) return nothing
      const events: StreamEvent[] = []
      for (const frame of frames.end()) if (isWhole(frame)) for (const event of decoder.push(frame)) events.push(event)
      for (const event of decoder.end()) events.push(event)
      return deliveryIn(events, reading)
    },
  }
}

/** A whole body, once it is complete. */
const understood = (reading: Reading, body: Uint8Array): Delivery => {
  const express = reading.express && !reading.stream
  if (express) {
    const scanned = reading.dialect.express.scanAnswer(body)
    // Most answers end here and are parsed once; only what brought nothing is looked at again.
    if (scanned.failure === undefined && scanned.size > 0) return scanned
    return faultOf(reading, textOf(body)) ?? refined(scanned, reading.refine)
  }
  const json = parseJson(textOf(body))
  if (json === undefined || isErrorBody(json)) return faultOf(reading, textOf(body)) ?? nothing
  return deliveryIn(reading.dialect.decodeAnswer(json), reading)
}

const textOf = (body: Uint8Array): string => new TextDecoder().decode(body)

const whole = (reading: Reading): Part => ({
  lane: reading.express && !reading.stream ? 'express' : 'translated',
  ...collecting(reading.who, body => understood(reading, body)),
})

const line = { newline: 10, return: 13, space: 32, tab: 9 }
const isBlank = (byte: number): boolean =>
  byte === line.space || byte === line.newline || byte === line.return || byte === line.tab

/** The first byte that tells something; blanks and a byte order mark do not. */
const firstByte = (chunk: Uint8Array): number | undefined => {
  let place = chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? 3 : 0
  while (place < chunk.length && isBlank(chunk[place] ?? 0)) place += 1
  return chunk[place]
}

const [curly, square, angle] = [0x7b, 0x5b, 0x3c]

/** How the body really came. The first byte knows better than the head: some send JSON or a page under any name. */
const formOf = (first: number, mediaType: string): 'json' | 'stream' | 'other' => {
  if (first === curly || first === square) return 'json'
  if (first === angle) return 'other'
  if (mediaType === 'text/event-stream') return 'stream'
  // The beginnings of `data:`, `event:`, `id:`, `retry:` and of a comment.
  const field = 'deir:'.includes(String.fromCharCode(first))
  return mediaType.includes('json') || !field ? 'other' : 'stream'
}

/** A stream in a form of its own: binary, which a first byte of zero shows where a proxy has changed the name. */
const isFramed = (reading: Reading, mediaType: string, first: number): boolean => {
  const framing = framingOf(reading)
  return framing !== serverSentEvents && (mediaType === framing.mediaType || first === 0)
}

/** Nothing more is read once the failure has been told. */
const deaf: Part = { lane: 'translated', push: () => nothing, end: () => nothing }

/** A body that is neither JSON nor a stream: a proxy's page, say. Its first words are the failure. */
const stray = (who: string, chunk: Uint8Array): Delivery => {
  const text = textOf(chunk.subarray(0, 2_000)).replace(/<[^>]*>/g, ' ')
  return garbled(`${who} answered 200 with what is neither JSON nor a stream: ${firstWords(text, 200)}`)
}

/** A reader for an answer with a good head. It looks at the first byte before it decides how to read. */
export const readAnswer = (reading: Reading, head: WireHead): AnswerReader => {
  const mediaType = (headerOf(head.headers, 'content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const packed = headerOf(head.headers, 'content-encoding')
  let part: Part | undefined
  return {
    get lane() {
      return part?.lane ?? (reading.express ? 'express' : 'translated')
    },
    push: chunk => {
      if (part !== undefined) return part.push(chunk)
      const first = firstByte(chunk)
      if (first === undefined) return nothing
      const isPacked = packed !== undefined && packed !== 'identity'
      const form = isPacked ? 'other' : isFramed(reading, mediaType, first) ? 'stream' : formOf(first, mediaType)
      part = form === 'json' ? whole(reading) : form === 'stream' ? streamed(reading) : deaf
      if (isPacked) return garbled(`${reading.who} answered in ${firstWords(packed, 40)} though asked for plain bytes`)
      return form === 'other' ? stray(reading.who, chunk) : part.push(chunk)
    },
    end: () => (part ?? whole(reading)).end(),
  }
}
