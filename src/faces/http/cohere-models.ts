/** What a caller may ask for, as Cohere lists its models. */
import { cohereChat } from '../../dialects/cohere-chat/index.ts'
import type { Ability } from '../../domain/deployment.ts'
import type { Target } from '../../ports/gateway.ts'
import type { Front } from './front.ts'
import { refuse, sendJson } from './reply.ts'
import { findTarget, most, unknownTarget } from './targets.ts'
import { pageOf } from './token-pages.ts'
import type { Paging } from './token-pages.ts'
import type { Visit } from './visit.ts'

/** Cohere's word for where a model of the ability is asked. */
const endpoints: readonly (readonly [Ability, string])[] = [
  ['text', 'chat'],
  ['embeddings', 'embed'],
  ['rerank', 'rerank'],
]
const endpointsOf = ({ deployments }: Target): readonly string[] => {
  const accepted = new Set(deployments.flatMap(({ accepts }) => accepts))
  return endpoints.flatMap(([ability, endpoint]) => (accepted.has(ability) ? endpoint : []))
}

const cohereModel = (target: Target) => {
  const { id, kind, serves, deployments } = target
  return {
    name: id,
    is_deprecated: false,
    endpoints: endpointsOf(target),
    finetuned: false,
    context_length: most(deployments, 'contextWindow') ?? 0,
    default_endpoints: [],
    signalbox: { kind, serves },
  }
}

const paging: Paging = { size: 'page_size', token: 'page_token', next: 'next_page_token', usual: 20 }

/** Every pool, alias and model that this caller may ask for, or those for one `endpoint`. */
export const listCohereModels = (front: Front, visit: Visit): void => {
  visit.dialect = cohereChat
  const query = new URLSearchParams(visit.query)
  const endpoint = query.get('endpoint')
  const all = front.gateway.targets(visit.caller)
  const targets = endpoint === null ? all : all.filter(target => endpointsOf(target).includes(endpoint))
  const page = pageOf(targets, query, paging)
  if (!page.ok) return refuse(front, visit, page.failure)
  sendJson(front, visit, 200, { models: page.targets.map(cohereModel), ...page.next })
}

/** One of them. */
export const readCohereModel = (front: Front, visit: Visit, id: string): void => {
  visit.dialect = cohereChat
  const targets = front.gateway.targets(visit.caller)
  const target = findTarget(targets, id)
  if (target === undefined) refuse(front, visit, unknownTarget(targets, id))
  else sendJson(front, visit, 200, cohereModel(target))
}
