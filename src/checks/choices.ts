/** What all checks need of the choices of an answer. */
import type { ToolCallPart } from '../domain/message.ts'
import type { Answer, Choice } from '../domain/response.ts'
import { passes } from '../ports/check.ts'
import type { CheckResult } from '../ports/check.ts'

/** Texts beyond so many characters are not judged: they are no structured answers. */
export const longestJudged = 256 * 1024

/** The words of a choice, without its thoughts. */
export const wordsOf = ({ parts }: Choice): string =>
  parts.map(part => (part.type === 'text' ? part.text : '')).join('')

/** The calls of tools in a choice, in their order. */
export const callsOf = ({ parts }: Choice): readonly ToolCallPart[] => parts.filter(part => part.type === 'tool-call')

/** Did the model, or its provider, say no. */
export const isRefused = ({ parts, reason }: Choice): boolean =>
  reason === 'refused' || parts.some(({ type }) => type === 'refusal')

/** The first fault of any choice; that of an answer without one is its emptiness. */
export const everyChoice = ({ choices }: Answer, judge: (choice: Choice) => CheckResult): CheckResult => {
  if (choices.length === 0) return judge({ parts: [] })
  return choices.map(judge).find(({ ok }) => !ok) ?? passes
}
