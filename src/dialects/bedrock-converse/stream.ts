/** A streamed answer, read: one handler for each kind of event. */
import type { Failure } from '../../domain/failure.ts'
import type { StreamEvent, Usage } from '../../domain/stream-event.ts'
import type { Frame, FrameDecoder } from '../../ports/dialect.ts'
import type { OpenBlock, Started } from './answer-blocks.ts'
import { endBlock, growBlock, impliedBlock, startBlock } from './answer-blocks.ts'
import { garbled } from '../garbled.ts'
import { brokenOff, failureIn, isException } from './failure.ts'
import { answerTool } from './output.ts'
import { readStopReason } from './stop-reason.ts'
import { readUsage } from './usage.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { otherMembers, parseJson } from '../fields.ts'
import { carried, measuredApart, memberOf } from './wire.ts'

const none: readonly StreamEvent[] = []

/** Why an answer ended, in the provider's words. */
export interface Stop {
  readonly raw: string
  readonly sequence?: string
}
/** The stop reason of a body or of messageStop; undefined if it tells none. `calls` is false where no tool of the client was called. */
export const stopOf = (told: Json, calls = true): Stop | undefined => {
  const { stopReason: raw, additionalModelResponseFields: fields } = told
  if (typeof raw !== 'string') return undefined
  // The only tool that was called is the one whose input is the answer.
  if (raw === 'tool_use' && !calls) return { raw: 'end_turn' }
  const sequence = isRecord(fields) ? fields['stop_sequence'] : undefined
  return { raw, ...(typeof sequence === 'string' && { sequence }) }
}

/** The model that a router of prompts chose, which is the only one that an answer names. */
export const modelOf = ({ trace }: Json): string => {
  const router = isRecord(trace) ? trace['promptRouter'] : undefined
  const model = isRecord(router) ? router['invokedModelId'] : undefined
  return typeof model === 'string' ? model : ''
}

/** What of the fields of the model's own no noun holds. */
export const otherFields = (fields: unknown): Json | undefined => {
  if (!isRecord(fields)) return undefined
  const others = Object.entries(fields).filter(([name, value]) => name !== 'stop_sequence' || typeof value !== 'string')
  return others.length === 0 ? undefined : { additionalModelResponseFields: Object.fromEntries(others) }
}

/** The last events of a complete answer. */
export const endOf = (
  stop: Stop | undefined,
  usage: Usage | undefined,
  others: Json | undefined,
): readonly StreamEvent[] => {
  const events: StreamEvent[] = []
  if (stop !== undefined) {
    const { raw, sequence } = stop
    const reason = readStopReason(raw)
    events.push({ type: 'choice-end', reason, raw, ...(sequence !== undefined && { stopSequence: sequence }) })
  }
  if (usage !== undefined) events.push({ type: 'usage', usage })
  events.push({ type: 'response-end', ...carried(measuredApart(others)) })
  return events
}

/** What has been read of an answer. */
interface Reading {
  hasStarted: boolean
  hasEnded: boolean
  blocks: number
  /** Names of the tools that were called. */
  readonly calls: string[]
  readonly open: Map<unknown, OpenBlock>
  usage: Usage | undefined
  stop: Stop | undefined
  /** Members that have no other place. */
  others: Json | undefined
}

const fail = (reading: Reading, failure: Failure): readonly StreamEvent[] => {
  reading.hasEnded = true
  const failed: StreamEvent = { type: 'response-failed', failure }
  return reading.usage === undefined ? [failed] : [{ type: 'usage', usage: reading.usage }, failed]
}

const closeAll = (reading: Reading): readonly StreamEvent[] => {
  if (reading.open.size === 0) return none
  const events = [...reading.open.values()].flatMap(endBlock)
  reading.open.clear()
  return events
}
const finish = (reading: Reading): readonly StreamEvent[] => {
  reading.hasEnded = true
  const { calls, stop } = reading
  const isAnswer = stop?.raw === 'tool_use' && calls.length > 0 && calls.every(name => name === answerTool)
  return [...closeAll(reading), ...endOf(isAnswer ? { raw: 'end_turn' } : stop, reading.usage, reading.others)]
}

