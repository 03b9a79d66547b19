/** Reads the whole answer to an operation beyond chat, and how long a conversation is. */
import { nothing } from '../domain/delivery.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { Failure } from '../domain/failure.ts'
import type { OperationRequest } from '../domain/request.ts'
import { tokens } from '../domain/units.ts'
import type { OperationDialect } from '../ports/operation-dialect.ts'
import type { AnswerReader } from '../ports/provider.ts'
import type { WireHead } from '../ports/transport.ts'
import { wholeBody } from './whole-body.ts'
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

/** A reader for one body of JSON: its bytes where they may pass as they are, else what they say. */
export const readOperation = (reading: OperationReading): AnswerReader => {
  const { who, dialect, request, isExpress, failureIn, head } = reading
  return wholeBody({ who, failureIn, lane: isExpress ? 'express' : 'translated' }, (json, bytes): Delivery => {
    const decoded = dialect.decodeAnswer(json, request, head)
    if (!decoded.ok) {
      return { ...nothing, failure: { kind: 'upstream-garbled', message: `${who} answered with ${decoded.why}` } }
    }
    const { model, upstreamId, usage } = decoded.value
    const passes = isExpress && dialect.passes?.(json, request) !== false
    return {
      ...complete,
      ...(passes ? { bytes } : { answer: decoded.value }),
      ...(model !== undefined && { model }),
      ...(upstreamId !== undefined && { upstreamId }),
      ...(usage !== undefined && { usage }),
    }
  })
}

/** A reader for the number of tokens. */
export const readCount = (who: string, counting: Counting, failureIn: (body: string) => Failure): AnswerReader =>
  wholeBody({ who, failureIn, lane: 'translated' }, (json): Delivery => {
    const count = counting.read(json)
    return count === undefined
      ? { ...nothing, failure: { kind: 'upstream-garbled', message: `${who} answered without a number of tokens` } }
      : { ...complete, answer: { result: { type: 'token-count', input: tokens(count) } } }
  })
