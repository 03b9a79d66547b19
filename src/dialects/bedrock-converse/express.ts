/** The short way: bodies and streams of this dialect pass untouched, and are only read. */
import type { Delivery } from '../../domain/delivery.ts'
import { deliveryOf, nothing } from '../../domain/delivery.ts'
import { asksFor } from '../../domain/request.ts'
import type { ChatRequest, RawBody } from '../../domain/request.ts'
import type { ExpressLane, FrameDecoder, Scanner } from '../../ports/dialect.ts'
import { messageReader } from '../event-stream.ts'
import type { MessageRun } from '../event-stream.ts'
import { editMembers } from '../json-text.ts'
import { encodeRequest } from './encode-request.ts'
import { garbled } from '../garbled.ts'
import { readSpans, scanWhole, withBytes } from '../passing.ts'
import { answerTool } from './output.ts'
import { readRedacted } from './redacted.ts'
import { decodeAnswer } from './response.ts'
import { isForeign } from './signature.ts'
import { decodeStream } from './stream.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'

const readRun = ({ bytes, spans }: MessageRun, reader: FrameDecoder): Delivery => readSpans(bytes, spans, reader)

const scanStream = (): Scanner => {
  const messages = messageReader()
  const reader = decodeStream()
  let isDone = false
  const note = (delivery: Delivery): Delivery => {
    if (delivery.ended === true || delivery.failure !== undefined) isDone = true
    return delivery
  }
  return {
    push(chunk) {
      if (isDone) return nothing
      const delivery = note(readRun(messages.push(chunk), reader))
      if (isDone || messages.fault === undefined) return delivery
      return note({ ...delivery, failure: garbled(`the answer breaks the form of an event stream: ${messages.fault}`) })
    },
    end() {
      if (isDone) return nothing
      // Of an answer without its last word the usage is not known; the client needs none to see the end.
      return note(withBytes(deliveryOf(reader.end()), undefined))
    },
  }
}

const scanAnswer = (body: Uint8Array): Delivery => scanWhole(body, decodeAnswer, 'a JSON object')

/** True for reasoning that another provider wrote, which Bedrock would refuse: it was told to the client in an earlier answer. */
const isForeignReasoning = (block: unknown): boolean => {
  const content = isRecord(block) ? block['reasoningContent'] : undefined
  if (!isRecord(content)) return false
  const { reasoningText: told, redactedContent: redacted } = content
  const proof = isRecord(told) ? told['signature'] : typeof redacted === 'string' ? readRedacted(redacted) : undefined
  return typeof proof === 'string' && isForeign(proof)
}
const hasForeignReasoning = (message: unknown): message is Json & { readonly content: readonly unknown[] } =>
  isRecord(message) && Array.isArray(message['content']) && message['content'].some(isForeignReasoning)

const withoutForeignReasoning = (message: unknown): readonly unknown[] => {
  if (!hasForeignReasoning(message)) return [message]
  const content = message.content.filter(block => !isForeignReasoning(block))
  // A message of which nothing is left cannot be sent.
  return content.length === 0 ? [] : [{ ...message, content }]
}

/** The path names the model, and streams always tell usage: as a rule nothing changes. */
const editRequest = (raw: RawBody): Uint8Array => {
  const { messages } = raw.json
  if (!Array.isArray(messages) || !messages.some(hasForeignReasoning)) return raw.bytes
  return editMembers(raw.bytes, { messages: JSON.stringify(messages.flatMap(withoutForeignReasoning)) })
}

/** Equal member by member: what both took over unchanged is compared by identity alone, however long it is. */
const isSame = (left: unknown, right: unknown): boolean => {
  if (left === right) return true
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((one, place) => isSame(one, right[place]))
  }
  if (!isRecord(left) || !isRecord(right)) return false
  const names = Object.keys(left)
  return names.length === Object.keys(right).length && names.every(name => isSame(left[name], right[name]))
}

/** What differs between the body as it came and the one that this model would be written. */
const fit = (
  request: ChatRequest,
  model: string,
): {
  readonly edits: Readonly<Record<string, unknown>>
  readonly losses: ReturnType<typeof encodeRequest>['losses']
} => {
  const { raw, target } = request
  if (raw === undefined || asksFor(target, model)) return { edits: {}, losses: [] }
  const { value, losses } = encodeRequest(request, model)
  // As it would be written for whoever it was asked of: what differs for no reason but the writing is no change.
  const { value: asAsked } = encodeRequest(request, target)
  const names = new Set([...Object.keys(value), ...Object.keys(asAsked)])
  const changed = [...names].filter(name => !isSame(value[name], asAsked[name]))
  return { edits: Object.fromEntries(changed.map(name => [name, value[name]])), losses }
}

/** An answer that a model gives as the input of a tool is no answer to a client that asked for JSON. */
const takes = (request: ChatRequest, model: string): boolean => {
  if (!('schema' in request.output) || asksFor(request.target, model)) return true
  const config = encodeRequest(request, model).value['toolConfig']
  const tools: readonly unknown[] = isRecord(config) && Array.isArray(config['tools']) ? config['tools'] : []
  return !tools.some(tool => isRecord(tool) && isRecord(tool['toolSpec']) && tool['toolSpec']['name'] === answerTool)
}

/** The express lane of this dialect. */
export const express: ExpressLane = { takes, editRequest, fit, scanStream, scanAnswer }
