/** Errors of sockets and of undici, said as the transport's own few kinds. */
import { errors } from 'undici'
import type { WireError } from '../ports/transport.ts'

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '')

/** The words of an error; where several addresses were tried in vain, the words of each. */
const wordsOf = (error: Error): string => {
  if (!(error instanceof AggregateError)) return error.message === '' ? codeOf(error) : error.message
  const each = error.errors.map((one: unknown) => (one instanceof Error ? wordsOf(one) : String(one)))
  return [...new Set(each)].join('; ')
}

const timeouts: readonly string[] = ['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']
const ourDoing: readonly string[] = ['UND_ERR_DESTROYED', 'UND_ERR_CLOSED', 'UND_ERR_ABORTED']
const unsendable: readonly string[] = ['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED']
/** Did the connection end where its answer had not: by content length, or between two chunks. */
const isCutShort = (error: Error): boolean =>
  codeOf(error) === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' ||
  (error instanceof errors.HTTPParserError && error.message.includes('EOF'))

const aborted = (host: string): WireError => ({
  kind: 'aborted',
  message: `the exchange with ${host} was ended by this side`,
})

/** Why no request was written at all. `host` is told, never a path or a query. */
export const neverConnected = (host: string, error: Error): WireError => {
  const code = codeOf(error)
  const words = wordsOf(error)
  if (ourDoing.includes(code)) return aborted(host)
  if (timeouts.includes(code)) return { kind: 'connect-timeout', message: `no connection to ${host}: ${words}` }
  if (unsendable.includes(code)) {
    return { kind: 'protocol', message: `the request to ${host} cannot be written: ${words}` }
  }
  return { kind: 'connect', message: `no connection to ${host}: ${words}` }
}

/** Did the server break the rules of HTTP, and not only hang up. Undici 8 gives its parser's errors no code. */
const isUnruly = (error: Error): boolean =>
  error instanceof errors.HTTPParserError ||
  codeOf(error) === 'UND_ERR_HEADERS_OVERFLOW' ||
  /^bad (?:response|upgrade)$/.test(error.message)

/** Why an exchange broke after its request had begun to be written. `begun`: the answer's head had come. */
export const brokenBy = (host: string, error: Error, begun: boolean): WireError => {
  const words = wordsOf(error)
  if (ourDoing.includes(codeOf(error))) return aborted(host)
  const when = begun ? 'in the middle of its answer' : 'before its answer began'
  if (isCutShort(error)) return { kind: 'closed', message: `${host} closed the connection ${when}` }
  if (isUnruly(error)) return { kind: 'protocol', message: `${host} does not keep to HTTP: ${words}` }
  return { kind: 'closed', message: `${host} closed the connection ${when} (${words})` }
}
