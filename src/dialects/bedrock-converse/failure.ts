/** Failures in Bedrock's words, both ways. */
import type { Failure, FailureKind, UpstreamError } from '../../domain/failure.ts'
import { codeOf, consequences, statusOf } from '../../domain/failure.ts'
import type { Frame } from '../../ports/dialect.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { parseJson } from '../fields.ts'

/** By the name of the exception, without its ending and in small letters. */
const kinds: ReadonlyMap<string, FailureKind> = new Map([
  ['throttling', 'upstream-rate-limited'],
  ['toomanyrequests', 'upstream-rate-limited'],
  ['servicequotaexceeded', 'upstream-quota'],
  ['modelstreamerror', 'upstream-overloaded'],
  ['modelerror', 'upstream-overloaded'],
  ['modelnotready', 'upstream-overloaded'],
  ['internalserver', 'upstream-overloaded'],
  ['internalfailure', 'upstream-overloaded'],
  ['serviceunavailable', 'upstream-overloaded'],
  ['modeltimeout', 'upstream-timeout'],
  ['validation', 'upstream-invalid'],
  ['serialization', 'upstream-invalid'],
  ['conflict', 'upstream-invalid'],
  ['accessdenied', 'upstream-credential'],
  ['unrecognizedclient', 'upstream-credential'],
  ['expiredtoken', 'upstream-credential'],
  ['invalidsignature', 'upstream-credential'],
  ['missingauthenticationtoken', 'upstream-credential'],
  ['resourcenotfound', 'model-missing'],
  ['model_not_found', 'model-missing'],
])

// What a ValidationException says when the prompt does not fit; each family has words of its own.
const overflow =
  /prompt is too long|input is too long|too many input tokens|input tokens exceeded|exceeds? (?:the )?(?:max|context)|context (?:length|window)|maximum context/i
const missing = /model identifier is invalid|model .{0,80}(?:not found|does not exist)|no such model/i
const daily = /tokens per day|daily/i

const nameOf = (exception: string): string =>
  // `Name:http://…` and `namespace#Name` both name it.
  (exception.split(':', 1)[0] ?? '')
    .split('#')
    .at(-1)!
    .replace(/(?:Exception|Error)$/, '')
    .toLowerCase()

const isKind = (word: string): word is FailureKind => Object.hasOwn(consequences, word)

const kindOf = (exception: string, message: string): FailureKind => {
  // A house like ours behind us says it in our own words.
  if (isKind(exception)) return exception
  // Words without a name are a proxy's more often than AWS's: nobody knows that the request is at fault.
  const kind = kinds.get(nameOf(exception)) ?? (exception === '' ? 'upstream-garbled' : 'upstream-overloaded')
  if (kind === 'upstream-rate-limited' && daily.test(message)) return 'upstream-quota'
  if (kind !== 'upstream-invalid' && exception !== '') return kind
  if (overflow.test(message)) return 'context-overflow'
  return missing.test(message) ? 'model-missing' : kind
}

const textOf = (record: Json, ...names: readonly string[]): string => {
  for (const name of names) {
    const value = record[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return ''
}

/** The failure that an error body or the payload of an exception tells; `exception` where its name is told elsewhere. */
export const failureOf = (body: Json, exception = ''): Failure => {
  const name = exception === '' ? textOf(body, 'code', '__type') : exception
  const message = textOf(body, 'message', 'Message', 'originalMessage')
  const status = body['originalStatusCode']
  const upstream: UpstreamError = {
    ...(typeof status === 'number' && { status }),
    ...(name !== '' && { type: name }),
  }
  return {
    kind: kindOf(name, message),
    message: message === '' ? `the provider told of ${name === '' ? 'an error' : name} without a word` : message,
    ...(Object.keys(upstream).length > 0 && { upstream }),
  }
}

/** True for a frame that tells of an error; some servers forget to mark it. */
export const isException = ({ isException: marked, event }: Frame): boolean =>
  marked === true || event?.endsWith('Exception') === true
/** The failure that such a frame tells. */
export const failureIn = ({ event = '', data }: Frame): Failure => {
  const body = parseJson(data)
  const told: Json = isRecord(body) ? body : { message: data }
  // Ours carries its kind in its body.
  const code = textOf(told, 'code')
  return isKind(code) ? failureOf(told) : failureOf(told, event)
}

/** An answer that stopped before its end. */
export const brokenOff: Failure = {
  kind: 'stream-broken',
  message: 'the answer broke off: the stream ended before messageStop',
}

const namesByStatus: ReadonlyMap<number, string> = new Map([
  [401, 'UnrecognizedClientException'],
  [402, 'ServiceQuotaExceededException'],
  [403, 'AccessDeniedException'],
  [404, 'ResourceNotFoundException'],
  [408, 'ModelTimeoutException'],
  [409, 'ConflictException'],
  [424, 'ModelErrorException'],
  [429, 'ThrottlingException'],
  [503, 'ServiceUnavailableException'],
  [504, 'ModelTimeoutException'],
])
const exceptionOf = (status: number): string =>
  namesByStatus.get(status) ?? (status < 500 ? 'ValidationException' : 'InternalServerException')

/** An error body as AWS's clients read it: they look for its name in the header first. The failure's kind is its `code`. */
export const encodeFailure = (
  failure: Failure,
): { readonly status: number; readonly body: Record<string, unknown>; readonly headers: readonly string[] } => {
  const status = statusOf(failure)
  const { param, message } = failure
  const told = param === undefined || message.includes(param) ? message : `${param}: ${message}`
  return {
    status,
    body: { message: told, code: codeOf(failure) },
    headers: ['x-amzn-errortype', exceptionOf(status)],
  }
}

/** The exceptions that a stream can tell. */
const inStream: ReadonlyMap<number, string> = new Map([
  [429, 'throttlingException'],
  [500, 'internalServerException'],
  [503, 'serviceUnavailableException'],
])
/** The frame that ends a broken stream. */
export const failureFrame = (failure: Failure): Frame => {
  const { status, body } = encodeFailure(failure)
  const event = inStream.get(status) ?? (status < 500 ? 'validationException' : 'modelStreamErrorException')
  return { event, data: JSON.stringify(body), isException: true }
}
