/** What the world writes in OpenAI's dialect is what OpenAI published, and each look-alike differs where its own servers do. */
import { afterAll, describe, expect, it } from 'vitest'
import { breaches } from '../../test/openai-schema.ts'
import { hasShared } from '../../test/shared.ts'
import type { ScriptedAnswer } from './reply.ts'
import { serveWorld } from './serve-world.ts'

let answer: ScriptedAnswer = {}
const world = await serveWorld({ pace: 'instant', script: () => answer })
afterAll(() => world.close())

const answers: readonly (readonly [string, ScriptedAnswer])[] = [
  ['text', { text: 'grüße, 世界 👋 and more' }],
  ['no text', { text: '' }],
  [
    'calls',
    {
      calls: [
        { name: 'f', input: { a: [1, 'ü'] } },
        { name: 'g', input: {} },
      ],
    },
  ],
  ['text and a call', { text: 'Wait.', calls: [{ name: 'f', input: { a: 1 } }] }],
  ['a refusal', { refusal: 'No.' }],
]

const models: Readonly<Record<string, string>> = {
  openai: 'gpt-4o',
  selfhosted: 'llama-3.1-70b-instruct',
  mistral: 'mistral-large-2407',
  gemini: 'gemini-1.5-pro',
}
const ask = async (provider: string, more: object = {}): Promise<Response> =>
  fetch(`${world.base(provider)}${provider === 'gemini' ? '/v1beta/openai' : ''}/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer any' },
    body: JSON.stringify({ model: models[provider], messages: [{ role: 'user', content: 'hi' }], ...more }),
  })

/** The values of the stream's events, without the end mark, which must be there. */
const chunksOf = async (provider: string, more: object = {}): Promise<readonly Chunk[]> => {
  const events = (await (await ask(provider, { stream: true, ...more })).text()).split('\n\n')
  expect(events.slice(-2)).toEqual(['data: [DONE]', ''])
  return events.slice(0, -2).map(event => JSON.parse(event.replace(/^data: /, '')))
}
interface Chunk {
  readonly choices: readonly {
    readonly index: number
    readonly delta: Record<string, unknown>
    readonly finish_reason: string | null
  }[]
  readonly usage?: Record<string, unknown> | null
}

describe.skipIf(!hasShared).each(answers)("OpenAI's published schema holds for %s", (_, scripted) => {
  it('whole, and with several choices', async () => {
    answer = scripted
    for (const more of [{}, { n: 2 }]) {
      expect(breaches('CreateChatCompletionResponse', await (await ask('openai', more)).json())).toEqual([])
    }
  })
  it('in every chunk, with and without usage', async () => {
    answer = scripted
    for (const more of [{}, { stream_options: { include_usage: true } }]) {
      for (const chunk of await chunksOf('openai', more))
        expect(breaches('CreateChatCompletionStreamResponse', chunk)).toEqual([])
    }
  })
})

describe.skipIf(!hasShared)("OpenAI's published schema", () => {
  it('holds for errors', async () => {
    const wrong = await ask('openai', { temperature: 'hot' })
    expect(breaches('ErrorResponse', await wrong.json())).toEqual([])
  })
})

describe('usage on streams', () => {
  it('comes in a chunk of its own where OpenAI is asked for it, and not unasked', async () => {
    answer = { text: 'Hello there.' }
    const asked = await chunksOf('openai', { stream_options: { include_usage: true } })
    expect(asked.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 3 } })
    expect(asked.slice(0, -1).every(({ usage }) => usage === null)).toBe(true)
    expect((await chunksOf('openai')).every(chunk => !('usage' in chunk))).toBe(true)
  })
  it('comes unasked with the last choice from Mistral', async () => {
    const last = (await chunksOf('mistral')).at(-1)
    expect(last).toMatchObject({ choices: [{ finish_reason: 'stop' }], usage: { completion_tokens: 3 } })
  })
})

describe('calls on streams', () => {
  it('come bit by bit from OpenAI and whole from Mistral and Google', async () => {
    answer = { calls: [{ name: 'f', input: { text: 'x'.repeat(200) } }] }
    const pieces = async (provider: string): Promise<number> =>
      (await chunksOf(provider)).filter(({ choices }) => choices[0]?.delta['tool_calls'] !== undefined).length
    expect(await pieces('openai')).toBeGreaterThan(5)
    expect(await pieces('selfhosted')).toBeGreaterThan(5)
    expect(await pieces('mistral')).toBe(1)
    expect(await pieces('gemini')).toBe(1)
  })
})

describe('headers', () => {
  it('name the request as each provider does', async () => {
    answer = { text: 'x' }
    expect((await ask('openai')).headers.get('x-request-id')).toMatch(/^req_/)
    expect((await ask('mistral')).headers.get('mistral-correlation-id')).toBeTruthy()
    expect((await ask('selfhosted')).headers.get('server')).toBe('uvicorn')
  })
})
