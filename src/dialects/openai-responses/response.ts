/** A whole answer, both ways. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { AnswerContext, Encoded } from '../../ports/dialect.ts'
import { fail, newReading, readWhole } from './answer.ts'
import { encodeFailure } from '../openai-error.ts'
import { garbled, tooDeep } from '../garbled.ts'
import { mendResponse } from './mend-response.ts'
import { newPage } from './page.ts'
import { write } from './write-response.ts'
import { isRecord } from '../../domain/json.ts'
import { isTooDeep } from '../fields.ts'
import { found } from '../findings.ts'

/** The events that would have told this answer. */
export const decodeAnswer = (body: unknown): readonly StreamEvent[] => {
  const reading = newReading()
  if (!isRecord(body)) return fail(reading, garbled(`the answer is ${found(body)}; it must be a JSON object`))
  return isTooDeep(body) ? fail(reading, tooDeep) : readWhole(reading, body)
}

/** The body that these events tell; an error body if they tell of a failure. */
export const encodeAnswer = (
  events: readonly StreamEvent[],
  context: AnswerContext,
): Encoded<Record<string, unknown>> => {
  const failed = events.find(event => event.type === 'response-failed')
  if (failed !== undefined) return { value: encodeFailure(failed.failure).body, losses: [] }
  const page = newPage(context, true)
  for (const event of events) if (!page.hasEnded) write(page, event)
  if (!page.hasEnded) write(page, { type: 'response-end' })
  const response = page.told.at(-1)?.['response']
  return { value: { ...mendResponse(isRecord(response) ? response : {}) }, losses: page.losses.list() }
}
