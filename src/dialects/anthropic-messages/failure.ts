/** Failures in Anthropic's words, both ways. */
import type { Failure, FailureKind, UpstreamError } from '../../domain/failure.ts'
import { codeOf, statusOf } from '../../domain/failure.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { found } from '../findings.ts'

const kinds: ReadonlyMap<string, FailureKind> = new Map([
  ['overloaded_error', 'upstream-overloaded'],
  ['api_error', 'upstream-overloaded'],
  ['rate_limit_error', 'upstream-rate-limited'],
  ['invalid_request_error', 'upstream-invalid'],
  ['request_too_large', 'upstream-invalid'],
  ['authentication_error', 'upstream-credential'],
  ['permission_error', 'upstream-credential'],
  ['billing_error', 'upstream-quota'],
  ['timeout_error', 'upstream-timeout'],
  ['not_found_error', 'model-missing'],
])

// What Anthropic says when the prompt does not fit; each was seen with type invalid_request_error.
const overflowPhrases = ['prompt is too long', 'exceed context limit', 'context window', 'too many total text bytes']
// An empty balance comes as invalid_request_error too.
const quotaPhrases = ['credit balance is too low']

const kindOf = (type: string, message: string): FailureKind => {
  const kind = kinds.get(type) ?? 'upstream-overloaded'
  if (kind !== 'upstream-invalid') return kind
  const said = message.toLowerCase()
  if (overflowPhrases.some(phrase => said.includes(phrase))) return 'context-overflow'
  return quotaPhrases.some(phrase => said.includes(phrase)) ? 'upstream-quota' : kind
}

/** The failure that an `error` event or an error body tells. */
export const failureOf = (body: Json): Failure => {
  const error: Json = isRecord(body['error']) ? body['error'] : {}
  const type = typeof error['type'] === 'string' ? error['type'] : ''
  const message =
    typeof error['message'] === 'string' ? error['message'] : `the provider's error is ${found(body['error'])}`
  const details: Json = isRecord(error['details']) ? error['details'] : {}
  const code = error['code'] ?? details['error_code']
  const upstream: UpstreamError = {
    ...(typeof code === 'string' && { code }),
    ...(type !== '' && { type }),
  }
  return { kind: kindOf(type, message), message, ...(Object.keys(upstream).length > 0 && { upstream }) }
}

/** An answer that stopped before its end. */
export const brokenOff: Failure = {
  kind: 'stream-broken',
  message: 'the answer broke off: the stream ended before message_stop',
}

const typesByStatus: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [408, 'timeout_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [503, 'overloaded_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
])
const typeOf = (status: number): string =>
  typesByStatus.get(status) ?? (status < 500 ? 'invalid_request_error' : 'api_error')

/** An error body as Anthropic's clients read it, with the failure's kind as `code`. */
export const encodeFailure = (
  failure: Failure,
  requestId: string,
): { readonly status: number; readonly body: Record<string, unknown> } => {
  const status = statusOf(failure)
  const { param, message } = failure
  const told = param === undefined || message.includes(param) ? message : `${param}: ${message}`
  return {
    status,
    body: {
      type: 'error',
      error: { type: typeOf(status), message: told, code: codeOf(failure) },
      request_id: requestId,
    },
  }
}
