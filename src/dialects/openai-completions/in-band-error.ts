/** An error that came inside an answer that began well. */
import type { Failure } from '../../domain/failure.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord } from '../fields.ts'
import { failureInside, ofCompletions } from '../openai-error.ts'

/** The error in this body or chunk, if it is or holds one. */
export const errorIn = (json: Json): Failure | undefined => {
  const { error } = json
  if (isRecord(error) && Object.keys(error).length > 0) return failureInside(error, json, ofCompletions)
  if (isWord(error)) return failureInside({ message: error }, json, ofCompletions)
  // The older form of vLLM.
  return json['object'] === 'error' ? failureInside(json, {}, ofCompletions) : undefined
}
