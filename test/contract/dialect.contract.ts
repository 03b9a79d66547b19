/** The laws of every dialect, called by each implementation. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deliveryOf } from '../../src/domain/delivery.ts'
import type { Delivery } from '../../src/domain/delivery.ts'
import { serverSentEvents } from '../../src/dialects/framing.ts'
import { codeOf, consequences, statusOf } from '../../src/domain/failure.ts'
import type { Failure, FailureKind } from '../../src/domain/failure.ts'
import type { Message } from '../../src/domain/message.ts'
import type { Address, ChatBody } from '../../src/domain/request.ts'
import { collect } from '../../src/domain/response.ts'
import type { Answer } from '../../src/domain/response.ts'
import type { StreamEvent } from '../../src/domain/stream-event.ts'
import type { Instant } from '../../src/domain/units.ts'
import type { AnswerContext, Dialect, Frame, FrameDecoder } from '../../src/ports/dialect.ts'
import { rawOf, requestOf } from '../fake-dialect.ts'
import { anyAnswer, bodyNear, chatEvents, gistOf } from './dialect-samples.ts'

type Json = Readonly<Record<string, unknown>>

/** A streamed answer as the wire has it. */
export interface StreamSample {
  readonly name: string
  readonly text: string
  /** Where the dialect's streams are no text. */
  readonly bytes?: Uint8Array
  /** The whole answer that says the same, where there is one. */
  readonly whole?: Json
}
/** What a contract suite is given. An implementation may differ only by naming the law and the reason. */
export interface DialectCase {
  readonly dialect: Dialect
  /** Bodies that clients of this dialect send; with their addresses where the path names the model, and the body does not. */
  readonly bodies: readonly { readonly name: string; readonly body: Json; readonly address?: Address }[]
  /** Streams that end well. */
  readonly streams: readonly StreamSample[]
  /** Whole answers that are no errors. */
  readonly answers: readonly { readonly name: string; readonly body: Json }[]
  /** An answer is text and nothing else: calls are lost by name. */
  readonly isTextOnly?: true
  readonly except?: readonly { readonly law: string; readonly because: string }[]
}

const context: AnswerContext = { id: 'req-1', model: 'asked-for', now: 1_750_000_000_000 as Instant, streamUsage: true }
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const readBody = (body: Uint8Array | string): Json => JSON.parse(typeof body === 'string' ? body : textOf(body))

