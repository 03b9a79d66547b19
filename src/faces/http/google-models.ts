/** What a caller may ask for, as Google lists its models. */
import { gemini } from '../../dialects/gemini/index.ts'
import type { Ability } from '../../domain/deployment.ts'
import type { Target } from '../../ports/gateway.ts'
import type { Front } from './front.ts'
import { refuse, sendJson } from './reply.ts'
import { findTarget, most, unknownTarget } from './targets.ts'
import { pageOf } from './token-pages.ts'
import type { Paging } from './token-pages.ts'
import type { Visit } from './visit.ts'

/** What may be asked of a model that has the ability, in Google's words. */
const methods: readonly (readonly [Ability, readonly string[]])[] = [
  ['text', ['generateContent', 'countTokens']],
  ['embeddings', ['embedContent']],
  ['realtime', ['bidiGenerateContent']],
]

const googleModel = ({ id, kind, serves, deployments }: Target) => {
  const [inputTokenLimit, outputTokenLimit] = [most(deployments, 'contextWindow'), most(deployments, 'maxOutput')]
  const accepted = new Set(deployments.flatMap(({ accepts }) => accepts))
  return {
    name: `models/${id}`,
    displayName: kind === 'model' ? id : `${id} (${kind})`,
    description: `served by ${serves.join(', ')}`,
    ...(inputTokenLimit !== undefined && { inputTokenLimit }),
    ...(outputTokenLimit !== undefined && { outputTokenLimit }),
    supportedGenerationMethods: methods.flatMap(([ability, names]) => (accepted.has(ability) ? names : [])),
    signalbox: { kind, serves },
  }
}

/** Google's pages. */
const paging: Paging = { size: 'pageSize', token: 'pageToken', next: 'nextPageToken', usual: 50 }

/** Every pool, alias and model that this caller may ask for. */
export const listGoogleModels = (front: Front, visit: Visit): void => {
  visit.dialect = gemini
  const targets = front.gateway.targets(visit.caller)
  const page = pageOf(targets, new URLSearchParams(visit.query), paging)
  if (!page.ok) return refuse(front, visit, page.failure)
  sendJson(front, visit, 200, { models: page.targets.map(googleModel), ...page.next })
}

/** One of them. */
export const readGoogleModel = (front: Front, visit: Visit, id: string): void => {
  visit.dialect = gemini
  const targets = front.gateway.targets(visit.caller)
  const target = findTarget(targets, id)
  if (target === undefined) refuse(front, visit, unknownTarget(targets, id))
  else sendJson(front, visit, 200, googleModel(target))
}
