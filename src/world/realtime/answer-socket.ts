/** Answers a wish for a WebSocket: whose address it is, whether the key will do, and what the switches say before the line opens. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import type { Ground } from '../ground.ts'
import { modelNamed } from '../models.ts'
import type { WorldModel } from '../models.ts'
import { complaintOf, wreckPage } from '../refuse.ts'
import type { Entry } from '../sighting.ts'
import type { Complaint } from '../speech.ts'
import { Line } from './line.ts'
import type { Talk } from './talk.ts'

/** A wish for a WebSocket as it came. */
export interface Wish {
  readonly request: IncomingMessage
  readonly socket: Socket
  /** What came with it already. */
  readonly head: Buffer
  readonly entry: Entry
}

/** Larger messages end the line. */
const mostBytes = 32 * 1024 * 1024

const door = new WebSocketServer({
  noServer: true,
  maxPayload: mostBytes,
  handleProtocols: offered => offeredFirst(offered),
})
/** The first that is not a key in disguise. */
const offeredFirst = (offered: ReadonlySet<string>): string | false =>
  [...offered].find(name => !name.includes('api-key')) ?? false

const phrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
}

interface Declined {
  readonly status: number
  readonly contentType: string
  readonly body: string
  readonly headers?: readonly string[]
}

/** A whole HTTP answer in place of a line. */
const decline = ({ socket, entry }: Wish, { status, contentType, body, headers = [] }: Declined): void => {
  entry.note({ status, complete: true, endedAt: Date.now() })
  entry.count(Buffer.byteLength(body))
  const lines = [
    `HTTP/1.1 ${status} ${phrases[status] ?? 'Error'}`,
    `content-type: ${contentType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    ...headers,
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

const refuse = (wish: Wish, { voice }: Talk, complaint: Complaint): void => {
  const { status, retryAfter } = complaint
  const body = JSON.stringify(voice.error(complaint, wish.entry.seen.path, wish.request.url ?? '/'))
  const isTold = retryAfter !== undefined && voice.tellsRetryInBody !== true
  decline(wish, {
    status,
    contentType: 'application/json',
    body,
    headers: isTold ? [`retry-after: ${retryAfter}`] : [],
  })
}

const pause = (ms: number): Promise<void> =>
  ms > 0 ? new Promise(resume => setTimeout(resume, ms)) : Promise.resolve()

/** Who talks at an address, and about which model. */
interface Found {
  readonly talk: Talk
  readonly named: string | undefined
  readonly query: URLSearchParams
}

const findTalk = ({ request }: Wish, talks: readonly Talk[]): Found | undefined => {
  const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://world')
  for (const talk of talks) {
    const { prefix } = talk.voice
    const route = path.startsWith(`${prefix}/`) ? talk.route(path.slice(prefix.length), query) : undefined
    if (route !== undefined) return { talk, named: route.model, query }
  }
  return undefined
}

const unwelcome = ({ request }: Wish, { talk, query }: Found, wanted: string | undefined): Complaint | undefined => {
  const { voice, keyIn } = talk
  const key = voice.key(request.headers, query) ?? keyIn?.(request.headers)
  const isWrong = key !== undefined && wanted !== undefined && key !== wanted
  return isWrong ? voice.manners.unread({ what: 'wrong-key', key }) : voice.unwelcome(request.headers, key)
}

/** Answers it; calls back with the line once it is open. */
export const answerSocket = async (
  wish: Wish,
  ground: Ground,
  talks: readonly Talk[],
  opened: (line: Line) => void,
): Promise<void> => {
  const found = findTalk(wish, talks)
  if (found === undefined) {
    const body = JSON.stringify({ error: `no line is at ${wish.entry.seen.path}` })
    return decline(wish, { status: 404, contentType: 'application/json', body })
  }
  const { talk, named } = found
  const { provider } = talk.voice
  const model = modelNamed(ground.models, provider, named ?? '')
  wish.entry.note({ provider, operation: 'realtime', stream: true, ...(model !== undefined && { model: model.id }) })
  if (ground.switches.isDown(provider, model?.id)) return reset(wish)
  const complaint = unwelcome(wish, found, ground.key)
  if (complaint !== undefined && !talk.refusesInside) return refuse(wish, talk, complaint)
  if (!(await meets(wish, ground, talk, model))) return
  const { request, socket, head, entry } = wish
  door.handleUpgrade(request, socket, head, web => {
    entry.note({ status: 101 })
    const line = new Line(web, socket, entry)
    opened(line)
    const listener = talk.open(line, ground, { model: named, seed: `${ground.seed}-${entry.seen.nth}`, complaint })
    web.on('message', (data: Buffer) => {
      line.heard(data.length)
      listener.hear(data)
    })
  })
}

const reset = ({ socket, entry }: Wish): void => {
  entry.note({ endedAt: Date.now() })
  socket.resetAndDestroy()
}

/** What the switches do to a wish: true where they let it through. Nobody named stands for the provider's first. */
const meets = async (wish: Wish, ground: Ground, talk: Talk, named: WorldModel | undefined): Promise<boolean> => {
  const { voice } = talk
  const model = named ?? ground.models.find(one => one.provider === voice.provider && one.does === 'talk')
  if (model === undefined) return true
  const lot = ground.switches.lot(voice.provider, model.id, ground.turns.get(model.id) ?? 0, Date.now())
  await pause(lot.addMs)
  if (lot.fail !== undefined) {
    const complaint = complaintOf(lot.fail, voice, { model, inputTokens: 0 })
    if (complaint !== undefined) refuse(wish, talk, complaint)
    else if (lot.fail.kind === 'html') decline(wish, { status: 502, contentType: 'text/html', body: wreckPage })
    // Nobody comes to a door that hangs; garbage and nothing are no handshake either.
    else if (lot.fail.kind !== 'hang') reset(wish)
    return false
  }
  if (lot.limited === undefined || lot.limited.wait === 0) return true
  refuse(wish, talk, voice.manners.limited(model, lot.limited))
  return false
}
