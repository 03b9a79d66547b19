/** The short way: bodies and streams of this dialect pass untouched, and are only read. */
import type { Delivery } from '../../domain/delivery.ts'
import { asksFor } from '../../domain/request.ts'
import type { ChatRequest, RawBody } from '../../domain/request.ts'
import type { ExpressLane, Scanner } from '../../ports/dialect.ts'
import { editMembers } from '../json-text.ts'
import { closedWith, eventScanner, readSpans, scanWhole, spansFrom } from '../passing.ts'
import { fitBody } from './fit-model.ts'
import type { Fitted } from './fit-model.ts'
import { decodeAnswer } from './response.ts'
import { decodeStream, endMark } from './stream.ts'

const encoder = new TextEncoder()
const endBytes = encoder.encode(`data: ${endMark}\n\n`)

/** A scanner for one stream; at its end the client still waits for `[DONE]`. */
const scanStream = (): Scanner => {
  const reader = decodeStream()
  return eventScanner({
    read: (bytes, from) => readSpans(bytes, spansFrom(bytes, from), reader),
    close: last => closedWith(last, reader.end(), endBytes),
    endMark,
  })
}

const scanAnswer = (body: Uint8Array): Delivery => scanWhole(body, decodeAnswer, 'an object with a message')

const editRequest = ({ json, bytes }: RawBody, model: string): Uint8Array =>
  json['model'] === model ? bytes : editMembers(bytes, { model: JSON.stringify(model) })

const unchanged: Fitted = { edits: {}, losses: [] }
/** A client that named this model itself is told by Cohere what it does not take. */
const fit = ({ raw, target }: ChatRequest, model: string): Fitted =>
  raw === undefined || asksFor(target, model) ? unchanged : fitBody(raw.json, model)

/** The express lane of this dialect. */
export const express: ExpressLane = { editRequest, fit, scanStream, scanAnswer }
