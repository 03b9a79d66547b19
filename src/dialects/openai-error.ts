/** Errors in OpenAI's form, which most of its look-alikes share, both ways. */
import type { Failure, FailureKind } from '../domain/failure.ts'
import { codeOf, statusOf } from '../domain/failure.ts'
import type { Json } from '../domain/json.ts'
import { isWord, jsonText } from './fields.ts'

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

const kindOfStatus = (status: number): FailureKind => {
  if (status === 401 || status === 403) return 'upstream-credential'
  if (status === 402) return 'upstream-quota'
  if (status === 404) return 'model-missing'
  if (status === 408 || status === 504) return 'upstream-timeout'
  if (status === 429) return 'upstream-rate-limited'
  if (status >= 500) return 'upstream-overloaded'
  return status >= 400 ? 'upstream-invalid' : 'upstream-garbled'
}

/** What names and words mean, the most telling first; of words alone only the first four are believed. */
export type Meanings = readonly (readonly [FailureKind, RegExp])[]

/** What they mean where completions are told, of a chat or of a prompt. */
export const ofCompletions: Meanings = [
  ['context-overflow', /context_length|context_window|maximum context length|prompt is too long/],
  ['content-refused', /content_filter|content_policy|responsibleai|moderation|safety/],
  ['upstream-quota', /insufficient_quota|insufficient_balance|billing|credit/],
  ['upstream-rate-limited', /rate_?limit|too_many_requests|rate limit|too many requests/],
  ['upstream-credential', /invalid_api_key|authentication|unauthorized|permission/],
  ['model-missing', /model_not_found|model not found/],
  ['upstream-overloaded', /overloaded|capacity|server_error|internal_error|internal server error|unavailable/],
  ['upstream-invalid', /invalid_request|invalid_argument|bad_?request|validation|tool_use_failed/],
]

/** What code and type say, then the status, then the words. */
const kindOf = (meanings: Meanings, names: string, status: number | undefined, message: string): FailureKind => {
  const byName = meanings.find(([, pattern]) => pattern.test(names))
  if (byName !== undefined) return byName[0]
  const byWords = meanings.slice(0, 4).find(([, pattern]) => pattern.test(message.slice(0, 500).toLowerCase()))
  if (byWords !== undefined) return byWords[0]
  return status === undefined ? 'upstream-garbled' : kindOfStatus(status)
}

const statusIn = (...values: readonly unknown[]): number | undefined => {
  for (const value of values) {
    const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value
    if (typeof status === 'number' && status >= 400 && status <= 599) return status
  }
  return undefined
}
const nameOf = (value: unknown): string | undefined => {
  if (typeof value === 'number') return String(value)
  return isWord(value) ? value.slice(0, 200) : undefined
}

/** The failure that this error inside an answer tells of; `around` is what it stood in. */
export const failureInside = (error: Json, around: Json, meanings: Meanings): Failure => {
  const code = nameOf(error['code']) ?? nameOf(around['code'])
  const type = nameOf(error['type']) ?? nameOf(error['status'])
  const status = statusIn(error['code'], error['status'], error['status_code'], around['code'], around['status'])
  const message = (isWord(error['message']) ? error['message'] : jsonText(error)).slice(0, 500)
  const param = nameOf(error['param'])
  // That it is an error says no more than the place where it stands.
  const isNamed = type !== undefined && type !== 'error'
  return {
    kind: kindOf(meanings, `${code ?? ''} ${isNamed ? type : ''}`.toLowerCase(), status, message),
    message: `the provider told an error inside its answer: ${message}`,
    ...(param !== undefined && { param }),
    upstream: {
      ...(status !== undefined && { status }),
      ...(code !== undefined && { code }),
      ...(isNamed && { type }),
    },
  }
}
