/** The short way: bodies and streams of this dialect pass untouched and are only read; what breaks the published schema is mended. */
import { deliveryOf, nothing } from '../../domain/delivery.ts'
import type { Delivery } from '../../domain/delivery.ts'
import { asksFor } from '../../domain/request.ts'
import type { ChatRequest, RawBody } from '../../domain/request.ts'
import type { ExpressLane } from '../../ports/dialect.ts'
import { editMembers } from '../json-text.ts'
import { fitInput, fitModel } from './fit-model.ts'
import type { Fitted } from './fit-model.ts'
import { garbled } from '../garbled.ts'
import { mendResponse } from './mend-response.ts'
import { decodeAnswer } from './response.ts'
import { scanStream } from './scan-stream.ts'
import { isRecord } from '../../domain/json.ts'
import { parseJson } from '../fields.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Streams of this dialect tell usage unasked. */
const editRequest = ({ json, bytes }: RawBody, model: string): Uint8Array =>
  json['model'] === model ? bytes : editMembers(bytes, { model: JSON.stringify(model) })

const unchanged: Fitted = { edits: {}, losses: [] }
/** A client that named this model itself is told by OpenAI what it does not take; reasoning of others it could not know of. */
const fit = ({ raw, target }: ChatRequest, model: string): Fitted => {
  if (raw === undefined) return unchanged
  const input = fitInput(raw.json)
  if (asksFor(target, model)) return input
  const fitted = fitModel(raw.json, model)
  return { edits: { ...input.edits, ...fitted.edits }, losses: [...input.losses, ...fitted.losses] }
}

const scanAnswer = (body: Uint8Array): Delivery => {
  const answer = parseJson(decoder.decode(body))
  if (answer === undefined)
    return { ...nothing, failure: garbled('the answer is no JSON; it must be a response with its output') }
  const { events: _events, ...facts } = deliveryOf(decodeAnswer(answer))
  if (facts.failure !== undefined || !isRecord(answer)) return facts
  const mended = mendResponse(answer)
  return { ...facts, bytes: mended === answer ? body : encoder.encode(JSON.stringify(mended)) }
}

/** The express lane of this dialect. */
export const express: ExpressLane = { editRequest, fit, scanStream, scanAnswer }
