/** What a caller may ask for, as whose client asks lists its models. */
import type { Failure } from '../../domain/failure.ts'
import type { Target } from '../../ports/gateway.ts'
import { listCohereModels, readCohereModel } from './cohere-models.ts'
import type { Front } from './front.ts'
import { listGoogleModels, readGoogleModel } from './google-models.ts'
import { invalid, refuse, sendJson } from './reply.ts'
import { findTarget, unknownTarget } from './targets.ts'
import type { Visit } from './visit.ts'

/** Nobody told when a pool was made; both dialects want a time. */
const madeAt = { seconds: 0, text: '1970-01-01T00:00:00Z' }
const mostInAPage = 1000
const usualPage = 20

const openaiModel = ({ id, kind, serves }: Target) => ({
  id,
  object: 'model',
  created: madeAt.seconds,
  owned_by: kind === 'model' ? (serves[0]?.split('/', 1)[0] ?? 'signalbox') : 'signalbox',
  signalbox: { kind, serves },
})
const anthropicModel = ({ id, kind, serves }: Target) => ({
  type: 'model',
  id,
  display_name: kind === 'model' ? id : `${id} (${kind})`,
  created_at: madeAt.text,
  signalbox: { kind, serves },
})

/** Google's clients ask at the same path, in its stable version. */
const speaksGoogle = ({ request: { headers } }: Visit): boolean =>
  headers['x-goog-api-key'] !== undefined || headers['x-goog-api-client'] !== undefined
/** All of Cohere's clients say so. */
const speaksCohere = ({ request: { headers } }: Visit): boolean =>
  String(headers['x-fern-sdk-name'] ?? '').startsWith('cohere')
const speaksAnthropic = (visit: Visit): boolean => visit.request.headers['anthropic-version'] !== undefined

interface Page {
  readonly targets: readonly Target[]
  readonly hasMore: boolean
}

const placeOf = (targets: readonly Target[], id: string | null): number =>
  id === null ? -1 : targets.findIndex(target => target.id === id)

/** Anthropic's pages: `limit`, and `after_id` or `before_id`. */
const pageOf = (targets: readonly Target[], query: URLSearchParams): Page | Failure => {
  const given = query.get('limit')
  const limit = given === null ? usualPage : Number(given)
  if (!Number.isInteger(limit) || limit < 1 || limit > mostInAPage) {
    const right = `a whole number from 1 to ${mostInAPage} would be right`
    return invalid(`limit is "${given?.slice(0, 20)}"; ${right}`, { param: 'limit' })
  }
  for (const param of ['after_id', 'before_id']) {
    const id = query.get(param)
    if (id !== null && placeOf(targets, id) === -1) {
      return invalid(`${param} is "${id.slice(0, 80)}", which is not listed; an id of the list would be right`, {
        param,
      })
    }
  }
  const before = placeOf(targets, query.get('before_id'))
  if (before !== -1) {
    const from = Math.max(0, before - limit)
    return { targets: targets.slice(from, before), hasMore: from > 0 }
  }
  const from = placeOf(targets, query.get('after_id')) + 1
  return { targets: targets.slice(from, from + limit), hasMore: from + limit < targets.length }
}

/** Every pool, alias and model that this caller may ask for. */
export const listModels = (front: Front, visit: Visit): void => {
  if (speaksGoogle(visit)) return listGoogleModels(front, visit)
  if (speaksCohere(visit)) return listCohereModels(front, visit)
  const targets = front.gateway.targets(visit.caller)
  if (!speaksAnthropic(visit)) {
    return sendJson(front, visit, 200, { object: 'list', data: targets.map(openaiModel) })
  }
  const page = pageOf(targets, new URLSearchParams(visit.query))
  if ('kind' in page) return refuse(front, visit, page)
  sendJson(front, visit, 200, {
    data: page.targets.map(anthropicModel),
    has_more: page.hasMore,
    first_id: page.targets[0]?.id ?? null,
    last_id: page.targets.at(-1)?.id ?? null,
  })
}

/** One of them. */
export const readModel = (front: Front, visit: Visit, id: string): void => {
  if (speaksGoogle(visit)) return readGoogleModel(front, visit, id)
  if (speaksCohere(visit)) return readCohereModel(front, visit, id)
  const targets = front.gateway.targets(visit.caller)
  const target = findTarget(targets, id)
  if (target === undefined) refuse(front, visit, unknownTarget(targets, id))
  else sendJson(front, visit, 200, speaksAnthropic(visit) ? anthropicModel(target) : openaiModel(target))
}
