/** The world's front door: whose address it is, whether key and body will do, and who answers. */
import { answerChat } from './answer-chat.ts'
import { answerOperation } from './answer-operation.ts'
import { answerControl } from './control.ts'
import { seedOf } from './deliver.ts'
import type { Exchange } from './exchange.ts'
import type { Ground } from './ground.ts'
import { modelNamed } from './models.ts'
import type { Operation, OperationRoute } from './operation.ts'
import { readBody } from './read-body.ts'
import type { ReadBody } from './read-body.ts'
import { contentType, refuse, usualHeaders } from './refuse.ts'
import type { Complaint, Route, Speech, Voice } from './speech.ts'

/** Answers one request, whatever it is. */
export const answerRequest = async (exchange: Exchange, ground: Ground): Promise<void> => {
  const { path } = exchange
  if (path === '/world' || path.startsWith('/world/')) return answerControl(exchange, ground)
  const voice = voiceAt(path, ground)
  if (voice === undefined) return nobody(exchange, ground)
  exchange.note({ provider: voice.provider })
  if (ground.switches.isDown(voice.provider, undefined)) return exchange.reset()
  try {
    await attend(exchange, ground, voice)
  } catch (error) {
    // A request that breaks the world itself, such as a schema of ten thousand levels, gets what a provider's own bug would give.
    const said = error instanceof Error ? error.message : String(error)
    const complaint = voice.manners.trouble('broken', 500)
    const told = { ...complaint, message: `${complaint.message} (${said})` }
    if (exchange.hasBegun) exchange.drop()
    else refuse(exchange, { voice, seed: seedOf(ground, exchange) }, told)
  }
}

/** Whose address a path is: the longest prefix counts, since one provider may have several. */
export const voiceAt = (path: string, { speeches, operations }: Ground): Voice | undefined =>
  [...speeches, ...operations.map(({ voice }) => voice)]
    .filter(({ prefix }) => path.startsWith(`${prefix}/`))
    .reduce<Voice | undefined>(
      (best, one) => (best === undefined || one.prefix.length > best.prefix.length ? one : best),
      undefined,
    )

const nobody = (exchange: Exchange, { speeches, operations }: Ground): void => {
  const prefixes = new Set([...speeches, ...operations.map(({ voice }) => voice)].map(({ prefix }) => `${prefix}/`))
  const error = `nothing is at ${exchange.path}; there are ${[...prefixes].join(', ')}, /world/switches and /world/requests`
  exchange.answer(404, { 'content-type': contentType(false) }, JSON.stringify({ error }))
}

/** Who answers at an address, and what the address says. */
type Found =
  | { readonly speech: Speech; readonly route: Route }
  | { readonly operation: Operation; readonly route: OperationRoute }

const findRoute = (
  ground: Ground,
  voice: Voice,
  envelope: Pick<Exchange, 'method' | 'path' | 'query'>,
): Found | undefined => {
  const path = envelope.path.slice(voice.prefix.length)
  for (const speech of ground.speeches) {
    const route = speech.prefix === voice.prefix ? speech.route(envelope.method, path, envelope.query) : undefined
    if (route !== undefined) return { speech, route }
  }
  for (const operation of ground.operations) {
    const route = operation.voice.prefix === voice.prefix ? operation.route(envelope.method, path) : undefined
    if (route !== undefined) return { operation, route }
  }
  return undefined
}

const attend = async (exchange: Exchange, ground: Ground, voice: Voice): Promise<void> => {
  const refuser = { voice, seed: seedOf(ground, exchange) }
  const found = findRoute(ground, voice, exchange)
  const complaint = unwelcome(exchange, voice, ground.key)
  if (complaint !== undefined) return refuse(exchange, refuser, complaint)
  if (found === undefined) return refuse(exchange, refuser, nowhere(exchange, ground, voice))
  if ('speech' in found && (found.route.to === 'models' || found.route.to === 'model')) {
    return listModels(exchange, ground, { speech: found.speech, route: found.route })
  }
  const read = await readBody(exchange, ground, 'speech' in found ? found.speech : found.operation)
  if (read === undefined) return
  if (!read.ok) return refuse(exchange, refuser, read.complaint)
  witness(exchange, ground, voice, read.body)
  if ('speech' in found) {
    return answerChat(exchange, ground, { speech: found.speech, route: found.route, body: read.body.body })
  }
  const { operation, route } = found
  const came = { ...read.body, route, headers: exchange.headers, models: ground.models, kept: ground.kept }
  return answerOperation(exchange, ground, { operation, came })
}

const witness = (exchange: Exchange, ground: Ground, { provider }: Voice, body: ReadBody): void => {
  const { method, path, query, headers } = exchange
  ground.witness?.({ provider, method, path, query: query.toString(), headers, ...body })
}

/** What is wrong with the key of a request, or with its other headers. */
export const unwelcome = (
  { headers, query }: Pick<Exchange, 'headers' | 'query'>,
  voice: Voice,
  wanted: string | undefined,
): Complaint | undefined => {
  const key = voice.key(headers, query)
  if (key === undefined || wanted === undefined || key === wanted) return voice.unwelcome(headers, key)
  return voice.manners.unread({ what: 'wrong-key', key })
}

/** No such path, or not by this method. */
const nowhere = ({ method, path, query }: Exchange, ground: Ground, voice: Voice): Complaint => {
  const isKnown = ['GET', 'POST'].some(other => findRoute(ground, voice, { method: other, path, query }) !== undefined)
  // As the provider sees its own address: without the part that tells providers apart.
  const own = path.slice(path.indexOf('/', 1))
  return voice.manners.unread({ what: isKnown ? 'wrong-method' : 'missing', method, path: own })
}

interface ListCall {
  readonly speech: Speech
  readonly route: Extract<Route, { to: 'models' | 'model' }>
}

const listModels = (exchange: Exchange, ground: Ground, { speech, route }: ListCall): void => {
  const refuser = { voice: speech, seed: seedOf(ground, exchange) }
  const headers = { 'content-type': contentType(false), ...usualHeaders(refuser) }
  exchange.note({ operation: 'models' })
  const own = ground.models.filter(({ provider }) => provider === speech.provider)
  if (route.to === 'models') return exchange.answer(200, headers, JSON.stringify(speech.list?.(own)))
  const id = plain(route.id)
  const model = modelNamed(own, speech.provider, id)
  if (model === undefined) return refuse(exchange, refuser, speech.manners.unread({ what: 'model-missing', model: id }))
  exchange.answer(200, headers, JSON.stringify(speech.single?.(model)))
}

/** A part of a path without its escapes. */
export const plain = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    // Broken escapes name no model, and the error shows them as they came.
    return part
  }
}
