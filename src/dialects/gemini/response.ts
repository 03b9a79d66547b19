/** A whole answer, both ways. */
import type { Failure } from '../../domain/failure.ts'
import type { Answer } from '../../domain/response.ts'
import { collect } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { AnswerContext, Encoded } from '../../ports/dialect.ts'
import { nameEnd, nameHead, nameUsage } from './answer-losses.ts'
import { garbled } from '../garbled.ts'
import { encodeFailure, failureOf, isError } from './failure.ts'
import { finishReading, newReading, readResponse, saysAnything } from './stream.ts'
import { writeUsage } from './usage.ts'
import { isRecord } from '../../domain/json.ts'
import { found } from '../findings.ts'
import type { Losses } from '../own-members.ts'
import { noLosses, ownToWrite } from './wire.ts'
import { isBlocked, writeCandidate, writeHead } from './write-answer.ts'

const failed = (failure: Failure): readonly StreamEvent[] => [{ type: 'response-failed', failure }]

/** The events that would have told this answer. A list is the answer of a stream that was asked for without events. */
export const decodeAnswer = (body: unknown): readonly StreamEvent[] => {
  const responses: readonly unknown[] = Array.isArray(body) ? body : [body]
  const wrong = responses.find(one => !isRecord(one))
  if (responses.length === 0 || wrong !== undefined) {
    const what = responses.length === 0 ? body : wrong
    return failed(garbled(`the answer is ${found(what)}; it must be a response, a JSON object`))
  }
  const reading = newReading()
  const events: StreamEvent[] = []
  for (const response of responses) {
    if (isRecord(response) && isError(response)) return failed(failureOf(response))
    events.push(...readResponse(response, reading))
  }
  if (!saysAnything(reading)) {
    return failed(garbled('the answer has neither candidates nor a reason why the prompt was blocked'))
  }
  return [...events, ...finishReading(reading)]
}

const writeAnswer = (answer: Answer, context: AnswerContext, losses: Losses): Record<string, unknown> => {
  nameHead(answer, losses)
  nameUsage(answer.usage, losses)
  const own = ownToWrite(answer.extensions)
  const isSilent = isBlocked(own) && answer.choices.every(({ parts }) => parts.length === 0)
  if (!isSilent) for (const choice of answer.choices) nameEnd({ reason: 'stop', ...choice }, losses)
  const choices = answer.choices.length === 0 ? [{ parts: [] }] : answer.choices
  return {
    ...(!isSilent && { candidates: choices.map((choice, index) => writeCandidate(choice, index, losses)) }),
    ...own,
    ...(answer.usage !== undefined && { usageMetadata: writeUsage(answer.usage, answer.serviceTier) }),
    ...writeHead(answer, context),
  }
}

/** The response that these events tell; an error body if they tell of a failure. */
export const encodeAnswer = (
  events: readonly StreamEvent[],
  context: AnswerContext,
): Encoded<Record<string, unknown>> => {
  const losses = noLosses()
  const answer = collect(events)
  if (answer.failure !== undefined) return { value: encodeFailure(answer.failure, context.id).body, losses: [] }
  return { value: writeAnswer(answer, context, losses), losses: losses.list() }
}
