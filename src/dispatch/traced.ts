/** Tells the upstream where it stands in the caller's trace (W3C trace context), so that its own spans join ours. */
import type { SpanId } from '../domain/ids.ts'
import type { TraceContext } from '../domain/request.ts'
import type { WireRequest } from '../ports/transport.ts'

/** The same request with `traceparent`, whose parent is the attempt, and the caller's `tracestate`. */
export const traced = (wire: WireRequest, { traceId, sampled, state }: TraceContext, span: SpanId): WireRequest => {
  const parent = `00-${traceId}-${span}-${sampled ? '01' : '00'}`
  const told = ['traceparent', parent, ...(state === undefined ? [] : ['tracestate', state])]
  return { ...wire, headers: [...wire.headers, ...told] }
}
