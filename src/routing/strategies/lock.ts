/** Leaves out every provider but one. */
import type { Constraint } from '../../ports/strategy.ts'
import { maker, optional } from '../options.ts'
import { text } from '../parsers.ts'

/** Keeps this provider alone, or without one whatever the request itself is locked to. */
export const lockTo = (provider?: string): Constraint => ({
  kind: 'constraint',
  name: 'lock',
  reads: [],
  exclude: (candidate, { bounds }) => {
    const only = provider ?? bounds.lock
    return only === undefined || candidate.provider === only ? undefined : `locked to provider ${only}`
  },
})

/** `lock`: one provider, hard. */
export const lock = maker({
  name: 'lock',
  kind: 'constraint',
  sentence: 'Leaves out every provider but one.',
  options: {
    provider: optional(text, 'The provider that stays; without it the one that the request is locked to, if any.'),
  },
  example: { provider: 'openai' },
  build: ({ provider }) => lockTo(provider),
})
