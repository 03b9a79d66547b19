/** The checks that a policy asks for. */
import type { CascadeCheck, ContentTrigger } from '../domain/policy.ts'
import type { AnswerCheck } from '../ports/check.ts'
import { confidenceCheck } from './confidence.ts'
import { finishedCheck } from './finished.ts'
import { schemaCheck } from './schema.ts'
import { toolCallCheck } from './tool-call.ts'

/** Of answers for which the next candidate is asked. */
export const checksOnFallback = (triggers: readonly ContentTrigger[]): readonly AnswerCheck[] => [
  ...(triggers.includes('schema') ? [schemaCheck] : []),
  ...(triggers.includes('tool-call') ? [toolCallCheck] : []),
]

/** Of a cascade, the cheapest first; a judge is another matter. */
export const checksOfCascade = ({ finished, schema, toolCalls, confidence }: CascadeCheck): readonly AnswerCheck[] => [
  ...(finished === true ? [finishedCheck] : []),
  ...(schema === true ? [schemaCheck] : []),
  ...(toolCalls === true ? [toolCallCheck] : []),
  ...(confidence === undefined ? [] : [confidenceCheck(confidence)]),
]