const streamBytes = ({ text, bytes }: StreamSample): Uint8Array => bytes ?? bytesOf(text)
const framingOf = ({ framing }: Dialect) => framing ?? serverSentEvents
const framesIn = (dialect: Dialect, bytes: Uint8Array): readonly Frame[] => {
  const splitter = framingOf(dialect).split()
  return [...splitter.push(bytes), ...splitter.end()]
}
/** Frames as the bytes of a whole stream, or of a part of one. */
const written = (dialect: Dialect, frames: readonly Frame[]): Uint8Array => {
  const piece = framingOf(dialect).join().write(frames)
  return typeof piece === 'string' ? bytesOf(piece) : piece
}
const told = (decoder: FrameDecoder, frames: readonly Frame[]): readonly StreamEvent[] => [
  ...frames.flatMap(frame => decoder.push(frame)),
  ...decoder.end(),
]
const decodePieces = (dialect: Dialect, pieces: readonly Uint8Array[]): readonly StreamEvent[] => {
  const splitter = framingOf(dialect).split()
  const frames = [...pieces.flatMap(piece => splitter.push(piece)), ...splitter.end()]
  return told(dialect.decodeStream(), frames)
}
const scanPieces = (dialect: Dialect, pieces: readonly Uint8Array[], streamUsage = true): readonly Delivery[] => {
  const scanner = dialect.express.scanStream({ streamUsage })
  return [...pieces.map(piece => scanner.push(piece)), scanner.end()]
}
/** What deliveries tell together, however they were cut. */
const sum = (deliveries: readonly Delivery[]) => ({
  bytes: Buffer.concat(deliveries.flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes]))).toString('latin1'),
  size: deliveries.reduce((all, { size }) => all + size, 0),
  content: deliveries.some(({ content }) => content),
  model: deliveries.find(({ model }) => model !== undefined)?.model,
  usage: deliveries.findLast(({ usage }) => usage !== undefined)?.usage,
  finish: deliveries.find(({ finish }) => finish !== undefined)?.finish,
  ended: deliveries.filter(({ ended }) => ended === true).length,
  failures: deliveries.flatMap(({ failure }) => failure ?? []),
})
const cutAt = (bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] => {
  const sorted = [...new Set(places.map(place => place % bytes.length))].toSorted((left, right) => left - right)
  return [...sorted, bytes.length].map((end, at) => bytes.subarray(sorted[at - 1] ?? 0, end))
}
/** Byte by byte, then at a few seeded places, several times. */
const cuttings = (bytes: Uint8Array): readonly (readonly Uint8Array[])[] => [
  Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)),
  ...fc
    .sample(fc.array(fc.nat(), { minLength: 1, maxLength: 9 }), { numRuns: 6, seed: bytes.length })
    .map(places => cutAt(bytes, places)),
]
const isLast = ({ type }: StreamEvent): boolean => type === 'response-end' || type === 'response-failed'
const lastsOf = (events: readonly StreamEvent[]): readonly string[] => events.filter(isLast).map(({ type }) => type)
const expectOneEnd = (events: readonly StreamEvent[]): void => {
  expect(lastsOf(events)).toHaveLength(1)
  expect(isLast(events.at(-1)!)).toBe(true)
}
/** No frame in these bytes lacks its end: another one can follow. */
const expectWhole = (dialect: Dialect, bytes: Uint8Array, name: string): void => {
  if (dialect.framing === undefined) expect(textOf(bytes), name).toMatch(/(?:\n\n|\r\n\r\n|\r\r)$/)
  const more = written(dialect, [{ event: 'after', data: '{}' }])
  expect(framesIn(dialect, Buffer.concat([bytes, more])).at(-1)?.data, name).toBe('{}')
}
/** Frames of a stream up to and with those that carry its last event. */
const framesUntilEnd = (dialect: Dialect, sample: StreamSample): readonly Frame[] => {
  const decoder = dialect.decodeStream()
  const frames = framesIn(dialect, streamBytes(sample))
  const end = frames.findIndex(frame => decoder.push(frame).some(isLast))
  return end === -1 ? frames : frames.slice(0, end + 1)
}
const encodeAll = (dialect: Dialect, events: readonly StreamEvent[]): readonly Frame[] => {
  const encoder = dialect.encodeStream(context)
  return events.flatMap(event => encoder.push(event))
}
const failure: Failure = { kind: 'stream-broken', message: 'the upstream fell silent' }
const content = ({ choices }: Answer) => choices.map(({ parts }) => parts)

/** The body without text that has no visible character, which some providers refuse, and with turns of the same role as one. */
const spoken = (body: ChatBody): ChatBody => {
  const messages: Message[] = []
  for (const message of body.messages) {
    const parts = message.parts.filter(part => part.type !== 'text' || part.text.trim() !== '')
    const last = messages.at(-1)
    const isSame = last?.role === message.role && last.extensions === undefined && message.extensions === undefined
    if (isSame) messages[messages.length - 1] = { ...last, parts: [...last.parts, ...parts] }
    else messages.push({ ...message, parts })
  }
  return { ...body, messages }
}

type Law = (name: string, test: () => void) => void

