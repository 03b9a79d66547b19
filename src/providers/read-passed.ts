/** Readers for answers that are passed on as they come: events, and bytes of sound. */
import { nothing } from '../domain/delivery.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { Failure } from '../domain/failure.ts'
import type { Usage } from '../domain/stream-event.ts'
import { frameCutter, framesIn } from '../dialects/framing.ts'
import type { EventTold } from '../ports/operation-dialect.ts'
import type { AnswerReader } from '../ports/provider.ts'
import { parseJson } from '../dialects/fields.ts'
import { isErrorBody } from './told.ts'

export interface Passing {
  readonly who: string
  /** The answer's content type. */
  readonly mediaType: string
  /** What an error means that is told inside the answer. */
  readonly failureIn: (body: string) => Failure
}

/** What a few frames come to together. */
interface Sum {
  content: boolean
  size: number
  usage?: Usage
  isLast: boolean
  /** Where the frame begins that tells of an error, and what it says. */
  error?: { readonly start: number; readonly text: string }
}

const summed = (bytes: Uint8Array, tell: (event: unknown) => EventTold): Sum => {
  const sum: Sum = { content: false, size: 0, isLast: false }
  for (const { frame, start } of framesIn(bytes)) {
    const event = frame === undefined ? undefined : parseJson(frame.data)
    if (frame === undefined || event === undefined) continue
    if (isErrorBody(event)) {
      sum.error = { start, text: frame.data }
      return sum
    }
    const { content, size, usage, isLast } = tell(event)
    sum.content ||= content
    sum.size += size
    if (usage !== undefined) sum.usage = usage
    sum.isLast ||= isLast === true
  }
  return sum
}

/** Whole events as they come, and what they tell; an error among them is not passed on but told as one. */
export const passEvents = (passing: Passing, tell: (event: unknown) => EventTold): AnswerReader => {
  const { who, mediaType, failureIn } = passing
  const cutter = frameCutter()
  let hasLast = false
  const take = (bytes: Uint8Array): Delivery => {
    const { content, size, usage, isLast, error } = summed(bytes, tell)
    hasLast ||= isLast
    return {
      bytes: error === undefined ? bytes : bytes.subarray(0, error.start),
      mediaType,
      content,
      size,
      ...(usage !== undefined && { usage }),
      ...(isLast && { finish: 'stop' }),
      ...(error !== undefined && { failure: failureIn(error.text) }),
    }
  }
  return {
    lane: 'express',
    push: chunk => {
      const whole = cutter.push(chunk)
      if (!cutter.overflowed) return whole === undefined ? nothing : take(whole)
      const failure: Failure = { kind: 'upstream-garbled', message: `${who} sent a stream event without end` }
      return { ...nothing, failure }
    },
    end: () => {
      const rest = cutter.rest()
      const last = rest.length === 0 ? nothing : take(rest)
      return hasLast && last.failure === undefined ? { ...last, ended: true } : last
    },
  }
}

/** Bytes as they come; whether they are whole, only the connection's proper end tells. */
export const passBytes = ({ mediaType }: Passing, worth: (bytes: number) => number): AnswerReader => ({
  lane: 'express',
  push: bytes => ({ bytes, mediaType, content: bytes.length > 0, size: worth(bytes.length) }),
  end: () => ({ ...nothing, finish: 'stop', ended: true }),
})
