/** Leaves out what cannot take this request at all: abilities, context window, output limit. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { Constraint } from '../../ports/strategy.ts'
import { isKnown, knownTokens } from '../measures.ts'
import { maker } from '../options.ts'
import { listed, whole } from '../wording.ts'

/** An unknown limit passes: the provider itself will say. */
const tooLarge = (candidate: Candidate, { request }: Facts): string | undefined => {
  const { contextWindow, maxOutput } = candidate
  // Providers count the output that is allowed, not the output that will come, against the window.
  const asked = request.maxOutputTokens
  const together = knownTokens(request.inputTokens) + (isKnown(asked) ? asked : knownTokens(request.outputTokens))
  const needed = request.tokensAtOnce ?? together
  if (isKnown(contextWindow) && needed > contextWindow)
    return `needs ${whole(needed)} tokens, its window has ${whole(contextWindow)}`
  if (isKnown(maxOutput) && isKnown(asked) && asked > maxOutput)
    return `${whole(asked)} tokens of output are asked for, it gives ${whole(maxOutput)} at most`
  return undefined
}

const constraint: Constraint = {
  kind: 'constraint',
  name: 'capable',
  reads: [],
  exclude: (candidate, facts) => {
    const missing = facts.request.needs.filter(need => !candidate.accepts.includes(need))
    return missing.length > 0 ? `does not accept ${listed(missing)}` : tooLarge(candidate, facts)
  },
}

/** `capable`: what the request needs, and its size. */
export const capable = maker({
  name: 'capable',
  kind: 'constraint',
  sentence: 'Leaves out candidates that lack an ability which the request needs, or that it is too large for.',
  options: {},
  build: () => constraint,
})