const requestLaws = ({ dialect, bodies }: DialectCase, law: Law): void => {
  const address = bodies[0]?.address
  /** The model where the body is to hold it. */
  const modelIn = (model: string): Json => (address === undefined ? { model } : {})
  law('decodeRequest answers any JSON with a request or with a place and a reason', () => {
    const anything = fc.oneof(fc.jsonValue(), bodyNear(bodies.map(({ body }) => body)))
    fc.assert(
      fc.property(anything, body => {
        const read = dialect.decodeRequest(body, address)
        if (!read.ok) {
          expect(read.why).not.toBe('')
          return
        }
        const { value } = dialect.encodeRequest(requestOf(read.value), 'the-model')
        expect(value).toMatchObject(modelIn('the-model'))
        expect(() => JSON.stringify(value)).not.toThrow()
      }),
      { numRuns: 400 },
    )
  })

  law('a request is the same after it was written and read again, and loses nothing on the way', () => {
    for (const { name, body, address: at } of bodies) {
      const read = dialect.decodeRequest(body, at)
      expect(read, name).toMatchObject({ ok: true })
      if (!read.ok) continue
      const request = requestOf({ ...read.value, raw: rawOf(dialect.id, body) })
      const { value, losses } = dialect.encodeRequest(request, read.value.target)
      expect(losses, name).toEqual([])
      // The house asks for usage on every stream; what the client wants is not the provider's business.
      const again = dialect.decodeRequest(JSON.parse(JSON.stringify(value)), at)
      expect(again.ok && { ...spoken(again.value), streamUsage: read.value.streamUsage }, name).toEqual(
        spoken(read.value),
      )
    }
  })

  law('the express edit changes the model and what makes a stream tell usage, and no other byte', () => {
    for (const { name, body } of bodies) {
      const spaced = JSON.stringify({ unheard_of: 0, ...body, ...modelIn('pool') }, undefined, 1).replace(
        '"unheard_of": 0',
        '"unheard_of" :\t[1.0, 12345678901234567890, "\\u00e9/\\/"]',
      )
      const raw = { dialect: dialect.id, bytes: bytesOf(spaced), json: readBody(spaced) }
      const edit = dialect.express.editRequest(raw, 'the-model')
      const edited = typeof edit === 'string' ? edit : textOf(edit)
      const { stream_options: _asked, ...others } = readBody(edited)
      const { stream_options: _wanted, ...given } = raw.json
      expect(others, name).toEqual({ ...given, ...modelIn('the-model') })
      expect(edited, name).toContain('"unheard_of" :\t[1.0, 12345678901234567890, "\\u00e9/\\/"]')
      expect(textOf(raw.bytes), name).toBe(spaced)
    }
  })
}

/** Only text has line ends. */
const lineLaw = ({ dialect, streams }: DialectCase, law: Law): void => {
  if (dialect.framing !== undefined) return
  law('line ends of any kind give the same events', () => {
    for (const { name, text } of streams) {
      const whole = decodePieces(dialect, [bytesOf(text)])
      for (const end of ['\r\n', '\r']) {
        const changed = `\ufeff: comment${end}${end}${text.replaceAll('\r\n', '\n').replaceAll('\n', end)}`
        expect(decodePieces(dialect, [bytesOf(changed)]), name).toEqual(whole)
      }
    }
  })
}

const readingLaws = ({ dialect, streams, answers }: DialectCase, law: Law): void => {
  law('the same bytes give the same events wherever they are cut', () => {
    for (const sample of streams) {
      const { name } = sample
      const bytes = streamBytes(sample)
      const whole = decodePieces(dialect, [bytes])
      expectOneEnd(whole)
      expect(whole.at(-1)?.type, name).toBe('response-end')
      for (const pieces of cuttings(bytes)) expect(decodePieces(dialect, pieces), name).toEqual(whole)
    }
  })

  law('a stream and the whole answer that says the same are one', () => {
    const pairs = streams.flatMap(sample => (sample.whole === undefined ? [] : [{ sample, whole: sample.whole }]))
    expect(pairs.length).toBeGreaterThan(0)
    for (const { sample, whole } of pairs)
      expect(collect(decodePieces(dialect, [streamBytes(sample)])), sample.name).toEqual(
        collect(dialect.decodeAnswer(whole)),
      )
  })

  law('an answer that was cut off never ends cleanly with less than the whole', () => {
    for (const sample of streams) {
      const { name } = sample
      const frames = framesUntilEnd(dialect, sample)
      const whole = collect(told(dialect.decodeStream(), frames))
      for (let length = 0; length < frames.length; length++) {
        const events = told(dialect.decodeStream(), frames.slice(0, length))
        expectOneEnd(events)
        const answer = collect(events)
        const kind = answer.failure?.kind
        if (kind === undefined) expect(content(answer), `${name}, ${length} frames`).toEqual(content(whole))
        else expect(kind, `${name}, ${length} frames`).toMatch(/^(?:stream-broken|upstream-garbled)$/)
      }
    }
  })

  law('frames of any kind are read without a throw to one end, and nothing is told after it', () => {
    const frame = fc.record(
      { data: fc.oneof(fc.json(), fc.string(), fc.constantFrom('[DONE]', '')), event: fc.string({ maxLength: 8 }) },
      { requiredKeys: ['data'] },
    )
    const real = streams.flatMap(sample => framesIn(dialect, streamBytes(sample))).slice(0, 400)
    const any = fc.array(fc.oneof(frame, fc.constantFrom(...real)), { maxLength: 12 })
    fc.assert(
      fc.property(any, frames => {
        const decoder = dialect.decodeStream()
        expectOneEnd(told(decoder, frames))
        expect([...frames.flatMap(one => decoder.push(one)), ...decoder.end()]).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  law('decodeAnswer reads any JSON without a throw to one end', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), bodyNear(answers.map(({ body }) => body))), body =>
        expectOneEnd(dialect.decodeAnswer(body)),
      ),
      { numRuns: 400 },
    )
    for (const { name, body } of answers) expect(dialect.decodeAnswer(body).at(-1)?.type, name).toBe('response-end')
  })

  law('text, calls and ends of an answer never come before its start', () => {
    for (const sample of streams) expect(decodePieces(dialect, [streamBytes(sample)])[0]?.type).toBe('response-start')
  })
}

