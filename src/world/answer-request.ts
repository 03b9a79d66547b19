/** The world's front door: whose address it is, whether key and body will do, and who answers. */
import { answerChat, seedOf } from './answer-chat.ts'
import { answerControl } from './control.ts'
import type { Exchange } from './exchange.ts'
import type { Ground } from './ground.ts'
import { modelNamed } from './models.ts'
import { parseJson } from './parse-json.ts'
import { contentType, refuse, usualHeaders } from './refuse.ts'
import { isJson } from './speech.ts'
import type { Complaint, Headers, Json, Route, Speech } from './speech.ts'

/** Larger bodies are refused, as the providers do. */
const mostBytes = 32 * 1024 * 1024

/** Answers one request, whatever it is. */
export const answerRequest = async (exchange: Exchange, ground: Ground): Promise<void> => {
  const { path } = exchange
  if (path === '/world' || path.startsWith('/world/')) return answerControl(exchange, ground)
  const speech = ground.speeches.find(({ prefix }) => path.startsWith(`${prefix}/`))
  if (speech === undefined) return nobody(exchange, ground)
  exchange.note({ provider: speech.provider })
  if (ground.switches.isDown(speech.provider, undefined)) return exchange.reset()
  try {
    await attend(exchange, ground, speech)
  } catch (error) {
    // A request that breaks the world itself, such as a schema of ten thousand levels, gets what a provider's own bug would give.
    const said = error instanceof Error ? error.message : String(error)
    const complaint = speech.manners.trouble('broken', 500)
    if (exchange.hasBegun) exchange.drop()
    else
      refuse(
        exchange,
        { speech, seed: seedOf(ground, exchange) },
        { ...complaint, message: `${complaint.message} (${said})` },
      )
  }
}

const nobody = (exchange: Exchange, { speeches }: Ground): void => {
  const there = speeches.map(({ prefix }) => `${prefix}/`).join(', ')
  exchange.answer(
    404,
    contentType(false),
    JSON.stringify({
      error: `nothing is at ${exchange.path}; there are ${there}, /world/switches and /world/requests`,
    }),
  )
}

const attend = async (exchange: Exchange, ground: Ground, speech: Speech): Promise<void> => {
  const seed = seedOf(ground, exchange)
  const route = speech.route(exchange.method, exchange.path.slice(speech.prefix.length))
  const complaint =
    unwelcome(exchange.headers, speech, ground.key) ?? (route === undefined ? nowhere(exchange, speech) : undefined)
  if (complaint !== undefined || route === undefined) {
    return refuse(exchange, { speech, seed }, complaint ?? nowhere(exchange, speech))
  }
  if (route.to === 'models' || route.to === 'model') return listModels(exchange, ground, { speech, route })
  const body = await readJson(exchange, speech)
  if (body === undefined) return
  if (!body.ok) return refuse(exchange, { speech, seed }, body.complaint)
  return answerChat(exchange, ground, { speech, route, body: body.json })
}

const unwelcome = (headers: Headers, speech: Speech, wanted: string | undefined): Complaint | undefined => {
  const key = speech.key(headers)
  if (key === undefined || wanted === undefined || key === wanted) return speech.unwelcome(headers, key)
  return speech.manners.unread({ what: 'wrong-key', key })
}

/** No such path, or not by this method. */
const nowhere = ({ method, path }: Exchange, { manners, prefix, route }: Speech): Complaint => {
  const isKnown = ['GET', 'POST'].some(other => route(other, path.slice(prefix.length)) !== undefined)
  // As the provider sees its own address: without the part that tells providers apart.
  const own = path.slice(path.indexOf('/', 1))
  return manners.unread({ what: isKnown ? 'wrong-method' : 'missing', method, path: own })
}

type Body = { readonly ok: true; readonly json: Json } | { readonly ok: false; readonly complaint: Complaint }

/** The body as an object, or what the provider says of it; undefined if the client left. */
const readJson = async (exchange: Exchange, { manners }: Speech): Promise<Body | undefined> => {
  const bytes = await exchange.body(mostBytes)
  if (bytes === 'gone') return undefined
  if (bytes === 'too-large') return { ok: false, complaint: manners.unread({ what: 'too-large' }) }
  const value = parseJson(bytes)
  if (value === undefined) return { ok: false, complaint: manners.unread({ what: 'not-json' }) }
  return isJson(value) ? { ok: true, json: value } : { ok: false, complaint: manners.unread({ what: 'not-object' }) }
}

interface ListCall {
  readonly speech: Speech
  readonly route: Extract<Route, { to: 'models' | 'model' }>
}

const listModels = (exchange: Exchange, ground: Ground, { speech, route }: ListCall): void => {
  const refuser = { speech, seed: seedOf(ground, exchange) }
  const headers = { ...contentType(false), ...usualHeaders(refuser) }
  const own = ground.models.filter(({ provider }) => provider === speech.provider)
  if (route.to === 'models') return exchange.answer(200, headers, JSON.stringify(speech.list(own)))
  const id = plain(route.id)
  const model = modelNamed(own, speech.provider, id)
  if (model === undefined) return refuse(exchange, refuser, speech.manners.unread({ what: 'model-missing', model: id }))
  exchange.answer(200, headers, JSON.stringify(speech.single(model)))
}

/** A part of a path without its escapes. */
const plain = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    // Broken escapes name no model, and the error shows them as they came.
    return part
  }
}
