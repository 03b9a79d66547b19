/** An error that came inside an answer that began well. */
import type { Failure, FailureKind } from '../../domain/failure.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { deepest, isAbsent, isWord, jsonText } from '../fields.ts'

const named: readonly (readonly [FailureKind, RegExp])[] = [
  ['context-overflow', /context_length|context_window|maximum context length|prompt is too long/],
  ['content-refused', /content_filter|content_policy|responsibleai|moderation|safety/],
  ['upstream-quota', /insufficient_quota|insufficient_balance|billing|credit/],
  ['upstream-rate-limited', /rate_?limit|too_many_requests|rate limit|too many requests/],
  ['upstream-credential', /invalid_api_key|authentication|unauthorized|permission/],
  ['model-missing', /model_not_found|model not found/],
  ['upstream-overloaded', /overloaded|capacity|server_error|internal_error|internal server error|unavailable/],
  ['upstream-invalid', /invalid_request|invalid_argument|bad_request|validation|tool_use_failed/],
]
const kindOfStatus = (status: number): FailureKind => {
  if (status === 401 || status === 403) return 'upstream-credential'
  if (status === 402) return 'upstream-quota'
  if (status === 404) return 'model-missing'
  if (status === 408 || status === 504) return 'upstream-timeout'
  if (status === 429) return 'upstream-rate-limited'
  if (status >= 500) return 'upstream-overloaded'
  return status >= 400 ? 'upstream-invalid' : 'upstream-garbled'
}
/** What code and type say, then the status, then the words. */
const kindOf = (names: string, status: number | undefined, message: string): FailureKind => {
  const byName = named.find(([, pattern]) => pattern.test(names))
  if (byName !== undefined) return byName[0]
  const byWords = named.slice(0, 4).find(([, pattern]) => pattern.test(message.slice(0, 500).toLowerCase()))
  if (byWords !== undefined) return byWords[0]
  return status === undefined ? 'upstream-garbled' : kindOfStatus(status)
}

const statusOf = (...values: readonly unknown[]): number | undefined => {
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

const failureOf = (error: Json, around: Json): Failure => {
  const code = nameOf(error['code']) ?? nameOf(around['code'])
  const type = nameOf(error['type']) ?? nameOf(error['status'])
  const status = statusOf(error['code'], error['status'], error['status_code'], around['code'], around['status'])
  const words = isWord(error['message']) ? error['message'] : jsonText(error)
  const message = words.slice(0, 500)
  const param = nameOf(error['param'])
  return {
    kind: kindOf(`${code ?? ''} ${type ?? ''}`.toLowerCase(), status, message),
    message: `the provider told an error inside its answer: ${message}`,
    ...(param !== undefined && { param }),
    upstream: {
      ...(status !== undefined && { status }),
      ...(code !== undefined && { code }),
      ...(type !== undefined && { type }),
    },
  }
}

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

/** A failure for an answer that makes no sense. */
export const garbled = (message: string): Failure => ({ kind: 'upstream-garbled', message })
/** A failure for an answer, or a piece of one, that nests too deep. */
export const tooDeep = garbled(`the answer nests more than ${deepest} levels deep; it must nest less`)
