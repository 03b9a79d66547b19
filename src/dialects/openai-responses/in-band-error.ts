/** An error that came inside an answer that began well, or in place of one. */
import type { Failure } from '../../domain/failure.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord, jsonText } from '../fields.ts'
import { failureInside } from '../openai-error.ts'
import type { Meanings } from '../openai-error.ts'

const meanings: Meanings = [
  ['context-overflow', /context_length|context_window|maximum context length|exceeds the context window/],
  ['content-refused', /content_filter|content_policy|invalid_prompt|bio_policy|moderation|safety/],
  ['upstream-quota', /insufficient_quota|insufficient_balance|billing|credit/],
  ['upstream-rate-limited', /rate_?limit|too_many_requests|rate limit|too many requests/],
  ['upstream-credential', /invalid_api_key|authentication|unauthorized|permission/],
  ['model-missing', /model_not_found|model not found/],
  ['upstream-overloaded', /overloaded|capacity|server_error|internal_error|internal server error|unavailable|timeout/],
  ['upstream-invalid', /invalid|bad_request|validation|unsupported|too_large|too_small|not_found|failed_to_download/],
]
/** The failure that this error tells of; `around` is what it stood in. */
export const failureOf = (error: Json, around: Json): Failure => failureInside(error, around, meanings)

/** An error as some proxies tell it, in place of anything else. */
const detailIn = (json: Json): Failure | undefined => {
  const { detail } = json
  if (json['type'] !== undefined || detail === undefined || detail === null) return undefined
  return failureOf({ message: isWord(detail) ? detail : jsonText(detail) }, json)
}
/** The error in this body or event, if it is or holds one in place of an answer. */
export const errorIn = (json: Json): Failure | undefined => {
  const { error } = json
  // An answer tells of an error of its own by its status.
  if (json['object'] === 'response' || Array.isArray(json['output'])) return undefined
  if (isRecord(error) && Object.keys(error).length > 0) return failureOf(error, json)
  if (isWord(error)) return failureOf({ message: error }, json)
  if (json['type'] === 'error' || json['object'] === 'error') return failureOf(json, {})
  return detailIn(json)
}
