/** A streamed answer, read: one handler for each frame type. */
import type { Failure } from '../../domain/failure.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Frame, FrameDecoder } from '../../ports/dialect.ts'
import type { OpenBlock } from './answer-blocks.ts'
import { endBlock, growBlock, impliedBlock, startBlock, wholeBlock } from './answer-blocks.ts'
import { garbled } from '../garbled.ts'
import { brokenOff, failureOf } from './failure.ts'
import { answerTool } from './output.ts'
import { readTier } from './tier.ts'
import { readStopReason } from './stop-reason.ts'
import { mergeUsage, readUsage } from './usage.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { otherMembers, parseJson } from '../fields.ts'
import { carried } from './wire.ts'

const none: readonly StreamEvent[] = []

/** What has been read of an answer. */
interface Reading {
  started: boolean
  ended: boolean
  /** Id of the message that is open. */
  id: string
  /** True once a block was told; what was told cannot be taken back. */
  told: boolean
  blocks: number
  /** The starts of blocks that call a tool. */
  readonly calls: Json[]
  readonly open: Map<unknown, OpenBlock>
  usage: Json | undefined
  stop: Stop | undefined
  /** Members of message_delta that have no other place. */
  others: Json | undefined
}

const knownOfMessage = new Set(['id', 'type', 'role', 'model', 'content', 'stop_reason', 'stop_sequence', 'usage'])
const knownOfEvent = new Set(['type', 'delta', 'usage'])
const knownOfDelta = new Set(['stop_reason', 'stop_sequence'])

/** The members of a message that only this dialect knows, and its name, as the first event. */
export const startOf = (message: Json): StreamEvent => ({
  type: 'response-start',
  model: typeof message['model'] === 'string' ? message['model'] : '',
  ...(typeof message['id'] === 'string' && { upstreamId: message['id'] }),
  ...readTier(isRecord(message['usage']) ? message['usage']['service_tier'] : undefined),
  ...carried(otherMembers(message, knownOfMessage)),
})

/** Why an answer ended, in the provider's words. */
interface Stop {
  readonly raw: string
  readonly sequence?: string
}
/** The stop reason of a message or of a delta; undefined if it tells none. `calls` is false where no tool of the client was called. */
export const stopOf = ({ stop_reason: raw, stop_sequence: sequence }: Json, calls = true): Stop | undefined => {
  if (typeof raw !== 'string') return undefined
  // The only tool that was called is the one whose input is the answer.
  if (raw === 'tool_use' && !calls) return { raw: 'end_turn' }
  return { raw, ...(typeof sequence === 'string' && { sequence }) }
}
/** True unless calls came and all of them were of the tool that is the answer. */
export const callsClient = (content: readonly unknown[]): boolean => {
  const calls = content.filter(block => isRecord(block) && block['type'] === 'tool_use')
  return calls.length === 0 || calls.some(block => isRecord(block) && block['name'] !== answerTool)
}

/** The last events of a complete answer. */
export const endOf = (
  stop: Stop | undefined,
  usage: Json | undefined,
  others: Json | undefined,
): readonly StreamEvent[] => {
  const events: StreamEvent[] = []
  if (stop !== undefined) {
    const { raw, sequence } = stop
    const reason = readStopReason(raw)
    events.push({ type: 'choice-end', reason, raw, ...(sequence !== undefined && { stopSequence: sequence }) })
  }
  const counted = readUsage(usage)
  if (counted !== undefined) events.push({ type: 'usage', usage: counted })
  events.push({ type: 'response-end', ...carried(others) })
  return events
}

const fail = (reading: Reading, failure: Failure): readonly StreamEvent[] => {
  reading.ended = true
  const usage = readUsage(reading.usage)
  const failed: StreamEvent = { type: 'response-failed', failure }
  return usage === undefined ? [failed] : [{ type: 'usage', usage }, failed]
}

const closeAll = (reading: Reading): readonly StreamEvent[] => {
  if (reading.open.size === 0) return none
  const events = [...reading.open.values()].flatMap(endBlock)
  reading.open.clear()
  return events
}
const finish = (reading: Reading): readonly StreamEvent[] => {
  reading.ended = true
  const { stop } = reading
  if (stop?.raw === 'tool_use' && !callsClient(reading.calls)) reading.stop = { raw: 'end_turn' }
  return [...closeAll(reading), ...endOf(reading.stop, reading.usage, reading.others)]
}

const open = (reading: Reading, index: unknown, content: Json): readonly StreamEvent[] => {
  const started = startBlock(content, reading.blocks++)
  if (content['type'] === 'tool_use') reading.calls.push(content)
  // A start for an index that is still open means that its stop never came.
  const before = reading.open.get(index)
  reading.open.set(index, started.open)
  reading.told = true
  return before === undefined ? started.events : [...endBlock(before), ...started.events]
}

