/** A client that sends any bytes at all, for tests of how a server takes what no proper client sends. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** A response as it came over the wire. */
export interface RawResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** True if the server closed the connection after it. */
  readonly isClosed: boolean
}

/** The bytes of a request with a JSON body. */
export const post = (path: string, body: string, headers: readonly string[] = []): string =>
  [
    `POST ${path} HTTP/1.1`,
    'host: localhost',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
    '',
    body,
  ].join('\r\n')

const headersOf = (lines: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    lines.map(line => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )

const unchunked = (text: string): string | undefined => {
  let rest = text
  let body = ''
  for (;;) {
    const [line] = rest.split('\r\n', 1)
    const size = Number.parseInt(line ?? '', 16)
    if (Number.isNaN(size)) return undefined
    if (size === 0) return body
    const start = (line?.length ?? 0) + 2
    body += rest.slice(start, start + size)
    rest = rest.slice(start + size + 2)
  }
}

/** The first final response in this text, and what follows it; undefined while it is not whole. */
export const parseResponse = (text: string, isClosed: boolean): { response: RawResponse; rest: string } | undefined => {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const status = Number(first.split(' ')[1])
  const after = text.slice(end + 4)
  if (status < 200) return parseResponse(after, isClosed)
  const headers = headersOf(lines)
  const length = headers['content-length']
  if (length !== undefined) {
    const size = Number(length)
    if (after.length < size) return undefined
    return { response: { status, headers, body: after.slice(0, size), isClosed }, rest: after.slice(size) }
  }
  if (headers['transfer-encoding'] !== 'chunked')
    return { response: { status, headers, body: after, isClosed }, rest: '' }
  const body = unchunked(after)
  return body === undefined ? undefined : { response: { status, headers, body, isClosed }, rest: '' }
}

/** Sends the pieces one after the other and waits for the server to close, or for a whole response. Text is latin1. */
export const exchange = (port: number, pieces: readonly (string | Uint8Array)[]): Promise<RawResponse> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    let isClosed = false
    const look = (): void => {
      const found = parseResponse(text, isClosed)
      if (found === undefined) {
        if (isClosed) reject(new Error(`closed without a whole response: ${JSON.stringify(text.slice(0, 200))}`))
        return
      }
      const closes = found.response.headers['connection'] === 'close'
      if (closes && !isClosed) return
      resolve(found.response)
      socket.destroy()
    }
    socket.on('data', chunk => {
      text += chunk.toString('latin1')
      look()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      isClosed = true
      look()
    })
    for (const piece of pieces) socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)
  })

/** A connection that is opened and left to the test. */
export const dial = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.once('error', reject)
    socket.on('error', () => undefined)
  })

/** Sends this and gives all that comes until the server closes. */
export const untilClosed = async (port: number, text: string): Promise<string> => {
  const socket = await dial(port)
  socket.write(text, 'latin1')
  let all = ''
  for await (const chunk of socket) all += String(chunk)
  return all
}

/** What comes over a connection, kept from now on. */
export interface Heard {
  text(): string
  /** Settles once the text holds this. */
  until(pattern: RegExp): Promise<string>
}

/** Reads all that comes. */
export const hear = (socket: Socket): Heard => {
  let text = ''
  const look = new Set<() => void>()
  socket.on('data', chunk => {
    text += chunk.toString('latin1')
    for (const one of look) one()
  })
  socket.resume()
  return {
    text: () => text,
    until: pattern =>
      new Promise(resolve => {
        const one = (): void => {
          if (!pattern.test(text)) return
          look.delete(one)
          resolve(text)
        }
        look.add(one)
        one()
      }),
  }
}

/** Settles once the connection takes more, or is closed. */
export const roomIn = (socket: Socket): Promise<void> =>
  new Promise(resolve => {
    const done = (): void => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
    if (socket.destroyed) done()
  })
