/** Leaves out whoever the caller does not name, where it wants nobody else. */
import type { Constraint } from '../../ports/strategy.ts'
import { isMeant } from '../asked-for.ts'
import { listed } from '../wording.ts'

/** By the caller's own order, where it says that nobody beyond it may be asked. */
export const askedOnly: Constraint = {
  kind: 'constraint',
  name: 'asked-only',
  reads: [],
  exclude: (candidate, { asked }) => {
    if (asked?.only !== true || asked.order === undefined) return undefined
    return asked.order.some(name => isMeant(name, candidate))
      ? undefined
      : `the request would have ${listed(asked.order)}, and nobody else`
  },
}
