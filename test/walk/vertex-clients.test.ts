/** Google's official client as it speaks to Vertex AI, and Claude's bodies at Vertex's paths, through the whole house. */
import { GoogleGenAI } from '@google/genai'
import type { GoogleGenAIOptions } from '@google/genai'
import { OAuth2Client } from 'google-auth-library'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHouse, virtualKey } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

type AuthClient = NonNullable<NonNullable<GoogleGenAIOptions['googleAuthOptions']>['authClient']>

let house: OpenHouse
beforeAll(async () => void (house = await openHouse()))
afterAll(() => house.close())

const httpOptions = () => ({ baseUrl: house.url })
/** With a project, the client asks Google's own library for a token: the virtual key stands for one. */
const inProject = (): GoogleGenAI => {
  const signedOn = new OAuth2Client({ credentials: { access_token: virtualKey, expiry_date: 2 ** 42 } })
  // The client carries a copy of the library of its own, whose types are others by name alone.
  const authClient = signedOn as unknown as AuthClient
  return new GoogleGenAI({
    vertexai: true,
    project: 'acme',
    location: 'europe-west1',
    googleAuthOptions: { authClient },
    httpOptions: httpOptions(),
  })
}
const clients = [
  ['with a project', inProject],
  ['with a key', () => new GoogleGenAI({ vertexai: true, apiKey: virtualKey, httpOptions: httpOptions() })],
] as const
const contents = 'Hello!'

describe.each(clients)('Google’s client for Vertex AI, %s', (_, client) => {
  it.each(['speaks-openai', 'speaks-anthropic', 'openai/gpt-4o-mini-2024-07-18'])('is answered by %s', async model => {
    const answer = await client().models.generateContent({ model, contents })
    expect(answer.text).toMatch(/recorded world/)
    expect(answer.usageMetadata?.totalTokenCount).toBeGreaterThan(0)
  })
  it('is answered in a stream', async () => {
    let text = ''
    const stream = await client().models.generateContentStream({ model: 'speaks-anthropic', contents })
    for await (const chunk of stream) text += chunk.text ?? ''
    expect(text).toMatch(/claude-3-haiku/)
  })
  it('is told how long a request is', async () => {
    expect((await client().models.countTokens({ model: 'both', contents })).totalTokens).toBeGreaterThan(0)
  })
  it('is told what is wrong in Google’s words', async () => {
    await expect(client().models.generateContent({ model: 'nobody', contents })).rejects.toThrow(/"NOT_FOUND"/)
  })
})

describe('Claude at Vertex’s paths', () => {
  const root = '/v1/projects/acme/locations/us-east5/publishers/anthropic/models'
  const post = (path: string, more: Readonly<Record<string, unknown>> = {}): Promise<Response> =>
    fetch(`${house.url}${root}/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${virtualKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        anthropic_version: 'vertex-2023-10-16',
        max_tokens: 100,
        messages: [{ role: 'user', content: 'Hello!' }],
        ...more,
      }),
    })

  it.each(['claude-3-haiku-20240307', 'speaks-openai'])('%s answers whole', async model => {
    const answer = await post(`${model}:rawPredict`)
    expect(await answer.json()).toMatchObject({ type: 'message', stop_reason: 'end_turn' })
  })
  it.each(['claude-3-haiku-20240307', 'speaks-openai'])('%s answers in a stream', async model => {
    const text = await (await post(`${model}:streamRawPredict`, { stream: true })).text()
    expect(text).toMatch(/^event: message_start/)
    expect(text).toMatch(/event: message_stop/)
  })
  it('is counted by the name that counts, with the model in the body', async () => {
    const answer = await post('count-tokens:rawPredict', { model: 'speaks-anthropic' })
    expect(await answer.json()).toEqual({ input_tokens: expect.any(Number) })
  })
  it('is refused in Anthropic’s words, and a strange verb by the nearest', async () => {
    const nobody = await post('nobody:rawPredict')
    expect([nobody.status, await nobody.json()]).toMatchObject([404, { type: 'error' }])
    const verb = await post('claude-3-haiku-20240307:rawPredicts')
    expect(verb.status).toBe(404)
    expect(await verb.text()).toMatch(/did you mean \\"rawPredict\\"/)
    expect((await post('claude-3-haiku-20240307')).status).toBe(404)
  })
})
