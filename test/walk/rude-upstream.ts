/** A server in the dialects of OpenAI and Anthropic that has every bad manner, one for each name of a model. */
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { gzipSync } from 'node:zlib'

export interface Rude {
  readonly port: number
  readonly names: readonly string[]
  /** How many connections came to where it redirects to. */
  elsewhere(): number
  close(): Promise<void>
}

/** A request, and good answers to it. */
interface Asked {
  readonly stream: boolean
  /** In the form that was asked for. */
  readonly good: string
  readonly frames: string
  readonly json: string
  /** Where redirects point. */
  readonly away: string
}

const openaiFrames = (words: string, usage: object): string => {
  const chunk = (choices: readonly object[], more = {}): string =>
    `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices, ...more })}\n\n`
  const choice = (delta: object, finish_reason: string | null = null) => ({
    index: 0,
    delta,
    finish_reason,
    logprobs: null,
  })
  return [
    chunk([choice({ role: 'assistant', content: '' })]),
    chunk([choice({ content: words })]),
    chunk([choice({}, 'stop')]),
    chunk([], { usage }),
    'data: [DONE]\n\n',
  ].join('')
}
const openaiJson = (words: string, usage: object): string => {
  const message = { role: 'assistant', content: words, refusal: null }
  const choices = [{ index: 0, message, logprobs: null, finish_reason: 'stop' }]
  return JSON.stringify({ id: 'c1', object: 'chat.completion', created: 1, model: 'm', choices, usage })
}
const started = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', stop_sequence: null }
const anthropicFrames = (words: string, { input, output }: Counts): string =>
  [
    { type: 'message_start', message: { ...started, content: [], stop_reason: null, usage: { input_tokens: input } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: words } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: output },
    },
    { type: 'message_stop' },
  ]
    .map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('')
const anthropicJson = (words: string, { input, output }: Counts): string => {
  const usage = { input_tokens: input, output_tokens: output }
  return JSON.stringify({ ...started, content: [{ type: 'text', text: words }], stop_reason: 'end_turn', usage })
}

interface Counts {
  readonly input: number | string
  readonly output: number | string
}
const answers = (path: string, words: string, counts: Counts) => {
  if (path.endsWith('/messages')) return { frames: anthropicFrames(words, counts), json: anthropicJson(words, counts) }
  const { input, output } = counts
  const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: Number(input) + Number(output) }
  return { frames: openaiFrames(words, usage), json: openaiJson(words, usage) }
}

const head = (status: string, ...headers: readonly string[]): string =>
  `HTTP/1.1 ${status}\r\n${headers.map(one => `${one}\r\n`).join('')}\r\n`
const typeOf = (body: string): string =>
  `content-type: ${body.trimStart().startsWith('{') ? 'application/json' : 'text/event-stream'}`
const reply = (socket: Socket, body: string | Buffer, status = '200 OK', ...headers: readonly string[]): void => {
  const type = headers.length > 0 || typeof body !== 'string' ? [] : [typeOf(body)]
  socket.write(head(status, `content-length: ${Buffer.byteLength(body)}`, ...type, ...headers))
  socket.write(body)
}
const chunked = (socket: Socket, body: string): void => {
  socket.write(head('200 OK', typeOf(body), 'transfer-encoding: chunked'))
  socket.write(`${Buffer.byteLength(body).toString(16)};why=not\r\n`)
  socket.write(`${body}\r\n`)
}
/** All but the end of the answer. */
const begun = ({ good, frames }: Asked): string =>
  good === frames ? good.slice(0, good.indexOf('\n\n', good.indexOf('lo"')) + 2) : good.slice(0, -9)

