/** Failure kinds and the one table of their consequences. */
import type { Millis } from './units.ts'

export type FailureKind =
  | 'invalid-request'
  | 'unauthenticated'
  | 'forbidden'
  | 'over-budget'
  | 'rate-limited'
  | 'limits-unknown'
  | 'blocked'
  | 'cancelled'
  | 'target-unknown'
  | 'no-candidate'
  | 'upstream-invalid'
  | 'upstream-credential'
  | 'upstream-quota'
  | 'upstream-rate-limited'
  | 'upstream-overloaded'
  | 'upstream-unreachable'
  | 'upstream-timeout'
  | 'upstream-garbled'
  | 'model-missing'
  | 'unsupported'
  | 'context-overflow'
  | 'content-refused'
  | 'answer-invalid'
  | 'stream-broken'
  | 'internal'

/** What went wrong, as data. Never edited once made; the outcome keeps each attempt's own. */
export interface Failure {
  readonly kind: FailureKind
  /** What was found and what would be right. Holds no credential, URL query or stack. */
  readonly message: string
  /** The field at fault, in the client's own words, e.g. `messages[2].content`. */
  readonly param?: string
  /** The status for the client where it differs from the kind's own: 404, 405, 408, 413, 415, 431. */
  readonly status?: number
  readonly upstream?: UpstreamError
  /** How long the failing side asks us to wait. */
  readonly retryAfter?: Millis
  /** False if the failing side says that asking it again will not help. */
  readonly retriable?: boolean
}

/** What the provider itself said. */
export interface UpstreamError {
  readonly status?: number
  readonly code?: string
  readonly type?: string
}

export interface Consequence {
  readonly whose: 'caller' | 'route' | 'upstream' | 'ours'
  /** May the same candidate be asked again. */
  readonly retry: 'no' | 'backoff'
  /** Which other candidates may be asked. */
  readonly advance: 'never' | 'next' | 'larger-context' | 'if-policy-allows'
  /** Whose circuit hears of it: only `deployment` opens a breaker, `credential` rests a key. */
  readonly blames: 'caller' | 'credential' | 'deployment' | 'nobody'
  /** HTTP status told to the client. */
  readonly status: number
}

type Row = readonly [
  whose: Consequence['whose'],
  retry: Consequence['retry'],
  advance: Consequence['advance'],
  blames: Consequence['blames'],
  status: number,
]
const row = (...[whose, retry, advance, blames, status]: Row): Consequence => ({
  whose,
  retry,
  advance,
  blames,
  status,
})

/** What each kind means for the next move, the breaker and the client. */
export const consequences: Readonly<Record<FailureKind, Consequence>> = {
  'invalid-request': row('caller', 'no', 'never', 'caller', 400),
  unauthenticated: row('caller', 'no', 'never', 'caller', 401),
  forbidden: row('caller', 'no', 'never', 'caller', 403),
  // Another candidate may cost less, and its provider have a budget of its own.
  'over-budget': row('caller', 'no', 'next', 'nobody', 402),
  'rate-limited': row('caller', 'no', 'next', 'nobody', 429),
  'limits-unknown': row('ours', 'no', 'never', 'nobody', 503),
  blocked: row('caller', 'no', 'never', 'caller', 422),
  cancelled: row('caller', 'no', 'never', 'nobody', 499),
  'target-unknown': row('caller', 'no', 'never', 'caller', 404),
  'no-candidate': row('route', 'no', 'never', 'nobody', 503),
  'upstream-invalid': row('upstream', 'no', 'never', 'caller', 400),
  'upstream-credential': row('upstream', 'no', 'next', 'credential', 502),
  'upstream-quota': row('upstream', 'no', 'next', 'credential', 502),
  'upstream-rate-limited': row('upstream', 'backoff', 'next', 'credential', 429),
  'upstream-overloaded': row('upstream', 'backoff', 'next', 'deployment', 503),
  'upstream-unreachable': row('upstream', 'backoff', 'next', 'deployment', 502),
  'upstream-timeout': row('upstream', 'no', 'next', 'deployment', 504),
  'upstream-garbled': row('upstream', 'no', 'next', 'deployment', 502),
  'model-missing': row('upstream', 'no', 'next', 'deployment', 404),
  unsupported: row('route', 'no', 'next', 'nobody', 400),
  'context-overflow': row('upstream', 'no', 'larger-context', 'caller', 400),
  'content-refused': row('upstream', 'no', 'if-policy-allows', 'nobody', 400),
  'answer-invalid': row('upstream', 'no', 'next', 'nobody', 502),
  'stream-broken': row('upstream', 'no', 'never', 'deployment', 502),
  internal: row('ours', 'no', 'never', 'nobody', 500),
}

/** What each kind says, for people who meet it. */
export const meanings: Readonly<Record<FailureKind, string>> = {
  'invalid-request': 'The request is malformed, too large, or asks for what its dialect does not have.',
  unauthenticated: 'No virtual key came with the request, or one that is not known.',
  forbidden: 'The key may not use this pool, model, provider or policy.',
  'over-budget':
    'A budget of the key, of whoever it belongs to, or of the provider has no room for what this request may come to.',
  'rate-limited': 'The key, or whoever it belongs to, has used up its requests or tokens for now.',
  'limits-unknown':
    'The store that counts what is used cannot be asked, and its settings say that nothing is granted without it.',
  blocked: 'A guardrail did not let it pass.',
  cancelled: 'The client went away.',
  'target-unknown': 'There is no pool, alias or model of this name.',
  'no-candidate': 'The policy left nobody to serve; the decision says who was left out and why.',
  'upstream-invalid': 'The provider says that the request is at fault, so nobody else is asked.',
  'upstream-credential': 'The provider does not accept the credential that it was given.',
  'upstream-quota': 'The account at the provider has no credit or quota left.',
  'upstream-rate-limited': 'The provider asks for fewer requests.',
  'upstream-overloaded': 'The provider says that it has too much to do, or failed inside.',
  'upstream-unreachable': 'No connection to the provider could be made.',
  'upstream-timeout': 'The provider gave nothing within the patience of the policy.',
  'upstream-garbled': 'What the provider sent makes no sense in its dialect.',
  'model-missing': 'The provider does not know the model.',
  unsupported: 'The provider has no way to be asked for this; another may.',
  'context-overflow': 'The request is longer than the context window of the model.',
  'content-refused': 'The provider or the model refused to answer for what is asked.',
  'answer-invalid':
    'The answer does not pass a check of the policy: its schema, its tool calls, its confidence, a judge.',
  'stream-broken': 'The answer broke off after some of it had been passed on.',
  internal: 'A mistake of the gateway itself.',
}

/** The HTTP status that the client is told. */
export const statusOf = (failure: Failure): number => failure.status ?? consequences[failure.kind].status

/** The word for this failure in the `code` field of an error body. */
export const codeOf = (failure: Failure): string =>
  failure.kind === 'target-unknown' ? 'model_not_found' : failure.kind

/** Why a candidate was left, in one word for headers and spans: `upstream_5xx`, `upstream_429`, or the kind. */
export const reasonOf = (failure: Failure): string => {
  const status = failure.upstream?.status
  if (status !== undefined && status >= 500) return 'upstream_5xx'
  if (status !== undefined && status >= 400) return `upstream_${status}`
  return failure.kind.replaceAll('-', '_')
}
