/** Clients that ask for a WebSocket: OpenAI's Realtime, whose address names the model, and Gemini's Live, whose first message does. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { gemini } from '../../dialects/gemini/index.ts'
import { openaiChat } from '../../dialects/openai-chat/index.ts'
import { reasonText } from '../../domain/conversation.ts'
import type { SocketMessage } from '../../domain/conversation.ts'
import type { Failure } from '../../domain/failure.ts'
import { didYouMean } from '../../domain/nearest.ts'
import type { RealtimeBody } from '../../domain/operation.ts'
import { millis } from '../../domain/units.ts'
import { authenticate } from './authenticate.ts'
import { mayCall } from './cross-origin.ts'
import type { Front } from './front.ts'
import { closing } from './receive.ts'
import { invalid } from './reply.ts'
import { Talk } from './talk.ts'
import type { Complaint } from './talk.ts'
import { incomingOf } from './understand.ts'
import { targetOf } from './visit.ts'
import { Wish, keyAmong, protocolsIn } from './wish.ts'
import { readWishes } from './wishes.ts'

const realtimePath = '/v1/realtime'
/** OpenAI's address, and those that Azure's clients ask below the address of a resource. */
const realtimePaths: readonly string[] = [realtimePath, '/openai/v1/realtime', '/openai/realtime']
/** As Google's clients ask, of its own API or of Vertex, in whichever version. */
const livePath =
  /^\/{1,2}ws\/google\.(?:ai\.generativelanguage\.v\d\w*\.GenerativeService\.|cloud\.aiplatform\.v\d\w*\.LlmBidiService\/)BidiGenerateContent$/
/** A client that says nothing after it was let in is not waited for longer. */
const patience = millis(20_000)

/** True if this request asks for a WebSocket, and not for another protocol that it could do without. */
export const asksForSocket = ({ headers, method }: IncomingMessage): boolean =>
  method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'

const common = { operation: 'realtime', stream: true, streamUsage: true, extensions: {} } as const

const withKey = (headers: IncomingHttpHeaders, key: string | null | undefined): IncomingHttpHeaders =>
  key === undefined || key === null ? headers : { ...headers, 'x-goog-api-key': key }

/** The wish's caller, or why it may not come in. */
const strangerIn = (front: Front, wish: Wish, headers: IncomingHttpHeaders): Failure | undefined => {
  const { origin } = headers
  const origins = { allowed: front.settings.corsOrigins, isOpen: front.keyring.isOpen }
  if (front.keyring.isOpen && origin !== undefined && !mayCall(origins, origin)) {
    const message = `pages of ${origin.slice(0, 100)} may not call a gateway that asks for no key; name the origin under server.cors, or configure keys`
    return { kind: 'forbidden', message }
  }
  const caller = authenticate(front.keyring, headers)
  if ('kind' in caller) return caller
  wish.caller = caller
  return undefined
}

const ask = (front: Front, wish: Wish, talk: Talk, body: RealtimeBody): void => {
  const wished = readWishes(wish.request.headers)
  if (!wished.ok) return talk.cut(invalid(wished.why, wished.at === undefined ? {} : { param: wished.at }))
  const incoming = incomingOf(wish, body, wished.value)
  wish.isSampled = incoming.trace?.sampled ?? true
  talk.bind(front.gateway.handle(incoming, talk))
}

/** In Realtime an error is an event like any other. */
const realtimeError: Complaint = (failure, id) => {
  const { body } = openaiChat.encodeFailure(failure, id)
  const error = body['error']
  return JSON.stringify({ type: 'error', event_id: `event_${id}`, error: { ...asRecord(error), event_id: null } })
}
const asRecord = (value: unknown): object => (value !== null && typeof value === 'object' ? value : {})

/** Names of the query that are not the provider's to see. */
const notPassed: readonly string[] = ['model', 'deployment', 'api-version', 'api-key', 'key']

