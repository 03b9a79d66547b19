/** Is the answer JSON, and of the form that was asked for. */
import type { ChatRequest } from '../domain/request.ts'
import type { Choice } from '../domain/response.ts'
import { passes } from '../ports/check.ts'
import type { AnswerCheck, CheckResult } from '../ports/check.ts'
import { everyChoice, isRefused, longestJudged, wordsOf } from './choices.ts'
import { fits } from './json-schema.ts'

/** The value, or what the reader of JSON says of it. */
type Read = { readonly value: unknown } | { readonly fault: string }
const read = (text: string): Read => {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) }
  }
}

const schemaIn = ({ output }: ChatRequest): unknown => ('schema' in output ? output.schema : undefined)

const judgeChoice = (choice: Choice, request: ChatRequest): CheckResult => {
  // Whoever calls a tool has not answered yet, and a refusal has no form to keep.
  if (choice.reason === 'tool-calls' || isRefused(choice)) return passes
  const text = wordsOf(choice)
  if (text.length > longestJudged) return passes
  if (text.trim() === '') return { ok: false, why: 'the answer is empty, where JSON was asked for' }
  const found = read(text)
  if ('fault' in found) {
    const cut = choice.reason === 'length' ? ', cut by its limit' : ''
    return { ok: false, why: `the answer is not JSON${cut}: ${found.fault.slice(0, 200)}` }
  }
  const schema = schemaIn(request)
  const fit = schema === undefined ? passes : fits(found.value, schema)
  return fit.ok ? passes : { ok: false, why: `the answer is not of the form that was asked for: ${fit.why}` }
}

/** Of requests that ask for JSON. */
export const schemaCheck: AnswerCheck = {
  name: 'schema',
  applies: ({ output }) => output.type === 'json',
  judge: (answer, request) => everyChoice(answer, choice => judgeChoice(choice, request)),
}
