/** What an upstream writes to its socket: good HTTP around whatever it says. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Socket } from 'node:net'
import type { Call } from './upstream.ts'

const head = (status: string, headers: readonly string[]): string =>
  `HTTP/1.1 ${status}\r\n${headers.map(one => `${one}\r\n`).join('')}\r\n`

export const json = 'content-type: application/json'
export const events = 'content-type: text/event-stream'
/** What an answer of this call is called. */
export const typeOf = ({ stream }: Call): string => (stream ? events : json)

/** A whole answer, with its length told. */
export const reply = ({ socket }: Call, body: string | Buffer, status = '200 OK', ...headers: string[]): void => {
  socket.write(head(status, [`content-length: ${Buffer.byteLength(body)}`, ...headers]))
  if (body.length > 0) socket.write(body)
}

/** The head of an answer in chunks, which can be cut at any place. */
export const begin = (call: Call, type = typeOf(call)): void => {
  call.socket.write(head('200 OK', [type, 'transfer-encoding: chunked']))
}
/** One chunk; nothing for nothing, which would be the end. */
export const chunk = (socket: Socket, text: string): boolean =>
  text === '' || socket.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)
/** The end of an answer in chunks. */
export const finish = (socket: Socket): void => void socket.write('0\r\n\r\n')

/** The whole of it in chunks, with a proper end. */
export const sendAll = (call: Call, text: string, type = typeOf(call)): void => {
  begin(call, type)
  chunk(call.socket, text)
  finish(call.socket)
}

/** Says this again and again, as long as anybody listens. */
export const forever = async ({ socket }: Call, every: number, say: () => string | Buffer): Promise<void> => {
  while (!socket.destroyed) {
    socket.write(say())
    await sleep(every)
  }
}