const openRealtime = (front: Front, wish: Wish, query: URLSearchParams): void => {
  const protocols = protocolsIn(wish.request)
  const stranger = strangerIn(front, wish, withKey(wish.request.headers, keyAmong(protocols)))
  if (stranger !== undefined) return wish.refuse(stranger)
  const model = query.get('model') ?? query.get('deployment') ?? ''
  if (model === '') {
    const why = 'the address names no model; /v1/realtime?model=NAME would be right'
    return wish.refuse(invalid(why, { param: 'model' }))
  }
  const beta =
    wish.request.headers['openai-beta'] ?? (protocols.includes('openai-beta.realtime-v1') ? 'realtime=v1' : '')
  const rest = new URLSearchParams([...query].filter(([name]) => !notPassed.includes(name))).toString()
  const body: RealtimeBody = {
    ...common,
    target: model,
    protocol: 'openai-realtime',
    ...(rest !== '' && { query: rest }),
    ...(beta !== '' && { headers: ['openai-beta', String(beta)] }),
  }
  ask(front, wish, new Talk(front, wish, realtimeError), body)
}

/** Live has no word for errors: the reason of the close tells them. */
const liveError: Complaint = () => undefined

/** The model that a setup names, without what Google writes in front of it. */
const modelIn = ({ data }: SocketMessage): string | undefined => {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(data))
    const setup = json !== null && typeof json === 'object' && 'setup' in json ? json.setup : undefined
    const model = setup !== null && typeof setup === 'object' && 'model' in setup ? setup.model : undefined
    return typeof model === 'string' && model !== '' ? model.replace(/^(?:.*\/)?models\//, '') : undefined
  } catch {
    // The client is told what would be right.
    return undefined
  }
}

const unnamed = 'the first message must be a setup that names a model, as {"setup":{"model":"models/NAME"}}'

const setUp = (front: Front, wish: Wish, socket: WebSocket, opening: SocketMessage): void => {
  const model = modelIn(opening)
  if (model === undefined) return socket.close(1007, reasonText(unnamed))
  const talk = new Talk(front, wish, liveError)
  talk.attach(socket)
  ask(front, wish, talk, { ...common, target: model, protocol: 'gemini-live', opening })
}

const openLive = (front: Front, wish: Wish, query: URLSearchParams): void => {
  const stranger = strangerIn(front, wish, withKey(wish.request.headers, query.get('key')))
  if (stranger !== undefined) return wish.refuse(stranger)
  const socket = wish.accept([])
  if (socket === undefined) return
  const cancel = front.clock.after(patience, () => socket.close(1008, reasonText(unnamed)))
  socket.on('error', () => undefined).once('close', cancel)
  socket.once('message', (data: Buffer, isBinary) => {
    cancel()
    setUp(front, wish, socket, { form: isBinary ? 'binary' : 'text', data })
  })
}

/** Answers a wish for a WebSocket. Never throws. */
export const upgrade = (front: Front, request: IncomingMessage, socket: Duplex, head: Buffer): void => {
  const target = targetOf(request.url ?? '')
  const path = target?.path ?? ''
  const isLive = livePath.test(path)
  const wish = new Wish(front, { request, socket, head }, isLive ? gemini : openaiChat)
  try {
    const query = new URLSearchParams(target?.query ?? '')
    if (front.isDraining) return wish.refuse(closing, ['retry-after', '1'])
    if (isLive) return openLive(front, wish, query)
    if (realtimePaths.includes(path)) return openRealtime(front, wish, query)
    const near = didYouMean(path.slice(0, 64), [realtimePath]) || `; there is ${realtimePath}`
    wish.refuse(invalid(`no conversation is held at ${path.slice(0, 200)}${near}`, { status: 404 }))
  } catch (error) {
    front.alarm(`an upgrade at ${path.slice(0, 200)} failed`, error)
    wish.refuse({ kind: 'internal', message: 'something went wrong in the gateway that nobody foresaw' })
  }
}