/** Calls made from within code that runs at the provider come whole in message_start, their stop reason with them. */
const contentOf = (message: Json, reading: Reading): readonly StreamEvent[] => {
  const content = message['content']
  if (!Array.isArray(content) || content.length === 0) return none
  reading.told = true
  for (const block of content) if (isRecord(block) && block['type'] === 'tool_use') reading.calls.push(block)
  return content.flatMap((block: unknown) => wholeBlock(block, reading.blocks++))
}

/** What Bedrock adds to the last event of a stream. */
const invocationMetrics = 'amazon-bedrock-invocationMetrics'
const metricsUsage = (metrics: Json): Json | undefined =>
  mergeUsage(undefined, {
    input_tokens: metrics['inputTokenCount'],
    output_tokens: metrics['outputTokenCount'],
    cache_read_input_tokens: metrics['cacheReadInputTokenCount'],
    cache_creation_input_tokens: metrics['cacheWriteInputTokenCount'],
  })

type Handler = (event: Json, reading: Reading) => readonly StreamEvent[]

const handlers: Readonly<Record<string, Handler>> = {
  message_start(event, reading) {
    const message = isRecord(event['message']) ? event['message'] : {}
    const id = typeof message['id'] === 'string' ? message['id'] : ''
    const isSecond = reading.started
    // A server-side fallback may begin anew under another name, which is fine until something of the first was told.
    if (isSecond && id !== reading.id && reading.told) {
      return fail(reading, {
        kind: 'stream-broken',
        message: `the answer ${reading.id} broke off: another one, ${id}, began in its place`,
      })
    }
    reading.usage = mergeUsage(reading.usage, message['usage'])
    if (isSecond && id === reading.id) return none
    reading.started = true
    reading.id = id
    reading.stop = stopOf(message) ?? reading.stop
    return [startOf(message), ...contentOf(message, reading)]
  },
  content_block_start(event, reading) {
    return isRecord(event['content_block']) ? open(reading, event['index'], event['content_block']) : none
  },
  content_block_delta(event, reading) {
    const delta = event['delta']
    if (!isRecord(delta)) return none
    const block = reading.open.get(event['index'])
    if (block !== undefined) return growBlock(block, delta)
    const implied = impliedBlock(delta)
    if (implied === undefined) return none
    const started = open(reading, event['index'], implied)
    return [...started, ...growBlock(reading.open.get(event['index'])!, delta)]
  },
  content_block_stop(event, reading) {
    const block = reading.open.get(event['index'])
    if (block === undefined) return none
    reading.open.delete(event['index'])
    return endBlock(block)
  },
  message_delta(event, reading) {
    reading.usage = mergeUsage(reading.usage, event['usage'])
    const delta = isRecord(event['delta']) ? event['delta'] : {}
    reading.stop = stopOf(delta) ?? reading.stop
    const others = { ...reading.others, ...otherMembers(delta, knownOfDelta), ...otherMembers(event, knownOfEvent) }
    if (Object.keys(others).length > 0) reading.others = others
    return none
  },
  message_stop(event, reading) {
    const metrics = event[invocationMetrics]
    if (isRecord(metrics)) {
      // What the model itself told counts.
      reading.usage = mergeUsage(metricsUsage(metrics), reading.usage)
      reading.others = { ...reading.others, [invocationMetrics]: metrics }
    }
    return finish(reading)
  },
  error: (event, reading) => fail(reading, failureOf(event)),
}

/** Some look-alikes put OpenAI's end mark or empty frames among the others. */
const isIdle = ({ event, data }: Frame): boolean => event === 'ping' || data === '' || data === '[DONE]'

const handlerOf = (event: Json, frame: Frame): Handler | undefined => {
  const type = event['type'] ?? frame.event ?? (isRecord(event['error']) ? 'error' : '')
  return typeof type === 'string' && Object.hasOwn(handlers, type) ? handlers[type] : undefined
}
const read = (frame: Frame, reading: Reading): readonly StreamEvent[] => {
  if (reading.ended || isIdle(frame)) return none
  const event = parseJson(frame.data)
  if (!isRecord(event)) {
    return fail(reading, garbled(`a frame of the answer holds no JSON object: ${frame.data.slice(0, 80)}`))
  }
  const events = handlerOf(event, frame)?.(event, reading) ?? none
  if (reading.started || events.length === 0 || events[0]!.type === 'response-failed') return events
  // An answer whose message_start never came still has a beginning.
  reading.started = true
  return [{ type: 'response-start', model: '' }, ...events]
}

/** A decoder for one stream. Pings, unknown events and unknown deltas change nothing. */
export const decodeStream = (): FrameDecoder => {
  const reading: Reading = {
    started: false,
    ended: false,
    id: '',
    told: false,
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
      if (reading.ended) return none
      return reading.stop === undefined ? fail(reading, brokenOff) : finish(reading)
    },
  }
}
