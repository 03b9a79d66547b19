/** The short way: bodies and streams of this dialect pass untouched, and are only read. */
import type { Delivery } from '../../domain/delivery.ts'
import { deliveryOf, nothing } from '../../domain/delivery.ts'
import type { RawBody } from '../../domain/request.ts'
import type { Instant } from '../../domain/units.ts'
import type { ExpressLane, Scanner } from '../../ports/dialect.ts'
import { editMembers } from '../json-text.ts'
import { abilitiesOf } from './abilities.ts'
import { garbled } from '../garbled.ts'
import { closedWith, eventScanner, readSpans, spansFrom, withBytes } from '../passing.ts'
import { fitModel } from './fit-model.ts'
import { decodeAnswer, encodeAnswer } from './response.ts'
import { hasForeign, isSigned, withSignatures, withoutForeignSignatures } from './signed-calls.ts'
import { decodeStream } from './stream.ts'
import { parseJson } from '../fields.ts'

const decoder = new TextDecoder()
const encoder = new TextEncoder()

const scanStream = (): Scanner => {
  const reader = decodeStream()
  return eventScanner({
    read: (bytes, from) => readSpans(bytes, spansFrom(bytes, from), reader),
    close: last => closedWith(last, reader.end()),
  })
}

/** Names for an answer that has none of its own, which happens only where a list of responses is made one. */
const nameless = { id: '', model: '', now: 0 as Instant, streamUsage: true }

const scanAnswer = (body: Uint8Array): Delivery => {
  const answer = parseJson(decoder.decode(body))
  if (answer === undefined)
    return { ...nothing, failure: garbled('the answer is no JSON; it must be a response, a JSON object') }
  const events = decodeAnswer(answer)
  const delivery = deliveryOf(events)
  if (delivery.failure !== undefined) return withBytes(delivery, undefined)
  // A client of this path waits for one response, not for a list.
  if (!Array.isArray(answer)) return withBytes(delivery, body)
  const one: unknown = answer.length === 1 ? answer[0] : encodeAnswer(events, nameless).value
  return withBytes(delivery, encoder.encode(JSON.stringify(one)))
}

/** The turns without what other providers have signed, and with Google's stand-in where a signature is missing; undefined if they are well. */
const mendedContents = (contents: unknown, model: string): string | undefined => {
  if (!Array.isArray(contents)) return undefined
  const own = hasForeign(contents) ? withoutForeignSignatures(contents) : contents
  const signed = abilitiesOf(model).signed && !isSigned(own) ? withSignatures(own) : own
  return signed === contents ? undefined : JSON.stringify(signed)
}
/** The model stands in the path, so that nearly all bodies go as they came. */
const editRequest = (raw: RawBody, model: string): Uint8Array => {
  const contents = mendedContents(raw.json['contents'], model)
  return contents === undefined ? raw.bytes : editMembers(raw.bytes, { contents })
}

/** The express lane of this dialect. */
export const express: ExpressLane = { editRequest, fit: fitModel, scanStream, scanAnswer }
