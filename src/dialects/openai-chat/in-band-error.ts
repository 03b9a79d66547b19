/** An error that came inside an answer that began well. */
import type { Failure } from '../../domain/failure.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, isWord, jsonText } from '../fields.ts'
import { failureInside, ofCompletions } from '../openai-error.ts'

const failureOf = (error: Json, around: Json): Failure => failureInside(error, around, ofCompletions)

/** The error in this body or chunk, if it is or holds one. */
export const errorIn = (json: Json): Failure | undefined => {
  const { error, detail } = json
  if (isRecord(error) && Object.keys(error).length > 0) return failureOf(error, json)
  if (isWord(error)) return failureOf({ message: error }, json)
  // vLLM's older form, and Anthropic-like ones of some proxies.
  if (json['object'] === 'error' || json['type'] === 'error') return failureOf(json, {})
  if (isAbsent(detail) || json['choices'] !== undefined) return undefined
  return failureOf({ message: isWord(detail) ? detail : jsonText(detail) }, json)
}
