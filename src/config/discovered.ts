/** Settings with the models that servers were found to have: those that the file names stay as it says. */
import type { Deployment } from '../domain/deployment.ts'
import type { DeploymentId, DialectId, ModelId, ProviderId } from '../domain/ids.ts'
import type { Instant } from '../domain/units.ts'
import type { ListedModel } from '../ports/model-list.ts'
import { knownModel } from './catalog.ts'
import { deploymentDefaults } from './defaults.ts'
import type { ProviderConfig, Settings } from './settings.ts'

/** A model that was found, with what is known of its like; what the server itself tells counts more. */
const deploymentOf = ({ id, type, url }: ProviderConfig, found: ListedModel, now: Instant): Deployment => {
  const known = knownModel({ type, model: found.model, ...(url !== undefined && { url }) }, now)
  const contextWindow = found.contextWindow ?? known.contextWindow
  const maxOutput = known.maxOutput
  return {
    id: `${id}/${found.model}` as DeploymentId,
    provider: id,
    model: found.model as ModelId,
    dialect: 'openai-chat' as DialectId,
    ...(contextWindow !== undefined && { contextWindow }),
    ...(maxOutput !== undefined && { maxOutput }),
    accepts: found.accepts ?? known.accepts,
    ...(known.price !== undefined && { price: known.price }),
    weight: deploymentDefaults.weight,
    limits: {},
    tags: {},
    quality: {},
  }
}

/** The settings with one deployment `provider/model` for each model that was found and that no deployment of theirs names. */
export const withDiscovered = (
  settings: Settings,
  found: ReadonlyMap<ProviderId, readonly ListedModel[]>,
  now: Instant,
): Settings => {
  const named = new Set(settings.deployments.map(({ provider, model }) => `${provider}/${model}`))
  const ids = new Set(settings.deployments.map(({ id }) => String(id)))
  const added = settings.providers
    .filter(({ discover }) => discover === true)
    .flatMap(provider => (found.get(provider.id) ?? []).map(model => deploymentOf(provider, model, now)))
    .filter(({ id }) => !named.has(id) && !ids.has(id))
  return added.length === 0 ? settings : { ...settings, deployments: [...settings.deployments, ...added] }
}
