/** One server that speaks every dialect, each below a path of its own, and says what it is told to. */
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { anthropicMessages } from './anthropic-messages.ts'
import { bedrockConverse } from './bedrock-converse.ts'
import { cohereChat } from './cohere-chat.ts'
import { gemini } from './gemini.ts'
import { record } from './meaning.ts'
import type { Answer, Fault, Json, Tongue, Wire } from './meaning.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiCompletions } from './openai-completions.ts'
import { openaiResponses } from './openai-responses.ts'

/** Who can be asked, and how the house asks it: the type of provider, a model that takes all there is, one that thinks, and a proof of its own make. */
export interface Server {
  readonly tongue: Tongue
  readonly type: string
  readonly base: string
  readonly plain: string
  readonly thinker: string
  readonly signature?: string
}
const profile = 'arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/claude-sonnet-4-5'
export const servers: readonly Server[] = [
  { tongue: openaiChat, type: 'openai-compatible', base: '/v1', plain: 'gpt-4o', thinker: 'gpt-5' },
  // These two answer at `/responses` alone.
  {
    tongue: openaiResponses,
    type: 'openai',
    base: '/v1',
    plain: 'computer-use-preview',
    thinker: 'gpt-5-codex',
    signature: 'gAAAAABo1234',
  },
  {
    tongue: anthropicMessages,
    type: 'anthropic',
    base: '',
    plain: 'claude-sonnet-4-5',
    thinker: 'claude-sonnet-4-5',
    signature: 'EqoBCkYIBxgC',
  },
  {
    tongue: gemini,
    type: 'gemini',
    base: '',
    plain: 'gemini-2.5-flash',
    thinker: 'gemini-2.5-flash',
    signature: 'CiQBAAECAwQFBgcICQ==',
  },
  {
    tongue: bedrockConverse,
    type: 'bedrock',
    base: '',
    // Claude by its plain name is asked in Anthropic's own words where the client speaks them; behind a profile it never is.
    plain: profile,
    thinker: profile,
    signature: 'EqoBCkYIBxgC',
  },
  { tongue: cohereChat, type: 'cohere', base: '', plain: 'command-a-03-2025', thinker: 'command-a-reasoning-08-2025' },
]
export const clients: readonly Tongue[] = [...servers.map(({ tongue }) => tongue), openaiCompletions]

/** What it is to say next. */
export interface Next {
  readonly answer: Answer
  readonly refuses?: Fault
  /** It stops after its first words and waits for the other side to leave. */
  readonly waits?: boolean
}
/** What came, and what was said to it. */
export interface Exchange {
  readonly body: Json
  readonly path: string
  readonly wire: Wire
  readonly isStream: boolean
  /** Settles once the connection is closed, with true if that was before all was said. */
  readonly left: Promise<boolean>
}
export interface Upstream {
  readonly url: string
  next: Next
  last: Exchange | undefined
  close(): Promise<void>
}

const read = async (request: IncomingMessage): Promise<Json> => {
  const pieces: Uint8Array[] = []
  for await (const piece of request) pieces.push(piece as Uint8Array)
  return record(JSON.parse(Buffer.concat(pieces).toString()))
}
const bytesOf = (piece: string | Uint8Array): Uint8Array => (typeof piece === 'string' ? Buffer.from(piece) : piece)

const answer = (
  tongue: Tongue,
  isStream: boolean,
  { answer: said, refuses, waits }: Next,
  response: ServerResponse,
): Wire => {
  const { status, headers = {}, body } = refuses === undefined ? { status: 200, body: {} } : tongue.refuse(refuses)
  if (refuses !== undefined || !isStream) {
    const bytes = Buffer.from(JSON.stringify(refuses === undefined ? tongue.say(said) : body))
    response
      .writeHead(status, { 'content-type': 'application/json', ...(headers as Record<string, string>) })
      .end(bytes)
    return { status, headers, body: bytes }
  }
  response.writeHead(200, { 'content-type': tongue.streamType })
  const pieces = tongue.sayPieces(said).map(bytesOf)
  if (waits === true) for (const piece of pieces.slice(0, Math.ceil(pieces.length / 2))) response.write(piece)
  else {
    for (const piece of pieces) response.write(piece)
    response.end()
  }
  return { status: 200, headers: {}, body: Buffer.concat(pieces) }
}

/** Opens it on a port of its own. */
export const openUpstream = async (): Promise<Upstream> => {
  const upstream: { -readonly [Key in keyof Upstream]: Upstream[Key] } = {
    url: '',
    next: { answer: { choices: [], isWhole: true } },
    last: undefined,
    close: () => new Promise(resolve => server.close(() => resolve())),
  }
  const server = createServer((request, response) => {
    const left = new Promise<boolean>(resolve => response.on('close', () => resolve(!response.writableFinished)))
    const path = request.url ?? ''
    const tongue = servers.find(one => path.startsWith(`/${one.tongue.id}/`))?.tongue
    read(request)
      .then(body => {
        if (tongue === undefined) throw new Error(`nobody speaks at ${path}`)
        const isStream = tongue.hear(body, path).stream
        upstream.last = { body, path, isStream, left, wire: answer(tongue, isStream, upstream.next, response) }
      })
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  upstream.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return upstream
}
