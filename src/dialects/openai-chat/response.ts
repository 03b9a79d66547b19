/** A whole answer, both ways. */
import type { Answer } from '../../domain/response.ts'
import { collect } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { AnswerContext, Encoded } from '../../ports/dialect.ts'
import { fail, finish, newReading, readJson } from './answer.ts'
import { nameHead, nameUsage, writeTier } from './answer-losses.ts'
import { encodeFailure } from '../openai-error.ts'
import { garbled, tooDeep } from '../garbled.ts'
import { errorIn } from './in-band-error.ts'
import { mendAnswer } from './mend-answer.ts'
import { writeChoice } from './write-answer.ts'
import { writeUsage } from './usage.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isTooDeep } from '../fields.ts'
import { found } from '../findings.ts'
import { noLosses, ownMembers } from './wire.ts'

/** The events that would have told this answer. */
export const decodeAnswer = (body: unknown): readonly StreamEvent[] => {
  const reading = newReading()
  if (!isRecord(body)) return fail(reading, garbled(`the answer is ${found(body)}; it must be a JSON object`))
  if (isTooDeep(body)) return fail(reading, tooDeep)
  const { choices } = body
  if (errorIn(body) === undefined && (!Array.isArray(choices) || choices.length === 0)) {
    return fail(reading, garbled(`choices of the answer is ${found(choices)}; it must be a list of choices`))
  }
  const told = readJson(reading, body, true)
  return reading.hasEnded ? told : [...told, ...finish(reading)]
}

/** Who answers under which id and when, as every answer and chunk says it. */
export const writeHead = (start: Pick<Answer, 'model' | 'upstreamId' | 'created'>, context: AnswerContext): Json => ({
  id: start.upstreamId === undefined || start.upstreamId === '' ? `chatcmpl-${context.id}` : start.upstreamId,
  created: start.created ?? Math.floor(context.now / 1000),
  model: start.model === '' ? context.model : start.model,
})

/** The body that these events tell; an error body if they tell of a failure. */
export const encodeAnswer = (
  events: readonly StreamEvent[],
  context: AnswerContext,
): Encoded<Record<string, unknown>> => {
  const answer = collect(events)
  if (answer.failure !== undefined) return { value: encodeFailure(answer.failure).body, losses: [] }
  const losses = noLosses()
  nameHead(answer, losses)
  nameUsage(answer.usage, answer.serviceTier, losses)
  const choices = answer.choices.length === 0 ? [{ parts: [] }] : answer.choices
  const body = {
    ...writeTier(answer.serviceTier),
    ...ownMembers(answer.extensions),
    ...writeHead(answer, context),
    object: 'chat.completion',
    choices: choices.map((choice, index) => writeChoice(choice, index, context.id, losses)),
    ...(answer.usage !== undefined && { usage: writeUsage(answer.usage) }),
  }
  return { value: { ...mendAnswer(body) }, losses: losses.list() }
}
