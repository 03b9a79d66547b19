/** Has the model said all that it had to say. */
import type { Choice } from '../domain/response.ts'
import { passes } from '../ports/check.ts'
import type { AnswerCheck, CheckResult } from '../ports/check.ts'
import { everyChoice, isRefused, wordsOf } from './choices.ts'

const judgeChoice = (choice: Choice): CheckResult => {
  if (isRefused(choice)) return { ok: false, why: 'it was refused' }
  if (choice.reason === 'length') return { ok: false, why: 'it was cut by its limit' }
  const hasMore = choice.parts.some(({ type }) => type === 'tool-call' || type === 'opaque')
  return hasMore || wordsOf(choice).trim() !== '' ? passes : { ok: false, why: 'it is empty' }
}

/** Neither refused, nor cut by a limit, nor empty. */
export const finishedCheck: AnswerCheck = {
  name: 'finished',
  applies: () => true,
  judge: answer => everyChoice(answer, judgeChoice),
}
