/** A streamed answer, read: one handler for each event type. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Frame, FrameDecoder } from '../../ports/dialect.ts'
import {
  beginCall,
  beginContent,
  endCall,
  endContent,
  fail,
  finish,
  growCall,
  growContent,
  keep,
  newReading,
  readCitation,
  readPlan,
  start,
} from './answer.ts'
import type { Reading } from './answer.ts'
import { garbled } from '../garbled.ts'
import { brokenOff, failedAnswer, failureOf } from './failure.ts'
import { isFailed } from './finish.ts'
import { readUsage } from './usage.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isTooDeep, isWord, otherMembers, parseJson, recordOf, textOf } from '../fields.ts'

const none: readonly StreamEvent[] = []
/** What ends a stream. */
export const endMark = '[DONE]'

const known = {
  start: new Set(['id', 'type', 'delta']),
  message: new Set(['role', 'content', 'tool_plan', 'tool_calls', 'citations']),
  end: new Set(['id', 'type', 'delta']),
  endDelta: new Set(['finish_reason', 'usage', 'error']),
}

type Handler = (event: Json, reading: Reading) => readonly StreamEvent[]
const messageOf = (event: Json): Json => recordOf(recordOf(event, 'delta'), 'message')
/** The one thing in a member that some versions give as a list. */
const oneOf = (message: Json, key: string): Json => {
  const value = message[key]
  const one: unknown = Array.isArray(value) ? value[0] : value
  return isRecord(one) ? one : {}
}

const handlers: Readonly<Record<string, Handler>> = {
  'message-start': (event, reading) => {
    const message = otherMembers(messageOf(event), known.message)
    const others = otherMembers(event, known.start)
    const own = message === undefined ? others : { ...others, message }
    return start(reading, event['id'], own)
  },
  'content-start': (event, reading) => beginContent(reading, event['index'], oneOf(messageOf(event), 'content')),
  'content-delta': (event, reading) =>
    growContent(reading, event['index'], { delta: oneOf(messageOf(event), 'content'), logprobs: event['logprobs'] }),
  'content-end': (event, reading) => endContent(reading, event['index']),
  'tool-plan-delta': (event, reading) => readPlan(reading, textOf(messageOf(event), 'tool_plan')),
  'tool-call-start': (event, reading) => beginCall(reading, event['index'], oneOf(messageOf(event), 'tool_calls')),
  'tool-call-delta': (event, reading) =>
    growCall(reading, event['index'], textOf(recordOf(oneOf(messageOf(event), 'tool_calls'), 'function'), 'arguments')),
  'tool-call-end': (event, reading) => endCall(reading, event['index']),
  'citation-start': (event, reading) => {
    const { citations } = messageOf(event)
    for (const one of Array.isArray(citations) ? citations : [citations]) {
      if (isRecord(one)) readCitation(reading, one)
    }
    return none
  },
  'message-end': (event, reading) => {
    const delta = recordOf(event, 'delta')
    const reason = delta['finish_reason']
    const word = isWord(reason) ? reason : undefined
    reading.usage = readUsage(delta['usage']) ?? reading.usage
    if (word !== undefined && isFailed(word)) return fail(reading, failedAnswer(word, delta['error'], event))
    reading.finish = word
    reading.isFinished = true
    keep(reading, 'others', event, known.end)
    keep(reading, 'message', delta, known.endDelta)
    return none
  },
  debug: (event, reading) => {
    keep(reading, 'others', { debug: otherMembers(event, new Set(['type'])) }, new Set())
    return none
  },
  error: (event, reading) => fail(reading, failureOf(event)),
}

/** An event without a type that speaks is an error body, Cohere's own or a proxy's. */
const isError = ({ message, error }: Json): boolean => isWord(message) || isWord(error) || isRecord(error)
const handlerOf = (event: Json, frame: Frame): Handler | undefined => {
  const type = event['type'] ?? frame.event ?? (isError(event) ? 'error' : '')
  return typeof type === 'string' && Object.hasOwn(handlers, type) ? handlers[type] : undefined
}

const readEvent = (reading: Reading, frame: Frame): readonly StreamEvent[] => {
  const event = parseJson(frame.data)
  if (!isRecord(event)) {
    return fail(reading, garbled(`a frame of the answer holds no JSON object: ${frame.data.slice(0, 80)}`))
  }
  if (isTooDeep(event, frame.data.length)) return fail(reading, garbled('the answer nests too deep; it must nest less'))
  const handle = handlerOf(event, frame)
  // What comes after message-end has no place in the answer.
  if (handle === undefined || (reading.isFinished && handle !== handlers['error'])) return none
  const events = handle(event, reading)
  if (reading.hasStarted || events.length === 0 || events[0]!.type === 'response-failed') return events
  // An answer whose message-start never came still has a beginning.
  return [...start(reading, undefined, undefined), ...events]
}

/** A decoder for one stream. Events of unknown types change nothing. */
export const decodeStream = (): FrameDecoder => {
  const reading = newReading()
  return {
    push(frame) {
      if (reading.hasEnded || frame.data === '') return none
      if (!frame.data.startsWith(endMark)) return readEvent(reading, frame)
      return reading.isFinished ? finish(reading) : fail(reading, brokenOff)
    },
    end() {
      if (reading.hasEnded) return none
      return reading.isFinished ? finish(reading) : fail(reading, brokenOff)
    },
  }
}