const begin = (reading: Reading, index: unknown, { open, events }: Started): readonly StreamEvent[] => {
  reading.blocks++
  // A start for an index that is still open means that its stop never came.
  const before = reading.open.get(index)
  reading.open.set(index, open)
  return before === undefined ? events : [...endBlock(before), ...events]
}

/** Events carry padding of random length, so that what they hold cannot be guessed from their size. */
const padding = 'p'
const known = {
  stop: new Set(['stopReason', 'additionalModelResponseFields', padding]),
  metadata: new Set(['usage', padding]),
}
const keep = (reading: Reading, members: Json | undefined): void => {
  if (members !== undefined && Object.keys(members).length > 0) reading.others = { ...reading.others, ...members }
}

type Handler = (event: Json, reading: Reading) => readonly StreamEvent[]

const handlers: Readonly<Record<string, Handler>> = {
  messageStart: (_event, reading) => {
    if (reading.hasStarted) return none
    reading.hasStarted = true
    return [{ type: 'response-start', model: '' }]
  },
  contentBlockStart(event, reading) {
    const { start, contentBlockIndex: index } = event
    const started = isRecord(start) ? startBlock(start, reading.blocks) : undefined
    if (started === undefined || !isRecord(start)) return none
    const use = start['toolUse']
    if (isRecord(use) && typeof use['name'] === 'string' && use['type'] !== 'server_tool_use')
      reading.calls.push(use['name'])
    return begin(reading, index, started)
  },
  contentBlockDelta(event, reading) {
    const { delta, contentBlockIndex: index } = event
    if (!isRecord(delta)) return none
    const block = reading.open.get(index)
    if (block !== undefined) return growBlock(block, delta)
    const implied = impliedBlock(delta, reading.blocks)
    return implied === undefined ? none : [...begin(reading, index, implied), ...growBlock(implied.open, delta)]
  },
  contentBlockStop({ contentBlockIndex: index }, reading) {
    const block = reading.open.get(index)
    if (block === undefined) return none
    reading.open.delete(index)
    return endBlock(block)
  },
  messageStop(event, reading) {
    reading.stop = stopOf(event) ?? reading.stop
    keep(reading, otherFields(event['additionalModelResponseFields']))
    keep(reading, otherMembers(event, known.stop))
    return none
  },
  // The last word: what it costs comes only after the end of the message.
  metadata(event, reading) {
    reading.usage = readUsage(event['usage']) ?? reading.usage
    keep(reading, otherMembers(event, known.metadata))
    return reading.stop === undefined ? none : finish(reading)
  },
}

/** The kind of an event; some servers wrap it into its own name instead of telling it in a header. */
const unwrapped = ({ event }: Frame, body: Json): readonly [kind: string, event: Json] => {
  if (event !== undefined && event !== '') return [event, body]
  const [kind, inner] = memberOf(body) ?? ['', undefined]
  return isRecord(inner) ? [kind, inner] : ['', body]
}

const read = (frame: Frame, reading: Reading): readonly StreamEvent[] => {
  if (reading.hasEnded) return none
  if (isException(frame)) return fail(reading, failureIn(frame))
  const body = parseJson(frame.data)
  if (!isRecord(body)) {
    return fail(reading, garbled(`a frame of the answer holds no JSON object: ${frame.data.slice(0, 80)}`))
  }
  const [kind, event] = unwrapped(frame, body)
  const events = Object.hasOwn(handlers, kind) ? handlers[kind]!(event, reading) : none
  if (reading.hasStarted || events.length === 0) return events
  // An answer whose messageStart never came still has a beginning.
  reading.hasStarted = true
  return [{ type: 'response-start', model: '' }, ...events]
}

/** A decoder for one stream. Unknown events and unknown deltas change nothing. */
export const decodeStream = (): FrameDecoder => {
  const reading: Reading = {
    hasStarted: false,
    hasEnded: false,
    blocks: 0,
    calls: [],
    open: new Map(),
    usage: undefined,
    stop: undefined,
    others: undefined,
  }
  return {
    push: frame => read(frame, reading),
    end() {
      if (reading.hasEnded) return none
      return reading.stop === undefined ? fail(reading, brokenOff) : finish(reading)
    },
  }
}
