/** Leaves out who would lose a parameter, where the request says that none may be lost. */
import type { Constraint } from '../../ports/strategy.ts'
import { wouldLose } from '../lost-parameters.ts'

/** By the request's own `require_parameters`. */
export const keepsParameters: Constraint = {
  kind: 'constraint',
  name: 'parameters',
  reads: [],
  exclude: (candidate, facts) => (facts.bounds.requireParameters === true ? wouldLose(candidate, facts) : undefined),
}
