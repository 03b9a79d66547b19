/** Leaves out what the caller's key may not use. */
import { isAllowed } from '../../domain/caller.ts'
import type { AllowList } from '../../domain/caller.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { Constraint } from '../../ports/strategy.ts'
import { maker } from '../options.ts'
import { listed } from '../wording.ts'

const isModelAllowed = ({ models }: AllowList, { model, provider }: Candidate): boolean =>
  models === undefined || isAllowed(models, model) || models.includes(`${provider}/${model}`)

/** Who names its regions is served in none that nobody told. */
const regionBarred = ({ regions }: AllowList, { tags: { region } }: Candidate): string | undefined => {
  if (isAllowed(regions, region ?? '')) return undefined
  return region === undefined ? 'has no region, and the key names its own' : `the key may not use region ${region}`
}

/** A key that names its pools and no models may not go round the pools' policies by asking for a model. */
const isConfined = ({ pools, models }: AllowList): boolean =>
  pools !== undefined && models === undefined && !pools.includes('*')

/** By the key's own lists of pools, providers and models; a model may be written with its provider, `provider/model`. */
export const allowedByKey: Constraint = {
  kind: 'constraint',
  name: 'allowed',
  reads: [],
  exclude: (candidate, { bounds: { allow }, pool }) => {
    if (allow === undefined) return undefined
    if (pool !== undefined && !isAllowed(allow.pools, pool)) return `the key may not use pool ${pool}`
    if (pool === undefined && isConfined(allow))
      return `the key may use pools alone: ${listed(allow.pools ?? []) || 'none'}`
    if (!isAllowed(allow.providers, candidate.provider)) return `the key may not use provider ${candidate.provider}`
    const region = regionBarred(allow, candidate)
    if (region !== undefined) return region
    return isModelAllowed(allow, candidate) ? undefined : `the key may not use model ${candidate.model}`
  },
}

/** `allowed`: the house runs it in front of every policy, so a policy need not. */
export const allowed = maker({
  name: 'allowed',
  kind: 'constraint',
  sentence: 'Leaves out what the key may not use; runs in front of every policy anyway.',
  options: {},
  build: () => allowedByKey,
})
