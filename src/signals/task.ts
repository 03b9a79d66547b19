/** What kind of work a request is, how hard, and in which language: as it was named, else as it is predicted. */
import { isConversation } from '../domain/request.ts'
import type { SignalKey, Signals } from '../domain/signal.ts'
import type { Question, SignalSource } from '../ports/signal-source.ts'
import { languageOf } from './language.ts'
import { predictDifficulty } from './predict-difficulty.ts'
import { signsIn } from './predict-signs.ts'
import { predictTask } from './predict-task.ts'
import { textOf } from './request-text.ts'

/** From its words and form; nothing where it has no words, or where the operation says what it is. */
const predicted = ({ request }: Question, wants: (key: SignalKey) => boolean): Signals => {
  if (!isConversation(request)) return {}
  const text = textOf(request)
  if (text.last === '' && text.system === '') return {}
  const signs = signsIn(request, text)
  const kind = wants('request.task') || wants('request.confidence') ? predictTask(signs) : undefined
  const language = wants('request.language') ? languageOf(text.last) : undefined
  return {
    ...(kind !== undefined && {
      'request.task': { value: kind.task },
      'request.confidence': { value: kind.confidence },
    }),
    ...(wants('request.difficulty') && { 'request.difficulty': { value: predictDifficulty(signs) } }),
    ...(language !== undefined && { 'request.language': { value: language } }),
  }
}

/**
 * `request.task`: as the caller wished it, else as its pool has it, else predicted; only then there is a
 * `request.confidence`. `request.difficulty` and `request.language` are always predicted. Words never leave this room.
 */
export const task: SignalSource = {
  provides: ['request.task', 'request.confidence', 'request.difficulty', 'request.language'],
  gather: (question, wanted) => {
    const named = question.request.wishes.task ?? question.task
    const left = wanted.filter(key => named === undefined || (key !== 'request.task' && key !== 'request.confidence'))
    return {
      ...(left.length > 0 && predicted(question, key => left.includes(key))),
      ...(named !== undefined && { 'request.task': { value: named } }),
    }
  },
}
