/** Streams of every dialect to clients of every dialect: in one piece, cut anywhere, with a fault in the midst; whole or a failure, never a clean end of less. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serverSentEvents } from '../../src/dialects/framing.ts'
import type { StreamEvent } from '../../src/domain/stream-event.ts'
import { openHouse, virtualKey } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'
import { configOf, framingOf, openTold, streamOf, tongues, words } from './told-upstream.ts'
import type { ToldUpstream, Tongue } from './told-upstream.ts'

let told: ToldUpstream
let house: OpenHouse
beforeAll(async () => {
  told = await openTold()
  house = await openHouse({ config: () => configOf(told.port) })
})
afterAll(async () => {
  await house.close()
  told.close()
})

const hello = [{ role: 'user', content: 'hi' }]
const asked: Readonly<Record<string, readonly [path: (model: string) => string, body: object]>> = {
  chat: [() => '/v1/chat/completions', { messages: hello, stream_options: { include_usage: true } }],
  responses: [() => '/v1/responses', { input: 'hi' }],
  completions: [() => '/v1/completions', { prompt: 'hi', stream_options: { include_usage: true } }],
  anthropic: [() => '/v1/messages', { messages: hello, max_tokens: 9 }],
  cohere: [() => '/v2/chat', { messages: hello }],
  gemini: [
    model => `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
    { contents: [{ parts: [{ text: 'hi' }] }] },
  ],
  converse: [model => `/model/${model}/converse-stream`, { messages: [{ role: 'user', content: [{ text: 'hi' }] }] }],
  invoke: [
    model => `/model/${model}/invoke-with-response-stream`,
    { messages: hello, max_tokens: 9, anthropic_version: 'bedrock-2023-05-31' },
  ],
}

interface Heard {
  readonly status: number
  readonly text: string
  readonly isWhole: boolean
}
/** What a client of this dialect makes of what it gets from the pool of that name. */
const hear = async (client: string, tongue: Tongue, model: string): Promise<Heard> => {
  const [path, body] = asked[client]!
  const named = path(model) === path('other') ? { model, stream: true } : {}
  const response = await fetch(`${house.url}${path(model)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${virtualKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, ...named }),
  })
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (response.status !== 200) return { status: response.status, text: '', isWhole: false }
  const frames = framingOf(tongue).split()
  const decoder = tongue.dialect.decodeStream()
  const events: StreamEvent[] = [...frames.push(bytes), ...frames.end()].flatMap(frame => [...decoder.push(frame)])
  events.push(...decoder.end())
  const text = events.map(event => (event.type === 'text-delta' ? event.text : '')).join('')
  return { status: 200, text, isWhole: !events.some(({ type }) => type === 'response-failed') }
}

const pairs = Object.keys(tongues).flatMap(upstream =>
  Object.entries(tongues).map(([client, tongue]) => ({ upstream, client, tongue })),
)
const types = (tongue: Tongue) => ({ 'content-type': framingOf(tongue).mediaType })

describe.each(pairs)('a stream of $upstream to a client of $client', ({ upstream, client, tongue }) => {
  it('is whole, counted and priced, though it comes in one piece', async () => {
    told.answer = (one, response) => void response.writeHead(200, types(one)).end(streamOf(one))
    expect(await hear(client, tongue, upstream)).toEqual({ status: 200, text: words, isWhole: true })
    const last = house.settled.at(-1)
    expect(last?.attempts.at(-1)?.usage).toMatchObject({ input: 10, output: 5 })
    expect(last?.cost).toEqual({ amount: 20, source: 'usage' })
  })

  it('that is cut is whole or fails, wherever it is cut', async () => {
    for (const share of [0.05, 0.25, 0.45, 0.6, 0.75, 0.9, 0.97, 0.99]) {
      told.answer = (one, response) => {
        const all = streamOf(one)
        response.writeHead(200, types(one)).end(all.subarray(0, Math.floor(all.length * share)))
      }
      const heard = await hear(client, tongue, upstream)
      expect(heard.isWhole && heard.text !== words).toBe(false)
      expect(house.settled.at(-1)?.failure === undefined).toBe(heard.isWhole)
    }
  })

  it('that turns to nonsense fails as garbled', async () => {
    told.answer = (one, response) => {
      const all = streamOf(one)
      const nonsense = framingOf(one) === serverSentEvents ? 'data: <html>\n\n' : Buffer.alloc(64, 1)
      response.writeHead(200, types(one))
      response.end(Buffer.concat([all.subarray(0, cutOf(one, all)), Buffer.from(nonsense)]))
    }
    expect((await hear(client, tongue, upstream)).isWhole).toBe(false)
    expect(house.settled.at(-1)?.failure?.kind).toBe('upstream-garbled')
  })
})

/** The end of the first frame. */
const cutOf = (tongue: Tongue, all: Buffer): number =>
  framingOf(tongue) === serverSentEvents ? all.indexOf('\n\n') + 2 : all.readUInt32BE(0)
