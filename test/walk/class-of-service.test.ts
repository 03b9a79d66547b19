/** A request costs what its class of service costs, as the answer tells it, on both lanes, whole and streamed. */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHouse } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

const usage = { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 }
const common = { id: 'chatcmpl-1', created: 1_767_225_600, model: 'own-1', service_tier: 'flex' }
const whole = {
  ...common,
  object: 'chat.completion',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'Hello', refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage,
}
const chunk = (more: object) => `data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', ...more })}\n\n`
const streamed = [
  chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: 'Hello' }, finish_reason: null }] }),
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  chunk({ choices: [], usage }),
  'data: [DONE]\n\n',
].join('')

let house: OpenHouse
let server: Server
beforeAll(async () => {
  server = createServer((request, response) => {
    let text = ''
    request.on('data', (part: Buffer) => (text += part.toString()))
    request.on('end', () => {
      const isStream = text.includes('"stream":true')
      response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' })
      response.end(isStream ? streamed : JSON.stringify(whole))
    })
  })
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  house = await openHouse({
    config: () =>
      [
        'providers:',
        `  own: { type: openai-compatible, url: 'http://127.0.0.1:${port}/v1' }`,
        'deployments:',
        '  own: { provider: own, model: own-1, price: { input: 2, output: 10, flex: 0.5 } }',
        'pools:',
        '  own: { candidates: [own] }',
      ].join('\n'),
  })
})
afterAll(async () => {
  await house.close()
  server.closeAllConnections()
  await new Promise(closed => server.close(closed))
})

/** 1,000 tokens in at $2 and 100 out at $10 a million, at half the price. */
const half = 1_500

describe('an answer that was served in a cheaper class', () => {
  it.each([false, true])('costs its price on the express lane (streamed: %s)', async stream => {
    const answer = await house.openai.chat.completions.create({
      model: 'own',
      messages: [{ role: 'user', content: 'Hi' }],
      service_tier: 'flex',
      stream,
    })
    if (Symbol.asyncIterator in answer) for await (const _ of answer) continue
    expect(house.settled.at(-1)?.attempts[0]).toMatchObject({ lane: 'express', serviceTier: 'flex' })
    expect(house.settled.at(-1)?.cost).toEqual({ amount: half, source: 'usage' })
  })
  it.each([false, true])('costs its price where it is translated (streamed: %s)', async stream => {
    const answer = await house.anthropic.messages.create({
      model: 'own',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Hi' }],
      stream,
    })
    if (Symbol.asyncIterator in answer) for await (const _ of answer) continue
    expect(house.settled.at(-1)?.attempts[0]).toMatchObject({ lane: 'translated', serviceTier: 'flex' })
    expect(house.settled.at(-1)?.cost).toEqual({ amount: half, source: 'usage' })
  })
})
