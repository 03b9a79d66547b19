/** An upstream whose answers a test writes as events: each model has its script, and every body that was asked is kept. */
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { serverSentEvents } from '../../src/dialects/framing.ts'
import { gemini } from '../../src/dialects/gemini/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/index.ts'
import type { FinishReason, StreamEvent, Usage } from '../../src/domain/stream-event.ts'
import { tokens } from '../../src/domain/units.ts'
import type { Instant } from '../../src/domain/units.ts'
import type { Dialect } from '../../src/ports/dialect.ts'

export const counted = (input: number, output: number): Usage => ({
  input: tokens(input),
  inputCached: tokens(0),
  inputCacheWritten: tokens(0),
  output: tokens(output),
  reasoning: tokens(0),
})

/** A whole answer that says these pieces. */
export const saying = (pieces: readonly string[], reason: FinishReason = 'stop'): readonly StreamEvent[] => [
  { type: 'response-start', model: 'm', upstreamId: 'up-1', created: 1 },
  { type: 'text-start', block: 0 },
  ...pieces.map(text => ({ type: 'text-delta', block: 0, text }) as const),
  { type: 'text-end', block: 0 },
  { type: 'choice-end', reason },
  { type: 'usage', usage: counted(10, pieces.length) },
  { type: 'response-end' },
]

/** How it ends before its end. */
export type Cut = 'reset' | 'close' | 'stall' | 'error'

export interface Script {
  readonly events: readonly StreamEvent[]
  /** After so many events. */
  readonly cutAfter?: number
  readonly cut?: Cut
  /** In place of an answer. */
  readonly status?: number
}

export interface Asked {
  readonly model: string
  readonly path: string
  readonly body: Record<string, unknown>
  /** The other side closed it before its end. */
  wasLeft: boolean
}

export interface ScriptUpstream {
  readonly port: number
  readonly asked: Asked[]
  readonly scripts: Map<string, Script | ((body: Record<string, unknown>) => Script)>
  close(): void
}

const doors: readonly (readonly [at: RegExp, dialect: Dialect])[] = [
  [/chat\/completions/, openaiChat],
  [/\/responses/, openaiResponses],
  [/\/messages/, anthropicMessages],
  [/enerateContent/, gemini],
]

const contextOf = { id: 'up-1', model: 'm', now: 1000 as Instant, streamUsage: true }

const stream = async (response: ServerResponse, dialect: Dialect, script: Script): Promise<void> => {
  const encoder = dialect.encodeStream(contextOf)
  const joiner = (dialect.framing ?? serverSentEvents).join()
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const { events, cutAfter = events.length, cut = 'reset' } = script
  for (const event of events.slice(0, cutAfter)) {
    response.write(joiner.write(encoder.push(event)))
    // Each event leaves by itself, so that a cut finds those before it delivered.
    await sleep(2)
  }
  if (cutAfter >= events.length) return void response.end(joiner.end())
  if (cut === 'error') {
    const failure = { kind: 'upstream-overloaded', message: 'overloaded' } as const
    return void response.end(joiner.write(encoder.push({ type: 'response-failed', failure })))
  }
  if (cut === 'close') return void response.end()
  if (cut === 'reset') response.destroy()
}

const read = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>
}

const modelIn = (path: string, body: Record<string, unknown>): string =>
  /models\/([^:/]+)/.exec(path)?.[1] ?? String(body['model'])

/** Opens it on a port of its own. */
export const openScript = async (): Promise<ScriptUpstream> => {
  const asked: Asked[] = []
  const scripts: ScriptUpstream['scripts'] = new Map()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? ''
    const body = await read(request)
    const call: Asked = { model: modelIn(path, body), path, body, wasLeft: false }
    asked.push(call)
    response.on('close', () => (call.wasLeft = !response.writableEnded))
    response.on('error', () => undefined)
    const found = scripts.get(call.model)
    const dialect = doors.find(([at]) => at.test(path))?.[1]
    if (found === undefined || dialect === undefined) return void response.writeHead(404).end('{}')
    const script = typeof found === 'function' ? found(body) : found
    if (script.status !== undefined) return void response.writeHead(script.status).end('{"error":{"message":"no"}}')
    if (body['stream'] === true || path.includes('stream')) return stream(response, dialect, script)
    const whole = JSON.stringify(dialect.encodeAnswer(script.events, contextOf).value)
    response.writeHead(200, { 'content-type': 'application/json' })
    if (script.cutAfter === undefined) response.end(whole)
    else response.write(whole.slice(0, whole.length / 2), () => response.destroy())
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    asked,
    scripts,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
