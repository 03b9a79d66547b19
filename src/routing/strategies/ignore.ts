/** Leaves out providers that are on a list. */
import type { Constraint } from '../../ports/strategy.ts'
import { maker, optional } from '../options.ts'
import { names } from '../parsers.ts'

/** Takes these providers out, or without a list those that the request itself names. */
export const ignoreProviders = (providers?: readonly string[]): Constraint => ({
  kind: 'constraint',
  name: 'ignore',
  reads: [],
  exclude: (candidate, { bounds }) => {
    const list = providers ?? bounds.ignore
    return list?.includes(candidate.provider) === true ? `provider ${candidate.provider} is to be ignored` : undefined
  },
})

/** `ignore`: a list of providers that may not serve. */
export const ignore = maker({
  name: 'ignore',
  kind: 'constraint',
  sentence: 'Leaves out every provider that is named.',
  options: {
    providers: optional(names, 'The providers that are left out; without them those that the request names, if any.'),
  },
  example: { providers: ['openai'] },
  build: ({ providers }) => ignoreProviders(providers),
})
