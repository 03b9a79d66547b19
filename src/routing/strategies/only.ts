/** Leaves out providers that are not on a list. */
import type { Constraint } from '../../ports/strategy.ts'
import { maker, optional } from '../options.ts'
import { names } from '../parsers.ts'
import { listed } from '../wording.ts'

/** Keeps these providers alone, or without a list those that the request itself names. */
export const onlyProviders = (providers?: readonly string[]): Constraint => ({
  kind: 'constraint',
  name: 'only',
  reads: [],
  exclude: (candidate, { bounds }) => {
    const list = providers ?? bounds.only
    return list === undefined || list.includes(candidate.provider)
      ? undefined
      : `provider ${candidate.provider} is not among ${list.length === 0 ? 'none' : listed(list)}`
  },
})

/** `only`: a list of providers that may serve. */
export const only = maker({
  name: 'only',
  kind: 'constraint',
  sentence: 'Leaves out every provider that is not named.',
  options: {
    providers: optional(names, 'The providers that stay; without them those that the request names, if any.'),
  },
  example: { providers: ['openai', 'anthropic'] },
  build: ({ providers }) => onlyProviders(providers),
})