const scanningLaws = ({ dialect, streams, answers }: DialectCase, law: Law): void => {
  law('the scanner reads what the decoder reads, and its bytes say the same, wherever they are cut', () => {
    for (const sample of streams) {
      const { name } = sample
      const bytes = streamBytes(sample)
      const facts = sum([deliveryOf(decodePieces(dialect, [bytes]))])
      const whole = sum(scanPieces(dialect, [bytes]))
      expect({ ...whole, bytes: '' }, name).toEqual(facts)
      expect(gistOf(collect(decodePieces(dialect, [Buffer.from(whole.bytes, 'latin1')]))), name).toEqual(
        gistOf(collect(decodePieces(dialect, [bytes]))),
      )
      for (const pieces of cuttings(bytes)) expect(sum(scanPieces(dialect, pieces)), name).toEqual(whole)
    }
  })

  law('the scanner gives only whole frames, and tells an answer that was cut off', () => {
    for (const sample of streams) {
      const { name } = sample
      const whole = streamBytes(sample)
      for (const part of [0.2, 0.5, 0.8]) {
        const bytes = whole.subarray(0, Math.floor(whole.length * part))
        const deliveries = scanPieces(dialect, [bytes])
        const { failures, ended } = sum(deliveries)
        expect(ended + failures.length, name).toBe(1)
        for (const { bytes: passed } of deliveries) {
          if (passed !== undefined && passed.length > 0) expectWhole(dialect, passed, name)
        }
      }
    }
  })

  law(
    'of a stream that tells of a failure the scanner passes what stands before it, and nothing of the failure',
    () => {
      const secret: Failure = { kind: 'upstream-overloaded', message: 'a secret of the upstream' }
      const { body } = dialect.encodeFailure(secret, 'req-1')
      const told = { event: 'error', data: JSON.stringify(body) }
      // Event streams have a form of their own for it.
      const frames =
        dialect.framing === undefined ? [told] : encodeAll(dialect, [{ type: 'response-failed', failure: secret }])
      const error = written(dialect, frames)
      for (const sample of streams) {
        const { name } = sample
        const before = written(dialect, framesUntilEnd(dialect, sample).slice(0, -1))
        for (const pieces of [[Buffer.concat([before, error])], [before, error], [error]]) {
          const { bytes, failures, ended } = sum(scanPieces(dialect, pieces))
          expect(failures, name).toMatchObject([{ kind: 'upstream-overloaded' }])
          expect(bytes, name).not.toContain('a secret')
          expect(ended, name).toBe(0)
        }
      }
    },
  )

  law('a whole answer passes with every member that it had', () => {
    for (const { name, body } of answers) {
      const given = { ...body, novel_member: { deep: [1, null] } }
      const { bytes, ...facts } = dialect.express.scanAnswer(bytesOf(JSON.stringify(given)))
      const { events: _events, ...read } = deliveryOf(dialect.decodeAnswer(given))
      expect(facts, name).toEqual(read)
      expect(readBody(bytes ?? ''), name).toMatchObject({ novel_member: given.novel_member })
      expect(gistOf(collect(dialect.decodeAnswer(readBody(bytes ?? '')))), name).toEqual(
        gistOf(collect(dialect.decodeAnswer(body))),
      )
    }
  })

  law('bytes of any kind are scanned without a throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.boolean(), (text, streamUsage) => {
        expect(sum(scanPieces(dialect, [bytesOf(text)], streamUsage)).failures).toHaveLength(1)
        const { failure: found, ended } = dialect.express.scanAnswer(bytesOf(text))
        expect(found !== undefined || ended === true).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
}

/** What a dialect that tells nothing but text can tell of an answer. */
const onlyText = (answer: Answer): Answer => ({
  ...answer,
  choices: answer.choices.map(({ parts, reason }) => ({
    parts: parts.filter(({ type }) => type === 'text'),
    reason: reason === 'tool-calls' ? 'stop' : reason,
  })),
})

const writingLaws = ({ dialect, streams, answers, isTextOnly }: DialectCase, law: Law): void => {
  law('an answer is the same after it was written and read again, whole and streamed', () => {
    for (const sample of streams) {
      const { name } = sample
      const events = decodePieces(dialect, [streamBytes(sample)])
      const gist = gistOf(collect(events))
      const frames = encodeAll(dialect, events)
      expect(gistOf(collect(decodePieces(dialect, [written(dialect, frames)]))), name).toEqual(gist)
      const { value } = dialect.encodeAnswer(events, context)
      expect(gistOf(collect(dialect.decodeAnswer(JSON.parse(JSON.stringify(value))))), name).toEqual(gist)
    }
  })

  law('whatever answer comes, what is written of it is read back: text, calls, end and usage', () => {
    fc.assert(
      fc.property(anyAnswer, answer => {
        const events = chatEvents(isTextOnly === true ? onlyText(answer) : answer)
        const read = told(dialect.decodeStream(), encodeAll(dialect, events))
        expectOneEnd(read)
        expect(gistOf(collect(read))).toEqual(gistOf(collect(events)))
        const { value } = dialect.encodeAnswer(events, context)
        expect(gistOf(collect(dialect.decodeAnswer(JSON.parse(JSON.stringify(value)))))).toEqual(
          gistOf(collect(events)),
        )
      }),
      { numRuns: 200 },
    )
  })

  law('after a failure there is an error frame, last, and no clean end', () => {
    for (const sample of streams) {
      const { name } = sample
      const events = decodePieces(dialect, [streamBytes(sample)]).slice(0, -1)
      for (let length = 0; length <= events.length; length += Math.max(1, Math.floor(events.length / 7))) {
        const encoder = dialect.encodeStream(context)
        const before = events.slice(0, length).flatMap(event => encoder.push(event))
        const last = encoder.push({ type: 'response-failed', failure })
        expect(last, name).toHaveLength(1)
        expect(encoder.push({ type: 'response-end' }), name).toEqual([])
        expect(lastsOf(told(dialect.decodeStream(), [...before, ...last])), name).toEqual(['response-failed'])
      }
    }
  })

  law('what is written anew names the model that was asked for where the upstream named none', () => {
    const { value } = dialect.encodeAnswer(
      [{ type: 'response-start', model: '' }, { type: 'choice-end', reason: 'stop' }, { type: 'response-end' }],
      context,
    )
    // Not every dialect's answers have a name and an id.
    const isTold = (member: string): boolean => answers.some(({ body }) => member in body)
    if (isTold('model')) expect(value['model']).toBe('asked-for')
    if (isTold('id')) expect(value['id']).toContain('req-1')
  })
}

const failureLaws = ({ dialect }: DialectCase, law: Law): void => {
  law('every kind of failure has its status, its words and its code, and is read as one', () => {
    for (const kind of Object.keys(consequences) as FailureKind[]) {
      const failed: Failure = { kind, message: `what ${kind} means`, param: 'messages[0].content' }
      const { status, body } = dialect.encodeFailure(failed, 'req-1')
      expect(status).toBe(statusOf(failed))
      const text = JSON.stringify(body)
      expect(text).toContain(`what ${kind} means`)
      expect(text).toContain(`"code":"${codeOf(failed)}"`)
      expect(lastsOf(dialect.decodeAnswer(JSON.parse(text)))).toEqual(['response-failed'])
      expect(dialect.encodeAnswer([{ type: 'response-failed', failure: failed }], context).value).toEqual(body)
    }
    expect(dialect.encodeFailure({ kind: 'invalid-request', message: 'm', status: 413 }, 'req-1').status).toBe(413)
  })
}

/** Holds a dialect to every law. */
export const dialectContract = (name: string, given: DialectCase): void => {
  describe(`${name}, as any dialect`, () => {
    const law: Law = (words, test) => {
      const exception = given.except?.find(one => one.law === words)
      it.skipIf(exception !== undefined)(exception === undefined ? words : `${words} (not: ${exception.because})`, test)
    }
    requestLaws(given, law)
    lineLaw(given, law)
    readingLaws(given, law)
    scanningLaws(given, law)
    writingLaws(given, law)
    failureLaws(given, law)
  })
}
