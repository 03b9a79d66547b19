/** Leaves out whoever does not keep what the request refers to. */
import type { Constraint } from '../../ports/strategy.ts'
import { listed } from '../wording.ts'

/** By what the house remembers of kept answers: without one in particular, whoever can keep any may serve. */
export const keeperOnly: Constraint = {
  kind: 'constraint',
  name: 'keeper',
  reads: [],
  exclude: ({ id }, { bounds: { kept } }) => {
    if (kept === undefined) return undefined
    const what = listed(kept.refersBy)
    if (kept.by !== undefined)
      return kept.by === id ? undefined : `does not keep what ${what} refers to; ${kept.by} does`
    return kept.able.includes(id) ? undefined : `keeps no answers, and ${what} refers to one`
  },
}
