/** What a caller may ask for, found by its name. */
import type { Deployment } from '../../domain/deployment.ts'
import type { Failure } from '../../domain/failure.ts'
import { didYouMean } from '../../domain/nearest.ts'
import type { Target } from '../../ports/gateway.ts'

/** The model that is named with its provider, as it can be asked for, too. */
const withProvider = (targets: readonly Target[], id: string): Target | undefined => {
  const model = targets.find(one => one.kind === 'model' && one.serves.includes(id))
  return model === undefined ? undefined : { ...model, id, serves: [id] }
}

/** The target that is named so, alone or with its provider. */
export const findTarget = (targets: readonly Target[], id: string): Target | undefined =>
  targets.find(one => one.id === id) ?? withProvider(targets, id)

/** Why there is none of this name. */
export const unknownTarget = (targets: readonly Target[], id: string): Failure => {
  const names = targets.map(one => one.id)
  const known = didYouMean(id.slice(0, 200), names) || '; GET /v1/models lists what this key may ask for'
  return {
    kind: 'target-unknown',
    message: `there is no pool, alias or model "${id.slice(0, 80)}"${known}`,
    param: 'model',
  }
}

/** The most that any of these can take or give, as far as it is known. */
export const most = (deployments: readonly Deployment[], member: 'contextWindow' | 'maxOutput'): number | undefined => {
  const known = deployments.flatMap(deployment => deployment[member] ?? [])
  return known.length === 0 ? undefined : Math.max(...known)
}
