/** W3C trace context: the caller's place in a trace, read, and ours, written. */
import type { IncomingHttpHeaders } from 'node:http'
import type { SpanId, TraceId } from '../../domain/ids.ts'
import type { TraceParent } from '../../ports/gateway.ts'

/** Versions to come may be longer; ff is no version, and names of zeros alone are none. */
const form =
  /^(?!ff|00-.{53})[\da-f]{2}-(?!0{32})(?<trace>[\da-f]{32})-(?!0{16})(?<span>[\da-f]{16})-(?<flags>[\da-f]{2})(?:-.*)?$/
/** Lists longer than this need not be passed on. */
const longestState = 512

const single = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.join(',')

/** What `traceparent` and `tracestate` say; undefined if they are missing or malformed, as the standard wants. */
export const traceParentOf = (headers: IncomingHttpHeaders): TraceParent | undefined => {
  const sent = single(headers['traceparent'])
  if (sent === undefined) return undefined
  const { trace = '', span = '', flags = '' } = form.exec(sent.trim())?.groups ?? {}
  if (trace === '') return undefined
  const state = single(headers['tracestate'])?.trim()
  return {
    traceId: trace as TraceId,
    parent: span as SpanId,
    sampled: (Number.parseInt(flags, 16) & 1) === 1,
    ...(state !== undefined && state !== '' && state.length <= longestState && { state }),
  }
}

/** The value of `traceresponse`: this trace, our span. */
export const traceResponse = (trace: TraceId, span: SpanId, sampled: boolean): string =>
  `00-${trace}-${span}-${sampled ? '01' : '00'}`
