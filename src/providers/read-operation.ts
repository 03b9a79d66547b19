/** Reads the answer to an operation beyond chat, and how long a conversation is. */
import { nothing } from '../domain/delivery.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { Failure } from '../domain/failure.ts'
import type { OperationAnswer } from '../domain/operation.ts'
import type { OperationRequest } from '../domain/request.ts'
import { tokens } from '../domain/units.ts'
import { serverSentEvents } from '../dialects/framing.ts'
import { tokenCount } from '../dialects/token-count.ts'
import type { OperationDialect } from '../ports/operation-dialect.ts'
import type { AnswerReader } from '../ports/provider.ts'
import type { WireHead } from '../ports/transport.ts'
import { headerOf } from './rates.ts'
import { passBytes, passEvents } from './read-passed.ts'
import { parseJson } from '../dialects/fields.ts'
import { collecting, faultOf, wholeBody } from './whole-body.ts'
import type { Counting } from './voice.ts'

export interface OperationReading {
  readonly who: string
  readonly dialect: OperationDialect
  readonly request: OperationRequest
  readonly isExpress: boolean
  readonly head?: WireHead
  /** What a body means that is an error in spite of its good status. */
  readonly failureIn: (body: string) => Failure
}

/** An answer is there at once, whole: content, finish and end come together. */
const complete = { content: true, size: 0, finish: 'stop', ended: true } as const

const told = ({ model, upstreamId, usage }: OperationAnswer): Partial<Delivery> => ({
  ...(model !== undefined && { model }),
  ...(upstreamId !== undefined && { upstreamId }),
  ...(usage !== undefined && { usage }),
})

const refusal = (who: string, answer: OperationAnswer, why: string): Delivery => ({
  ...nothing,
  ...told(answer),
  failure: { kind: 'content-refused', message: `${who} would not: ${why}` },
})

/** The whole answer, its bytes untouched where they may pass. */
const delivered = ({ who }: OperationReading, answer: OperationAnswer, bytes: Uint8Array | undefined): Delivery => {
  if (answer.refused !== undefined) return refusal(who, answer, answer.refused)
  return { ...complete, ...(bytes === undefined ? { answer } : { bytes }), ...told(answer) }
}

const ofJson = (reading: OperationReading, json: unknown, bytes: Uint8Array): Delivery => {
  const { who, dialect, request, isExpress, head } = reading
  const decoded = dialect.decodeAnswer(json, request, head)
  const passes = isExpress && dialect.passes?.(json, request) !== false
  if (decoded.ok) return delivered(reading, decoded.value, passes ? bytes : undefined)
  return { ...nothing, failure: { kind: 'upstream-garbled', message: `${who} answered with ${decoded.why}` } }
}

const isJson = (type: string): boolean => type === '' || /^[\w.+-]+\/(?:[\w.+-]+\+)?json\b/i.test(type)
/** Where text may be an answer, a page is the error of something in between. */
const isPlain = (type: string): boolean => /^(?:text|application)\/(?!html)/i.test(type) && !isJson(type)

/** A text that is the answer. */
const ofText = (reading: OperationReading, text: string, given: { bytes: Uint8Array; type: string }): Delivery => {
  const { dialect, request, isExpress } = reading
  const { bytes, type: mediaType } = given
  const answer = dialect.decodeText?.(text, request)
  if (answer === undefined) return nothing
  const passed = isExpress ? { ...answer, result: { type: 'bytes', bytes, mediaType } as const } : answer
  return { ...complete, size: text.length, answer: passed, ...told(answer) }
}

const readWhole = (reading: OperationReading, type: string): AnswerReader => {
  const { who, dialect, isExpress, failureIn } = reading
  const lane = isExpress ? 'express' : 'translated'
  if (dialect.decodeText === undefined) {
    return wholeBody({ who, failureIn, lane }, (json, bytes) => ofJson(reading, json, bytes))
  }
  return {
    lane,
    ...collecting(who, bytes => {
      const text = new TextDecoder().decode(bytes)
      if (isPlain(type)) return ofText(reading, text, { bytes, type })
      return faultOf({ who, failureIn }, text) ?? ofJson(reading, parseJson(text), bytes)
    }),
  }
}

/** Nobody asked for it packed, and whoever gets it would take it for what it is called. */
const unread = (who: string, packing: string): AnswerReader => {
  const message = `${who} answered with content-encoding "${packing.slice(0, 40)}", which it was not asked for`
  const failure: Failure = { kind: 'upstream-garbled', message }
  return { lane: 'express', push: () => ({ ...nothing, failure }), end: () => ({ ...nothing, failure }) }
}

const headOf = ({ head }: OperationReading, name: string): string => headerOf(head?.headers ?? {}, name) ?? ''

const readPlain = (reading: OperationReading): AnswerReader => {
  const { who, dialect, request, isExpress, failureIn } = reading
  const type = headOf(reading, 'content-type')
  const { readEvent, worthOf } = dialect
  const passing = { who, mediaType: type, failureIn }
  if (isExpress && readEvent !== undefined && type.startsWith(serverSentEvents.mediaType)) {
    return passEvents(passing, readEvent)
  }
  if (worthOf !== undefined && !isJson(type) && !type.startsWith('text/')) {
    return passBytes(passing, bytes => worthOf(bytes, request))
  }
  return readWhole(reading, type)
}

/** A reader for whatever this answer is: events or sound that pass as they come, one body of JSON or text. */
export const readOperation = (reading: OperationReading): AnswerReader => {
  const packing = headOf(reading, 'content-encoding')
  return /^(?:identity)?$/i.test(packing) ? readPlain(reading) : unread(reading.who, packing)
}

/** A reader for the number of tokens. */
export const readCount = (who: string, counting: Counting, failureIn: (body: string) => Failure): AnswerReader =>
  wholeBody({ who, failureIn, lane: 'translated' }, (json): Delivery => {
    const count = tokenCount(counting.read(json))
    return count === undefined
      ? { ...nothing, failure: { kind: 'upstream-garbled', message: `${who} answered without a number of tokens` } }
      : { ...complete, answer: { result: { type: 'token-count', input: tokens(count) } } }
  })
