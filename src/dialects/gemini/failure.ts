/** Failures in Google's words, both ways. */
import type { Failure, FailureKind, UpstreamError } from '../../domain/failure.ts'
import { codeOf, statusOf } from '../../domain/failure.ts'
import { millis } from '../../domain/units.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord } from '../fields.ts'
import { found } from '../findings.ts'

const kinds: ReadonlyMap<string, FailureKind> = new Map([
  ['INVALID_ARGUMENT', 'upstream-invalid'],
  ['FAILED_PRECONDITION', 'upstream-invalid'],
  ['OUT_OF_RANGE', 'upstream-invalid'],
  ['UNIMPLEMENTED', 'upstream-invalid'],
  ['UNAUTHENTICATED', 'upstream-credential'],
  ['PERMISSION_DENIED', 'upstream-credential'],
  ['NOT_FOUND', 'model-missing'],
  ['RESOURCE_EXHAUSTED', 'upstream-rate-limited'],
  ['DEADLINE_EXCEEDED', 'upstream-timeout'],
  ['CANCELLED', 'upstream-overloaded'],
  ['UNAVAILABLE', 'upstream-overloaded'],
  ['INTERNAL', 'upstream-overloaded'],
  ['UNKNOWN', 'upstream-overloaded'],
])

const isOverflow = /input token count .*exceeds|exceeds the maximum number of tokens|token count.*exceed.*limit/i
const isMissingKey = /API key not valid|API key expired|API_KEY_INVALID|API Key not found/i
const isEmptyAccount = /billing account|prepayment credits|credits are depleted|billing is (?:not enabled|disabled)/i

const kindOf = (status: string, message: string): FailureKind => {
  const kind = kinds.get(status) ?? 'upstream-overloaded'
  if (kind === 'upstream-invalid' && isOverflow.test(message)) return 'context-overflow'
  if (kind === 'upstream-invalid' && isMissingKey.test(message)) return 'upstream-credential'
  return isEmptyAccount.test(message) && kind !== 'model-missing' ? 'upstream-quota' : kind
}

/** The list of `details`, as far as its entries are objects. */
const detailsOf = (error: Json): readonly Json[] =>
  Array.isArray(error['details']) ? error['details'].filter(isRecord) : []

/** How long the provider asks us to wait, from `RetryInfo`: seconds with an `s` behind them. */
const retryDelay = (error: Json): { readonly retryAfter?: Failure['retryAfter'] } => {
  const delay = detailsOf(error).find(one => typeof one['retryDelay'] === 'string')?.['retryDelay']
  const seconds = typeof delay === 'string' ? /^(\d+(?:\.\d+)?)s$/.exec(delay)?.[1] : undefined
  return seconds === undefined ? {} : { retryAfter: millis(Math.round(Number(seconds) * 1000)) }
}

/** The failure that an error body, or an error among the frames, tells. */
export const failureOf = (body: Json): Failure => {
  const error: Json = isRecord(body['error']) ? body['error'] : {}
  const status = isWord(error['status']) ? error['status'] : ''
  const message = isWord(error['message']) ? error['message'] : `the provider's error is ${found(body['error'])}`
  const reason = detailsOf(error).find(one => isWord(one['reason']))?.['reason']
  const { code } = error
  const upstream: UpstreamError = {
    ...(typeof code === 'number' && code >= 100 && code <= 599 && { status: code }),
    ...(isWord(reason) && { code: reason }),
    ...(status !== '' && { type: status }),
  }
  return {
    kind: kindOf(status, message),
    message,
    ...retryDelay(error),
    ...(Object.keys(upstream).length > 0 && { upstream }),
  }
}
/** True for a body, or a frame, that tells of an error. */
export const isError = (body: Json): boolean => isRecord(body['error'])

/** An answer that stopped before its end. */
export const brokenOff: Failure = {
  kind: 'stream-broken',
  message: 'the answer broke off: the stream ended before any finishReason',
}

const byStatus: ReadonlyMap<number, string> = new Map([
  [401, 'UNAUTHENTICATED'],
  [402, 'FAILED_PRECONDITION'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [405, 'UNIMPLEMENTED'],
  [408, 'DEADLINE_EXCEEDED'],
  [409, 'ABORTED'],
  [429, 'RESOURCE_EXHAUSTED'],
  [499, 'CANCELLED'],
  [502, 'UNAVAILABLE'],
  [503, 'UNAVAILABLE'],
  [504, 'DEADLINE_EXCEEDED'],
])
const googleStatus = (status: number): string =>
  byStatus.get(status) ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL')

const typeUrl = (name: string): Json => ({ '@type': `type.googleapis.com/google.rpc.${name}` })
const detailsFor = (failure: Failure, requestId: string): readonly Json[] => {
  const { param, message, retryAfter } = failure
  const code = codeOf(failure)
  return [
    {
      ...typeUrl('ErrorInfo'),
      reason: code.toUpperCase().replaceAll('-', '_'),
      domain: 'signalbox',
      metadata: { code, ...(param !== undefined && { param }) },
    },
    ...(param === undefined
      ? []
      : [{ ...typeUrl('BadRequest'), fieldViolations: [{ field: param, description: message }] }]),
    ...(retryAfter === undefined ? [] : [{ ...typeUrl('RetryInfo'), retryDelay: `${retryAfter / 1000}s` }]),
    { ...typeUrl('RequestInfo'), requestId },
  ]
}

/** An error body as Google's clients read it; the failure's kind is the reason among its details. */
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
      error: { code: status, message: told, status: googleStatus(status), details: detailsFor(failure, requestId) },
    },
  }
}
