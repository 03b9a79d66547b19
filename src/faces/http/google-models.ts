/** What a caller may ask for, as Google lists its models. */
import { gemini } from '../../dialects/gemini/index.ts'
import type { Ability, Deployment } from '../../domain/deployment.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Target } from '../../ports/gateway.ts'
import type { Front } from './front.ts'
import { invalid, refuse, sendJson } from './reply.ts'
import { findTarget, unknownTarget } from './targets.ts'
import type { Visit } from './visit.ts'

const mostInAPage = 1000
const usualPage = 50

/** What may be asked of a model that has the ability, in Google's words. */
const methods: readonly (readonly [Ability, readonly string[]])[] = [
  ['text', ['generateContent', 'countTokens']],
  ['embeddings', ['embedContent']],
  ['realtime', ['bidiGenerateContent']],
]

const most = (deployments: readonly Deployment[], member: 'contextWindow' | 'maxOutput'): number | undefined => {
  const known = deployments.flatMap(deployment => deployment[member] ?? [])
  return known.length === 0 ? undefined : Math.max(...known)
}

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

interface Page {
  readonly from: number
  readonly size: number
}

/** Google's pages: `pageSize`, and the `pageToken` that the page before told. */
const pageOf = (count: number, query: URLSearchParams): Page | Failure => {
  const [size, token] = [query.get('pageSize') ?? '0', query.get('pageToken') ?? '0']
  if (!/^\d{1,9}$/.test(size)) {
    return invalid(`pageSize is "${size.slice(0, 20)}"; a whole number up to ${mostInAPage} would be right`, {
      param: 'pageSize',
    })
  }
  if (!/^\d{1,9}$/.test(token) || Number(token) > count) {
    return invalid(`pageToken is "${token.slice(0, 80)}"; the nextPageToken of the page before would be right`, {
      param: 'pageToken',
    })
  }
  return { from: Number(token), size: Number(size) === 0 ? usualPage : Math.min(Number(size), mostInAPage) }
}

/** Every pool, alias and model that this caller may ask for. */
export const listGoogleModels = (front: Front, visit: Visit): void => {
  visit.dialect = gemini
  const targets = front.gateway.targets(visit.caller)
  const page = pageOf(targets.length, new URLSearchParams(visit.query))
  if ('kind' in page) return refuse(front, visit, page)
  const next = page.from + page.size
  sendJson(front, visit, 200, {
    models: targets.slice(page.from, next).map(googleModel),
    ...(next < targets.length && { nextPageToken: String(next) }),
  })
}

/** One of them. */
export const readGoogleModel = (front: Front, visit: Visit, id: string): void => {
  visit.dialect = gemini
  const targets = front.gateway.targets(visit.caller)
  const target = findTarget(targets, id)
  if (target === undefined) refuse(front, visit, unknownTarget(targets, id))
  else sendJson(front, visit, 200, googleModel(target))
}
