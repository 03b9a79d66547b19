/** The short way: bodies and streams of this dialect pass untouched and are only read; what breaks the published schema is mended. */
import { deliveryOf, nothing } from '../../domain/delivery.ts'
import type { Delivery } from '../../domain/delivery.ts'
import { asksFor } from '../../domain/request.ts'
import type { ChatRequest, RawBody } from '../../domain/request.ts'
import type { ExpressLane } from '../../ports/dialect.ts'
import { editMembers } from '../json-text.ts'
import { fitModel } from './fit-model.ts'
import type { Fitted } from './fit-model.ts'
import { garbled } from '../garbled.ts'
import { mendAnswer } from './mend-answer.ts'
import { readPlainAnswer } from './plain-answer.ts'
import { decodeAnswer } from './response.ts'
import { scanStream } from './scan-stream.ts'
import { isRecord } from '../../domain/json.ts'
import { parseJson } from '../fields.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const editRequest = ({ json, bytes }: RawBody, model: string): Uint8Array => {
  const options = isRecord(json['stream_options']) ? json['stream_options'] : {}
  // Usage is asked for whatever the client wants; the scanner keeps back what only we asked for.
  const asksUsage = json['stream'] === true && options['include_usage'] !== true
  const edits = {
    ...(json['model'] !== model && { model: JSON.stringify(model) }),
    ...(asksUsage && { stream_options: JSON.stringify({ ...options, include_usage: true }) }),
  }
  return Object.keys(edits).length === 0 ? bytes : editMembers(bytes, edits)
}

const unchanged: Fitted = { edits: {}, losses: [] }
/** A client that named this model itself is told by OpenAI what it does not take. */
const fit = ({ raw, target }: ChatRequest, model: string): Fitted =>
  raw === undefined || asksFor(target, model) ? unchanged : fitModel(raw.json, model)

const scanAnswer = (body: Uint8Array): Delivery => {
  const answer = parseJson(decoder.decode(body))
  if (answer === undefined) {
    return { ...nothing, failure: garbled('the answer is no JSON; it must be an object with choices') }
  }
  const plain = readPlainAnswer(answer)
  if (plain !== undefined) return { ...plain, bytes: body }
  const { events: _events, ...facts } = deliveryOf(decodeAnswer(answer))
  if (facts.failure !== undefined || !isRecord(answer)) return facts
  const mended = mendAnswer(answer)
  return { ...facts, bytes: mended === answer ? body : encoder.encode(JSON.stringify(mended)) }
}

/** The express lane of this dialect. */
export const express: ExpressLane = { editRequest, fit, scanStream, scanAnswer }
