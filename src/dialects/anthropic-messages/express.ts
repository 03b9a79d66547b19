/** The short way: bodies and streams of this dialect pass untouched, and are only read. */
import type { Delivery } from '../../domain/delivery.ts'
import { deliveryOf } from '../../domain/delivery.ts'
import { asksFor } from '../../domain/request.ts'
import type { ChatRequest, RawBody } from '../../domain/request.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { ExpressLane, Frame, FrameDecoder, Scanner } from '../../ports/dialect.ts'
import { frameText } from '../framing.ts'
import { editMembers } from '../json-text.ts'
import { frameOf } from './block-frames.ts'
import { closedWith, eventScanner, passed, replace, scanWhole, spansFrom, withBytes } from '../passing.ts'
import type { Pass } from '../passing.ts'
import { abilitiesOf } from './abilities.ts'
import { fitModel } from './fit-model.ts'
import { decodeAnswer } from './response.ts'
import { isForeign } from './signature.ts'
import { decodeStream } from './stream.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'

const encoder = new TextEncoder()
const stopBytes = encoder.encode(frameText(frameOf({ type: 'message_stop' })))

/** A message that begins once more in the middle, which some look-alikes send and the official client dies of. */
const isStart = ({ event, data }: Frame): boolean => event === 'message_start' || data.includes('"message_start"')

/** Frames read one by one. */
interface Scan {
  readonly reader: FrameDecoder
  hasStarted: boolean
}

/** Reads whole frames; of bytes that tell of a failure or of the end only what stands before the one and up to the other is passed on. */
const scan = (bytes: Uint8Array, from: number, state: Scan): Delivery => {
  const pass: Pass = { bytes, from: 0, kept: undefined }
  const events: StreamEvent[] = []
  for (const { start, end, frame } of spansFrom(bytes, from)) {
    if (frame === undefined) continue
    const told = state.reader.push(frame)
    for (const event of told) events.push(event)
    const last = told.at(-1)?.type
    const isOver = last === 'response-failed' || last === 'response-end'
    if (isOver) {
      replace(pass, last === 'response-end' ? end : start, bytes.length, undefined)
      break
    }
    if (told.length === 0 && state.hasStarted && isStart(frame)) replace(pass, start, end, undefined)
    state.hasStarted ||= told.length > 0
  }
  return withBytes(deliveryOf(events), passed(pass))
}

/** A scanner for one stream; at its end the client still waits for its message_stop. */
const scanStream = (): Scanner => {
  const reader = decodeStream()
  const state: Scan = { reader, hasStarted: false }
  return eventScanner({
    read: (bytes, from) => scan(bytes, from, state),
    close: last => closedWith(last, reader.end(), stopBytes),
  })
}

const scanAnswer = (body: Uint8Array): Delivery => scanWhole(body, decodeAnswer, 'a message, a JSON object')

/** True for reasoning that another provider wrote, which Anthropic would refuse: it was told to the client in an earlier answer. */
const isForeignThinking = (block: unknown): boolean => {
  if (!isRecord(block)) return false
  if (block['type'] === 'thinking') return typeof block['signature'] !== 'string' || isForeign(block['signature'])
  return block['type'] === 'redacted_thinking' && typeof block['data'] === 'string' && isForeign(block['data'])
}
const hasForeignThinking = (message: unknown): message is Json & { readonly content: readonly unknown[] } =>
  isRecord(message) &&
  message['role'] === 'assistant' &&
  Array.isArray(message['content']) &&
  message['content'].some(isForeignThinking)

const withoutForeignThinking = (message: unknown): readonly unknown[] => {
  if (!hasForeignThinking(message)) return [message]
  const content = message.content.filter(block => !isForeignThinking(block))
  // A message of which nothing is left cannot be sent; its neighbours may have the same role.
  return content.length === 0 ? [] : [{ ...message, content }]
}

/** The messages without foreign reasoning; undefined if there is none in them. */
const mendedMessages = (messages: unknown): string | undefined =>
  Array.isArray(messages) && messages.some(hasForeignThinking)
    ? JSON.stringify(messages.flatMap(withoutForeignThinking))
    : undefined

const editRequest = (raw: RawBody, model: string): Uint8Array => {
  const messages = mendedMessages(raw.json['messages'])
  if (messages !== undefined) return editMembers(raw.bytes, { model: JSON.stringify(model), messages })
  return raw.json['model'] === model ? raw.bytes : editMembers(raw.bytes, { model: JSON.stringify(model) })
}

/** A model that is held to no schema gives its answer as the input of a tool, which a client that asked for JSON must not notice. */
const takes = ({ output, target }: ChatRequest, model: string): boolean => {
  if (!('schema' in output) || asksFor(target, model)) return true
  const { maxOutput, schemas } = abilitiesOf(model)
  return schemas || maxOutput === undefined
}

/** The express lane of this dialect. */
export const express: ExpressLane = {
  takes,
  editRequest,
  fit: fitModel,
  scanStream,
  scanAnswer,
}
