/** Failures in OpenAI's words, both ways. */
import type { Failure, FailureKind } from '../../domain/failure.ts'
import { codeOf, statusOf } from '../../domain/failure.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord, jsonText } from '../fields.ts'

const named: readonly (readonly [FailureKind, RegExp])[] = [
  ['context-overflow', /context_length|context_window|maximum context length|prompt is too long/],
  ['content-refused', /content_filter|content_policy|moderation|safety/],
  ['upstream-quota', /insufficient_quota|insufficient_balance|billing|credit/],
  ['upstream-rate-limited', /rate_?limit|too_many_requests|rate limit|too many requests/],
  ['upstream-credential', /invalid_api_key|authentication|unauthorized|permission/],
  ['model-missing', /model_not_found|model not found/],
  ['upstream-overloaded', /overloaded|capacity|server_error|internal_error|internal server error|unavailable/],
  ['upstream-invalid', /invalid_request|invalid_argument|bad_?request|validation/],
]

const nameOf = (value: unknown): string | undefined => {
  if (typeof value === 'number') return String(value)
  return isWord(value) ? value.slice(0, 200) : undefined
}
/** What code and type say, then the words. */
const kindOf = (names: string, message: string): FailureKind => {
  const byName = named.find(([, pattern]) => pattern.test(names.toLowerCase()))
  const byWords = named.slice(0, 4).find(([, pattern]) => pattern.test(message.toLowerCase()))
  return (byName ?? byWords)?.[0] ?? 'upstream-garbled'
}

const failureOf = (error: Json): Failure => {
  const [code, type] = [nameOf(error['code']), nameOf(error['type'])]
  const message = (isWord(error['message']) ? error['message'] : jsonText(error)).slice(0, 500)
  return {
    kind: kindOf(`${code ?? ''} ${type ?? ''}`, message),
    message: `the provider told an error inside its answer: ${message}`,
    upstream: { ...(code !== undefined && { code }), ...(type !== undefined && { type }) },
  }
}

/** The error in this body or chunk, if it is or holds one. */
export const errorIn = (json: Json): Failure | undefined => {
  const { error } = json
  if (isRecord(error) && Object.keys(error).length > 0) return failureOf(error)
  if (isWord(error)) return failureOf({ message: error })
  // The older form of vLLM.
  return json['object'] === 'error' ? failureOf(json) : undefined
}

/** A failure for an answer that makes no sense. */
export const garbled = (message: string): Failure => ({ kind: 'upstream-garbled', message })

const typesByStatus: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [402, 'insufficient_quota'],
  [403, 'permission_error'],
  [429, 'rate_limit_error'],
])
const typeOf = (status: number): string =>
  typesByStatus.get(status) ?? (status < 500 ? 'invalid_request_error' : 'server_error')

/** An error body as OpenAI's clients read it, with the failure's kind as `code`; the id of the request goes in a header. */
export const encodeFailure = (
  failure: Failure,
): { readonly status: number; readonly body: Record<string, unknown> } => {
  const status = statusOf(failure)
  const { message, param = null } = failure
  return { status, body: { error: { message, type: typeOf(status), param, code: codeOf(failure) } } }
}
