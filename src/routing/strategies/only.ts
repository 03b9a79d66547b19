/** Leaves out whoever is not on a list. */
import type { Candidate } from '../../domain/deployment.ts'

import type { Constraint } from '../../ports/strategy.ts'
import { maker, optional } from '../options.ts'
import { names } from '../parsers.ts'
import { listed } from '../wording.ts'

/** Lists of which a candidate must be on each; an absent one leaves everybody. */
interface Lists {
  readonly providers?: readonly string[] | undefined
  readonly deployments?: readonly string[] | undefined
  readonly models?: readonly string[] | undefined
}

const missing = (what: string, name: string, list: readonly string[] | undefined): string | undefined =>
  list === undefined || list.includes(name)
    ? undefined
    : `${what} ${name} is not among ${list.length === 0 ? 'none' : listed(list)}`

const offEach = (candidate: Candidate, { providers, deployments, models }: Lists): string | undefined =>
  missing('provider', candidate.provider, providers) ??
  missing('deployment', candidate.id, deployments) ??
  missing('model', candidate.model, models)

const constraint = (lists: Lists): Constraint => {
  const isBare = Object.values(lists).every(list => list === undefined)
  return {
    kind: 'constraint',
    name: 'only',
    reads: [],
    exclude: (candidate, { bounds }) => offEach(candidate, isBare ? { providers: bounds.only } : lists),
  }
}

/** Keeps the providers that the request itself names, if it names any. */
export const onlyProviders = (): Constraint => constraint({})

/** `only`: lists of who may serve. */
export const only = maker({
  name: 'only',
  kind: 'constraint',
  sentence: 'Leaves out whoever is not named; of several lists, one must be on each.',
  options: {
    providers: optional(
      names,
      'The providers that stay; without any of these options those that the request names, if any.',
    ),
    deployments: optional(names, 'The deployments that stay.'),
    models: optional(names, 'The models that stay, whoever serves them.'),
  },
  example: { providers: ['openai', 'anthropic'] },
  build: constraint,
})
