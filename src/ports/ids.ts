/** New names for requests and spans. */
import type { RequestId, SpanId, TraceId } from '../domain/ids.ts'

/** Unguessable, never repeated. A test passes its own. */
export interface Ids {
  request(): RequestId
  trace(): TraceId
  span(): SpanId
}
