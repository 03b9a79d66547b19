/** Leaves out whoever is on a list. */
import type { Candidate } from '../../domain/deployment.ts'
import type { Constraint } from '../../ports/strategy.ts'
import { maker, optional } from '../options.ts'
import { names } from '../parsers.ts'

/** Lists of which a candidate may be on none. */
interface Lists {
  readonly providers?: readonly string[] | undefined
  readonly deployments?: readonly string[] | undefined
  readonly models?: readonly string[] | undefined
}

const onAny = ({ provider, id, model }: Candidate, { providers, deployments, models }: Lists): string | undefined => {
  if (providers?.includes(provider) === true) return `provider ${provider} is to be ignored`
  if (deployments?.includes(id) === true) return `deployment ${id} is to be ignored`
  return models?.includes(model) === true ? `model ${model} is to be ignored` : undefined
}

const constraint = (lists: Lists): Constraint => {
  const isBare = Object.values(lists).every(list => list === undefined)
  return {
    kind: 'constraint',
    name: 'ignore',
    reads: [],
    exclude: (candidate, { bounds }) => onAny(candidate, isBare ? { providers: bounds.ignore } : lists),
  }
}

/** Takes out the providers that the request itself names, if it names any. */
export const ignoreProviders = (): Constraint => constraint({})

/** `ignore`: lists of who may not serve. */
export const ignore = maker({
  name: 'ignore',
  kind: 'constraint',
  sentence: 'Leaves out whoever is named.',
  options: {
    providers: optional(
      names,
      'The providers that are left out; without any of these options those that the request names, if any.',
    ),
    deployments: optional(names, 'The deployments that are left out.'),
    models: optional(names, 'The models that are left out, whoever serves them.'),
  },
  example: { providers: ['openai'] },
  build: constraint,
})
