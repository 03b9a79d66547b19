/** Conversations with aimock, an upstream that others wrote, so that our world and our reading cannot agree on a mistake. */
import { LLMock } from '@copilotkit/aimock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SocketClient } from '../socket-client.ts'
import { openHouse, until, virtualKey } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

const mock = new LLMock({ port: 0, logLevel: 'silent' })
let house: OpenHouse

beforeAll(async () => {
  mock.on({}, { content: 'Hello from the other side', usage: { input_tokens: 11, output_tokens: 7, total_tokens: 18 } })
  await mock.start()
  house = await openHouse({
    config: () =>
      [
        'providers:',
        `  openai: { type: openai, url: '${mock.url}/v1', key: '\${WORLD_KEY}' }`,
        `  google: { type: gemini, url: '${mock.url}', key: '\${WORLD_KEY}' }`,
        'deployments:',
        '  rt: { provider: openai, model: gpt-realtime }',
        '  live: { provider: google, model: gemini-live-2.5-flash-preview }',
      ].join('\n'),
  })
})
afterAll(async () => {
  await house.close()
  await mock.stop()
})

describe('aimock', () => {
  it("answers in OpenAI's Realtime", async () => {
    const client = new SocketClient(`${house.url}/v1/realtime?model=gpt-realtime`, {
      authorization: `Bearer ${virtualKey}`,
    })
    await client.type('session.created')
    client.say({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } })
    client.say({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
    })
    client.say({ type: 'response.create' })
    const done = await client.type('response.done')
    expect(JSON.stringify(done)).toContain('Hello from the other side')
    client.socket.close(1000)
    await until('the story is told', () => house.settled.length === 1)
    expect(house.settled[0]).toMatchObject({ operation: 'realtime', attempts: [{ committed: true }] })
    expect(house.settled[0]?.failure).toBeUndefined()
  })
  it("answers in Gemini's Live", async () => {
    const path = '/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent'
    const client = new SocketClient(`${house.url}${path}`, { 'x-goog-api-key': virtualKey })
    await new Promise(resolve => client.socket.once('open', resolve))
    client.say({
      setup: { model: 'models/gemini-live-2.5-flash-preview', generationConfig: { responseModalities: ['TEXT'] } },
    })
    await client.until(() => client.heard.length > 0)
    expect(client.heard[0]?.text).toContain('setupComplete')
    client.say({ clientContent: { turns: [{ role: 'user', parts: [{ text: 'hi' }] }], turnComplete: true } })
    await client.until(() => client.heard.some(({ text }) => text.includes('turnComplete')))
    expect(client.heard.map(({ text }) => text).join('')).toContain('Hello')
    client.socket.close(1000)
    await until('the story is told', () => house.settled.length === 2)
    expect(house.settled[1]?.failure).toBeUndefined()
  })
})
