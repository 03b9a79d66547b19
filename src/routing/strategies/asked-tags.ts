/** Leaves out whose tags are not as the request wants them: how its weights are stored, what it does with data. */
import type { Constraint } from '../../ports/strategy.ts'
import { listed } from '../wording.ts'

/** As a value, it stands for a candidate of which nothing is said. */
const unsaid = 'unknown'

/** By the tags that came with the request. A candidate without such a tag promises nothing. */
export const askedTags: Constraint = {
  kind: 'constraint',
  name: 'asked-tags',
  reads: [],
  exclude: ({ tags }, { bounds }) => {
    if (bounds.tags === undefined) return undefined
    for (const [tag, values] of Object.entries(bounds.tags ?? {})) {
      const value = Object.hasOwn(tags, tag) ? tags[tag] : undefined
      if (values.includes(value ?? unsaid)) continue
      return value === undefined
        ? `has no tag ${tag}, which must be ${listed(values)}`
        : `its ${tag} is ${value}, which must be ${listed(values)}`
    }
    return undefined
  },
}
