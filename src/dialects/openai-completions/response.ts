/** A whole answer, both ways. */
import { collect } from '../../domain/response.ts'
import type { Answer, Choice } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { AnswerContext, Encoded } from '../../ports/dialect.ts'
import { fail, finish, newReading, readJson } from './answer.ts'
import { nameBlock, nameEnd, nameHead, nameUsage } from './answer-losses.ts'
import { garbled } from '../garbled.ts'
import { encodeFailure } from '../openai-error.ts'
import { errorIn } from './in-band-error.ts'
import { writeReason } from './finish.ts'
import { writeUsage } from './usage.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isTooDeep } from '../fields.ts'
import { found } from '../findings.ts'
import type { Losses } from '../own-members.ts'
import { noLosses, ownMembers } from './wire.ts'

/** The events that would have told this answer. */
export const decodeAnswer = (body: unknown): readonly StreamEvent[] => {
  const reading = newReading()
  if (!isRecord(body)) return fail(reading, garbled(`the answer is ${found(body)}; it must be a JSON object`))
  if (isTooDeep(body)) return fail(reading, garbled('the answer nests too deep; it must nest less'))
  const { choices } = body
  if (errorIn(body) === undefined && (!Array.isArray(choices) || choices.length === 0)) {
    return fail(reading, garbled(`choices of the answer is ${found(choices)}; it must be a list of choices`))
  }
  const told = readJson(reading, body)
  return reading.hasEnded ? told : [...told, ...finish(reading)]
}

/** Who answers under which id and when, as every answer and chunk says it. */
export const writeHead = (start: Pick<Answer, 'model' | 'upstreamId' | 'created'>, context: AnswerContext): Json => ({
  id: start.upstreamId === undefined || start.upstreamId === '' ? `cmpl-${context.id}` : start.upstreamId,
  object: 'text_completion',
  created: start.created ?? Math.floor(context.now / 1000),
  model: start.model === '' ? context.model : start.model,
})

const writeChoice = (choice: Choice, index: number, losses: Losses): Json => {
  let text = ''
  let probable: unknown
  for (const part of choice.parts) {
    losses.addForeign(part.extensions, 'content.')
    if (part.type !== 'text' && part.type !== 'refusal') {
      nameBlock(part.type === 'opaque' ? part.kind : part.type, losses)
      continue
    }
    text += part.text
    probable ??= ownMembers(part.extensions)['logprobs']
  }
  nameEnd(choice, losses)
  const { logprobs = probable, ...others } = ownMembers(choice.extensions)
  const isRefusal = choice.parts.some(({ type }) => type === 'refusal')
  const finish = writeReason(choice.reason ?? 'stop', choice.raw, isRefusal)
  return { ...others, text, index, logprobs: logprobs ?? null, finish_reason: finish }
}

/** The body that these events tell; an error body if they tell of a failure. */
export const encodeAnswer = (
  events: readonly StreamEvent[],
  context: AnswerContext,
): Encoded<Record<string, unknown>> => {
  const losses = noLosses()
  const answer = collect(events)
  if (answer.failure !== undefined) return { value: encodeFailure(answer.failure).body, losses: [] }
  nameHead(answer, losses)
  nameUsage(answer.usage, losses)
  const choices = answer.choices.length === 0 ? [{ parts: [] }] : answer.choices
  const value = {
    ...ownMembers(answer.extensions),
    ...writeHead(answer, context),
    choices: choices.map((choice, index) => writeChoice(choice, index, losses)),
    ...(answer.usage !== undefined && { usage: writeUsage(answer.usage) }),
  }
  return { value, losses: losses.list() }
}
