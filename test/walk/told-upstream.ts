/** A server that answers in every dialect of a chat as the test says, and a configuration that asks it. */
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { bedrockConverse } from '../../src/dialects/bedrock-converse/index.ts'
import { cohereChat } from '../../src/dialects/cohere-chat/index.ts'
import { invokeStream } from '../../src/dialects/event-stream.ts'
import { serverSentEvents } from '../../src/dialects/framing.ts'
import { gemini } from '../../src/dialects/gemini/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import { openaiCompletions } from '../../src/dialects/openai-completions/index.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/index.ts'
import type { StreamEvent, Usage } from '../../src/domain/stream-event.ts'
import { tokens } from '../../src/domain/units.ts'
import type { Instant } from '../../src/domain/units.ts'
import type { Dialect, Framing } from '../../src/ports/dialect.ts'

/** One dialect as an upstream: which provider speaks it, and by which name of a model. */
export interface Tongue {
  readonly dialect: Dialect
  readonly framing?: Framing
  readonly provider: string
  readonly model: string
  readonly at: RegExp
}
export const tongues: Readonly<Record<string, Tongue>> = {
  chat: { dialect: openaiChat, provider: 'openai', model: 'm', at: /chat\/completions/ },
  responses: { dialect: openaiResponses, provider: 'openai', model: 'codex-x', at: /\/responses/ },
  cohere: { dialect: cohereChat, provider: 'cohere', model: 'command', at: /\/v2\/chat/ },
  completions: { dialect: openaiCompletions, provider: 'openai', model: 'davinci-002', at: /\/completions/ },
  anthropic: { dialect: anthropicMessages, provider: 'anthropic', model: 'claude-3', at: /\/v1\/messages/ },
  gemini: { dialect: gemini, provider: 'gemini', model: 'gemini-2.0', at: /enerateContent/ },
  converse: { dialect: bedrockConverse, provider: 'bedrock', model: 'amazon.nova', at: /\/converse/ },
  invoke: {
    dialect: anthropicMessages,
    framing: invokeStream,
    provider: 'bedrock',
    model: 'anthropic.claude-3-haiku',
    at: /\/invoke/,
  },
}

export const words = 'häl😀lo'
const usage: Usage = {
  input: tokens(10),
  inputCached: tokens(0),
  inputCacheWritten: tokens(0),
  output: tokens(5),
  reasoning: tokens(0),
}
const events: readonly StreamEvent[] = [
  { type: 'response-start', model: 'm', upstreamId: 'up-1', created: 1 },
  { type: 'text-start', block: 0 },
  { type: 'text-delta', block: 0, text: words.slice(0, 3) },
  { type: 'text-delta', block: 0, text: words.slice(3) },
  { type: 'text-end', block: 0 },
  { type: 'choice-end', reason: 'stop' },
  { type: 'usage', usage },
  { type: 'response-end' },
]

/** How a stream of this dialect lies in bytes. */
export const framingOf = ({ framing, dialect }: Tongue): Framing => framing ?? dialect.framing ?? serverSentEvents

/** A good stream in this dialect. */
export const streamOf = (tongue: Tongue): Buffer => {
  const encoder = tongue.dialect.encodeStream({ id: 'up-1', model: 'm', now: 1000 as Instant, streamUsage: true })
  const joiner = framingOf(tongue).join()
  const pieces = events.map(event => joiner.write(encoder.push(event)))
  return Buffer.concat([...pieces, joiner.end()].map(piece => Buffer.from(piece)))
}

/** The bytes and what becomes of the connection after them. */
export type Answer = (tongue: Tongue, response: ServerResponse) => void

export interface ToldUpstream {
  readonly port: number
  answer: Answer
  close(): void
}

/** Opens it; the test sets `answer`. */
export const openTold = async (): Promise<ToldUpstream> => {
  const told = { answer: (() => undefined) as Answer }
  const server = createServer((request, response) => {
    const tongue = Object.values(tongues).find(({ at }) => at.test(request.url ?? ''))
    request.resume().once('end', () => {
      if (tongue === undefined) response.writeHead(404).end()
      else told.answer(tongue, response)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(told, {
    port,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
}

/** A pool for each dialect, by its name. */
export const configOf = (port: number): string => {
  const can = 'accepts: [text], contextWindow: 128000, maxOutput: 8192, price: { input: 1, output: 2 }'
  const url = `http://127.0.0.1:${port}`
  const all = Object.entries(tongues)
  return [
    'providers:',
    ...['anthropic', 'gemini', 'bedrock', 'cohere'].map(
      type => `  ${type}: { type: ${type}, url: '${url}', key: '\${WORLD_KEY}' }`,
    ),
    `  openai: { type: openai, url: '${url}/v1', key: '\${WORLD_KEY}' }`,
    'deployments:',
    ...all.map(([name, { provider, model }]) => `  d-${name}: { provider: ${provider}, model: ${model}, ${can} }`),
    'pools:',
    ...all.map(([name]) => `  ${name}: { candidates: [d-${name}], policy: once }`),
    'policies: { once: { steps: [{ use: capable }], patience: { maxAttempts: 1 } } }',
  ].join('\n')
}