type Manner = (socket: Socket, asked: Asked) => void
const manners: Readonly<Record<string, Manner>> = {
  spare: (socket, { good }) => reply(socket, good),
  good: (socket, { good }) => reply(socket, good),
  bytes(socket, { good }) {
    socket.setNoDelay(true)
    socket.write(head('200 OK', `content-length: ${Buffer.byteLength(good)}`, typeOf(good)))
    for (const byte of Buffer.from(good)) socket.write(Buffer.of(byte))
  },
  crlf: (socket, { good }) => reply(socket, good.replaceAll('\n', '\r\n')),
  cr: (socket, { good }) => reply(socket, good.replaceAll('\n', '\r')),
  bom: (socket, { good }) => reply(socket, `\uFEFF${good}`, '200 OK', 'content-type: text/plain'),
  lines: (socket, { good, stream }) => reply(socket, good.replaceAll('{"', stream ? '{\ndata: "' : '{\n"')),
  narrow: (socket, { good }) => reply(socket, good.replaceAll(/^(data|event): /gm, '$1:')),
  nameless: (socket, { good }) => reply(socket, Buffer.from(good)),
  old: (socket, { good }) => void socket.end(`HTTP/1.0 200 OK\r\n${typeOf(good)}\r\n\r\n${good}`),
  trailing(socket, { good }) {
    chunked(socket, good)
    socket.write('0\r\nx-checksum: 1\r\n\r\n')
  },
  hinted(socket, { good }) {
    socket.write('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n')
    reply(socket, good)
  },
  waiting(socket, { good, stream }) {
    socket.write(head('200 OK', typeOf(good), 'connection: close'))
    for (let turn = 0; turn < 300; turn += 1) socket.write(stream ? ': PROCESSING\n\n' : '\n')
    socket.end(good)
  },
  digits: (socket, { good }) => reply(socket, good),
  whole: (socket, { json }) => reply(socket, json),
  streaming: (socket, { frames }) => reply(socket, frames),
  chatty: (socket, { good, stream }) =>
    reply(socket, stream ? `${good}: more\n\ndata: {"x"\n\n${good}` : `${good}\n\n`),
  page: socket => reply(socket, '<html><title>Log in</title></html>', '200 OK', 'content-type: text/html'),
  empty: socket => reply(socket, ''),
  nothing: socket => void socket.write(head('204 No Content')),
  null: socket => reply(socket, 'null', '200 OK', 'content-type: application/json'),
  list: (socket, { json }) => reply(socket, `[${json}]`, '200 OK', 'content-type: application/json'),
  packed: (socket, { good }) => reply(socket, gzipSync(good), '200 OK', 'content-encoding: gzip'),
  moved: (socket, { away }) => reply(socket, '', '307 Temporary Redirect', `location: ${away}`),
  babble: socket => void socket.end('SSH-2.0-OpenSSH_9.9\r\n\r\n'),
  hangup: socket => void socket.resetAndDestroy(),
  early(socket, { good }) {
    socket.write(head('200 OK', typeOf(good), 'content-length: 9999'), () => socket.end())
  },
  busy: socket =>
    reply(
      socket,
      '{"error":{"message":"too busy","type":"overloaded_error"}}',
      '529 Overloaded',
      'x-should-retry: false',
    ),
  cut(socket, asked) {
    chunked(socket, begun(asked))
    setImmediate(() => socket.destroy())
  },
  short(socket, asked) {
    chunked(socket, begun(asked))
    socket.write('0\r\n\r\n')
  },
}

const answer = (socket: Socket, text: string, words: string, away: string): void => {
  const [first = ''] = text.split('\r\n', 1)
  const { model, stream }: { readonly model: string; readonly stream?: boolean } = JSON.parse(
    text.slice(text.indexOf('\r\n\r\n')),
  )
  const counts = model === 'digits' ? { input: '10', output: '5' } : { input: 10, output: 5 }
  const { frames, json } = answers(first.split(' ')[1] ?? '', words, counts)
  const good = stream === true ? frames : json
  manners[model]?.(socket, { stream: stream === true, good, frames, json, away })
}
const isWhole = (text: string): boolean => {
  const end = text.indexOf('\r\n\r\n')
  const length = Number(/^content-length: (\d+)/im.exec(text)?.[1])
  return end !== -1 && Buffer.byteLength(text.slice(end + 4)) >= length
}

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Opens it; `words` is what its good answers say. */
export const openRude = async (words: string): Promise<Rude> => {
  const sockets = new Set<Socket>()
  let strays = 0
  const away = createServer(socket => {
    strays += 1
    socket.destroy()
  })
  const target = `http://127.0.0.1:${await listening(away)}/v1`
  const server = createServer(socket => {
    sockets.add(socket)
    let text = ''
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', chunk => {
      text += chunk.toString()
      if (!isWhole(text)) return
      const asked = text
      text = ''
      answer(socket, asked, words, target)
    })
  })
  const port = await listening(server)
  return {
    port,
    names: Object.keys(manners).filter(name => name !== 'spare'),
    elsewhere: () => strays,
    async close() {
      for (const socket of sockets) socket.destroy()
      await Promise.all([server, away].map(one => new Promise(resolve => one.close(resolve))))
    },
  }
}
