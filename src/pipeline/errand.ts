/** A request with its way and what was decided: all that carrying it out begins with. */
import type { DecisionTrace } from '../domain/decision.ts'
import type { ModelRequest } from '../domain/request.ts'
import type { Route } from '../routing/route.ts'

/** A request with its way and what was decided. */
export interface Errand {
  readonly request: ModelRequest
  readonly route: Route
  readonly trace: DecisionTrace
}
