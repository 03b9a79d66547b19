/** Answers that are none, that are told wrong, or that are far too large. */
import type { Fault, Way } from './fault.ts'
import { sayFirst } from './breaking.ts'
import { firstSeen, rest, unseen } from './answers.ts'
import type { Script } from './answers.ts'
import type { Call } from './upstream.ts'
import { begin, chunk, events, finish, json, reply, sendAll, typeOf } from './wire.ts'

const afterContent = ({ streamed }: Way) => (streamed ? 'broken' : 'rescued')
const always = () => 'rescued' as const
const html = 'content-type: text/html'
const page = '<!doctype html><html><head><title>Log in</title></head><body><p>Please log in.</p></body></html>'

/** An error in the words of this dialect, as a body. */
const errorBody = ({ tongue }: Call): string => {
  const message = 'the engine is overloaded'
  if (tongue === 'messages') return JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message } })
  if (tongue === 'gemini') return JSON.stringify({ error: { code: 503, status: 'UNAVAILABLE', message } })
  return JSON.stringify({ error: { message, type: 'server_error', code: 'engine_overloaded', param: null } })
}
/** And as an event of a stream. */
const errorEvent = (call: Call): string => {
  if (call.tongue === 'messages') return `event: error\ndata: ${errorBody(call)}\n\n`
  if (call.tongue !== 'responses') return `data: ${errorBody(call)}\n\n`
  const error = { type: 'error', code: 'server_error', message: 'the engine is overloaded', param: null }
  return `event: error\ndata: ${JSON.stringify({ ...error, sequence_number: 99 })}\n\n`
}

/** Every event that holds nothing of the answer itself comes twice: beginnings, ends, counts. */
const doubled = ({ frames }: Script): string =>
  frames
    .map(frame =>
      /Alpha|bravo|charlie|delta|look_up|city|\{\\"ci|ty\\"|Par|is\\"/.test(frame) ? frame : frame + frame,
    )
    .join('')

const million = 1024 * 1024
/** So many megabytes in all, as fast as they are taken. */
const pour = async (call: Call, type: string, start: string, megabytes: number): Promise<void> => {
  const { socket } = call
  const block = 'x'.repeat(million)
  begin(call, type)
  chunk(socket, start)
  for (let sent = 0; sent < megabytes && !socket.destroyed; sent += 1) {
    if (!chunk(socket, block)) await room(socket)
  }
  if (!socket.destroyed) finish(socket)
}
const room = (socket: Call['socket']): Promise<void> =>
  new Promise(resolve => {
    const done = (): void => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
  })

export const strange: readonly Fault[] = [
  {
    name: 'garbage',
    fate: always,
    act: call => reply(call, Buffer.from([7, 200, 3, 255, 0, 9, 254]), '200 OK', typeOf(call)),
  },
  { name: 'another protocol', fate: always, act: ({ socket }) => void socket.end('SSH-2.0-OpenSSH_9.9\r\n\r\n') },
  { name: 'HTML with 200', fate: always, act: call => reply(call, page, '200 OK', html) },
  { name: 'HTML with 500', fate: always, act: call => reply(call, page, '500 Internal Server Error', html) },
  { name: 'empty 200', fate: always, act: call => reply(call, '', '200 OK', typeOf(call)) },
  { name: 'empty chunks', fate: always, act: call => sendAll(call, '') },
  { name: '204', fate: always, act: ({ socket }) => void socket.write('HTTP/1.1 204 No Content\r\n\r\n') },
  { name: 'null', fate: always, act: call => reply(call, 'null', '200 OK', json) },
  { name: 'error in a 200', fate: always, act: call => reply(call, errorBody(call), '200 OK', json) },
  { name: 'error as the first event', fate: always, act: call => sendAll(call, errorEvent(call), events) },
  {
    name: 'error before the first word',
    fate: always,
    act: (call, script) => sendAll(call, unseen(script) + errorEvent(call), events),
  },
  {
    name: 'error after content',
    fate: afterContent,
    act: async (call, script) => {
      if (!call.stream) return sendAll(call, firstSeen(script) + errorEvent(call), events)
      await sayFirst(call, script)
      chunk(call.socket, errorEvent(call))
      finish(call.socket)
    },
  },
  {
    name: 'content after an error',
    fate: afterContent,
    act: async (call, script) => {
      const more = rest(script).join('')
      if (!call.stream) return sendAll(call, firstSeen(script) + errorEvent(call) + more, events)
      await sayFirst(call, script)
      chunk(call.socket, errorEvent(call) + more)
      finish(call.socket)
    },
  },
  {
    name: 'duplicate events',
    fate: () => 'served',
    act: (call, script) => sendAll(call, doubled(script), events),
  },
  {
    name: 'the answer twice',
    fate: () => 'served',
    // Google's streams end with their bytes, and tell a reason for the end with every piece at times.
    isNone: ({ tongue }) => tongue === 'gemini',
    act: (call, { stream }) => sendAll(call, stream + stream, events),
  },
  {
    name: 'two bodies',
    fate: ({ streamed }) => (streamed ? 'served' : 'rescued'),
    act: (call, { whole, stream }) => sendAll(call, call.stream ? stream : whole + whole),
  },
  {
    name: 'wrong content type',
    fate: () => 'served',
    act: (call, { whole, stream }) => sendAll(call, call.stream ? stream : whole, html),
  },
  {
    name: 'gzip promised and not',
    fate: always,
    act: (call, { whole, stream }) =>
      reply(call, call.stream ? stream : whole, '200 OK', typeOf(call), 'content-encoding: gzip'),
  },
  {
    name: 'unknown encoding',
    fate: always,
    act: (call, { whole, stream }) =>
      reply(call, call.stream ? stream : whole, '200 OK', typeOf(call), 'content-encoding: x-own'),
  },
  { name: 'redirect', fate: always, act: call => reply(call, '', '307 Temporary Redirect', `location: ${call.away}`) },
  {
    name: 'moved for good',
    fate: always,
    act: call => reply(call, '', '301 Moved Permanently', `location: ${call.away}`),
  },
  {
    name: '100 MB answer',
    fate: always,
    heavy: true,
    act: (call, script) => {
      const start = call.stream ? `${unseen(script)}data: {"x":"` : '{"x":"'
      return pour(call, typeOf(call), start, 100)
    },
  },
  {
    name: 'endless headers',
    fate: always,
    act: async ({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      while (!socket.destroyed) if (!socket.write(`x-more: ${'y'.repeat(4000)}\r\n`)) await room(socket)
    },
  },
]
