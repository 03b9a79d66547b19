/** Failures in Cohere's words, both ways. */
import type { Failure, FailureKind, UpstreamError } from '../../domain/failure.ts'
import { codeOf, consequences, statusOf } from '../../domain/failure.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord, jsonText, textOf } from '../fields.ts'

const named: readonly (readonly [FailureKind, RegExp])[] = [
  ['context-overflow', /too_many_tokens|too many tokens|context length|exceeds? the (?:maximum|context)/],
  ['content-refused', /content_filter|blocked_output|blocked_input|safety/],
  ['upstream-quota', /billing|credit|payment/],
  ['upstream-rate-limited', /rate_?limit|rate limit|too_many_requests|too many requests|calls ?\/ ?minute/],
  ['upstream-credential', /invalid_token|unauthorized|api key|api token|permission|forbidden/],
  ['model-missing', /model_not_found|model not found|model '[^']*' (?:not found|was removed)/],
  ['upstream-overloaded', /overloaded|unavailable|internal/],
  ['upstream-invalid', /invalid/],
]
const isKind = (code: string): code is FailureKind => Object.hasOwn(consequences, code)
/** What another house like this one says of us, who are its caller. */
const ofCaller: Readonly<Partial<Record<FailureKind, FailureKind>>> = {
  'invalid-request': 'upstream-invalid',
  unauthenticated: 'upstream-credential',
  forbidden: 'upstream-credential',
  'over-budget': 'upstream-quota',
  'rate-limited': 'upstream-rate-limited',
  blocked: 'content-refused',
  cancelled: 'stream-broken',
  'target-unknown': 'model-missing',
  'no-candidate': 'upstream-overloaded',
  unsupported: 'upstream-invalid',
  internal: 'upstream-overloaded',
}
/** The kind that a code names, if it was written by a house like this one. */
const kindOfCode = (code: string): FailureKind | undefined => {
  if (code === 'model_not_found') return 'model-missing'
  return isKind(code) ? (ofCaller[code] ?? code) : undefined
}

const kindOf = (code: string, type: string, message: string): FailureKind => {
  const ours = kindOfCode(code)
  if (ours !== undefined) return ours
  const said = `${code} ${type} ${message.slice(0, 500)}`.toLowerCase()
  return named.find(([, pattern]) => pattern.test(said))?.[0] ?? 'upstream-garbled'
}

/** The failure that an error body, or an event of that form, tells. */
export const failureOf = (body: Json): Failure => {
  const { error } = body
  // Cohere itself speaks at the top; what stands in front of it often wraps.
  if (isRecord(error) && !isWord(body['message'])) return failureOf(error)
  const [code, type] = [textOf(body, 'code'), textOf(body, 'error_type')]
  const told = body['message'] ?? body['error']
  const message = (isWord(told) ? told : jsonText(body)).slice(0, 500)
  const upstream: UpstreamError = { ...(code !== '' && { code }), ...(type !== '' && { type }) }
  return { kind: kindOf(code, type, message), message, ...(Object.keys(upstream).length > 0 && { upstream }) }
}

const kindsOfWord: ReadonlyMap<string, FailureKind> = new Map([
  ['ERROR_LIMIT', 'context-overflow'],
  ['USER_CANCEL', 'stream-broken'],
])
/** An answer that the provider ended with a word of failure: it failed inside, unless it says more. */
export const failedAnswer = (word: string, told: unknown, around: Json): Failure => {
  const kind = kindOfCode(textOf(around, 'code')) ?? kindsOfWord.get(word) ?? 'upstream-overloaded'
  const why = isWord(told) ? told.slice(0, 500) : `the provider ended it with finish_reason "${word}"`
  // With a word of the provider's own, the house looks for what the message says of waiting, too.
  return { kind, message: `the answer broke off: ${why}`, upstream: { type: word } }
}

/** An answer that stopped before its end. */
export const brokenOff: Failure = {
  kind: 'stream-broken',
  message: 'the answer broke off: the stream ended before message-end',
}

/** An error body as Cohere's clients read it, with the failure's kind as `code`. */
export const encodeFailure = (
  failure: Failure,
  requestId: string,
): { readonly status: number; readonly body: Record<string, unknown> } => {
  const { param, message } = failure
  const told = param === undefined || message.includes(param) ? message : `${param}: ${message}`
  return {
    status: statusOf(failure),
    body: {
      id: requestId,
      message: told,
      ...(failure.kind === 'context-overflow' && { error_type: 'TOO_MANY_TOKENS' }),
      code: codeOf(failure),
    },
  }
}
