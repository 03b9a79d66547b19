/** Leaves out what cannot take this request at all: abilities, context window, output limit. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { Constraint } from '../../ports/strategy.ts'
import { wouldLose } from '../lost-parameters.ts'
import { isKnown, knownTokens } from '../measures.ts'
import { maker, optional } from '../options.ts'
import { flag } from '../parsers.ts'
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

const constraint = (requireParameters: boolean): Constraint => ({
  kind: 'constraint',
  name: 'capable',
  reads: [],
  exclude: (candidate, facts) => {
    const missing = facts.request.needs.filter(need => !candidate.accepts.includes(need))
    if (missing.length > 0) return `does not accept ${listed(missing)}`
    return tooLarge(candidate, facts) ?? (requireParameters ? wouldLose(candidate, facts) : undefined)
  },
})

/** `capable`: what the request needs, and its size; and its parameters, where none may be lost. */
export const capable = maker({
  name: 'capable',
  kind: 'constraint',
  sentence: 'Leaves out candidates that lack an ability which the request needs, or that it is too large for.',
  options: {
    'require-parameters': optional(
      flag,
      'Leaves out candidates that would lose a parameter as well: one that their dialect has no word for, or takes in part only. What a provider or a single model refuses beyond that is not known before it is asked.',
    ),
    requireParameters: optional(flag, 'The same in one word.'),
  },
  build: ({ 'require-parameters': hyphenated, requireParameters }) =>
    constraint(hyphenated ?? requireParameters ?? false),
})
