/** The table of look-alikes: whole, true to what providers took in recordings, and spoken at the right doors. */
import { describe, expect, it } from 'vitest'
import { chatExchanges } from '../../test/chat-recordings.ts'
import { requestOf } from '../../test/fake-dialect.ts'
import { hasShared } from '../../test/shared.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { DeploymentId, DialectId, ModelId, ProviderId } from '../domain/ids.ts'
import type { RawBody } from '../domain/request.ts'
import { doorsOf, lookAlikes, lookAlikeTable } from './openai-compatible.ts'
import { editsFor } from './quirks.ts'
import type { ProviderSettings } from './speak.ts'

type Json = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)

/** The provider of a recording, by the name that we give its type. */
const typeOf: Readonly<Record<string, string>> = { togetherai: 'together', local: 'ollama' }

const recorded = chatExchanges.flatMap(({ id, provider, request, response }) => {
  const quirks = lookAlikeTable[typeOf[provider] ?? provider]?.quirks
  if (quirks === undefined || response.status >= 300 || !isRecord(request.body)) return []
  return [{ id, provider, quirks, body: request.body }]
})
/** Members that only asked for what is so anyway. */
const idle = new Set(['stream_options'])

describe.skipIf(!hasShared)('what providers took in recordings', () => {
  it.each(recorded)('$provider, $id, is sent as it was', ({ provider, quirks, body }) => {
    const { edits, losses } = editsFor(provider, quirks, body)
    expect(losses).toEqual([])
    expect(Object.keys(edits).filter(member => !idle.has(member))).toEqual([])
  })
  it('are many', () => {
    expect(new Set(recorded.map(({ provider }) => provider)).size).toBeGreaterThanOrEqual(10)
    expect(recorded.length).toBeGreaterThan(150)
  })
})

const settings: ProviderSettings = { id: 'them' as ProviderId, credentials: [], version: '1' }
const deployment = (dialect: DialectId): Deployment => ({
  id: 'd' as DeploymentId,
  provider: settings.id,
  model: 'm' as ModelId,
  dialect,
  accepts: ['text'],
  weight: 1,
  priority: 1,
  limits: {},
  tags: {},
  quality: {},
})
/** Where a request goes, in the dialect of its client. */
const urlOf = (type: string, given: Partial<ProviderSettings> = {}, dialect?: string): string | undefined => {
  const made = lookAlikes[type]?.({ ...settings, ...given })
  if (made?.ok !== true) return made?.why
  const json = { model: 'x', max_tokens: 1, messages: [] }
  const raw: RawBody | undefined =
    dialect === undefined
      ? undefined
      : { dialect: dialect as DialectId, json, bytes: new TextEncoder().encode(JSON.stringify(json)) }
  const asked = made.value.ask({ ...requestOf(), ...(raw && { raw }) }, deployment(made.value.dialect))
  return asked.ok ? asked.asked.wire.url : asked.failure.message
}

describe('the table', () => {
  const rows = Object.entries(lookAlikeTable)
  it("has thirty and more, hosted and one's own", () => {
    expect(rows.length).toBeGreaterThanOrEqual(40)
    expect(rows.filter(([, row]) => row.isSelfHosted).length).toBeGreaterThanOrEqual(6)
  })
  it.each(rows)('%s: an address or an example of one, and where its API is described', (_, row) => {
    expect(new URL(row.docs).protocol).toBe('https:')
    const address = row.url ?? row.example ?? ''
    expect(address).not.toMatch(/\/$/)
    expect(new URL(address.replace('{account}', 'acme')).protocol).toBe(
      row.url && !row.isSelfHosted ? 'https:' : new URL(address.replace('{account}', 'acme')).protocol,
    )
    if (row.url?.includes('{account}')) expect(row.example).toBeDefined()
    for (const [door, path] of Object.entries(row.elsewhere ?? {})) {
      expect([door, path.startsWith('/') || new URL(path).protocol === 'https:']).toEqual([door, true])
      expect(row.also ?? []).not.toContain(door)
    }
  })
})

describe('addresses', () => {
  it("are the provider's own, the settings', or made of the account", () => {
    expect(urlOf('zai')).toBe('https://api.z.ai/api/paas/v4/chat/completions')
    expect(urlOf('cloudflare', { options: { account: 'abc' } })).toBe(
      'https://api.cloudflare.com/client/v4/accounts/abc/ai/v1/chat/completions',
    )
    expect(urlOf('databricks', { url: 'https://w.test/serving-endpoints' })).toBe(
      'https://w.test/serving-endpoints/chat/completions',
    )
  })
  it('that are missing are told with what would be right', () => {
    expect(urlOf('databricks')).toBe(
      'the provider "them" has no account and no url; the type databricks needs one of the two, e.g. https://adb-1234567890.7.azuredatabricks.net/serving-endpoints',
    )
    expect(urlOf('vllm')).toBe('the provider "them" has no url; the type vllm needs one, e.g. http://127.0.0.1:8000/v1')
  })
})

describe('other dialects', () => {
  const messages = 'anthropic-messages'
  it('are spoken at their own door with who speaks them', () => {
    expect(urlOf('deepseek', {}, messages)).toBe('https://api.deepseek.com/anthropic/v1/messages')
    expect(urlOf('openrouter', {}, messages)).toBe('https://openrouter.ai/api/v1/messages')
    expect(urlOf('fireworks', {}, messages)).toBe('https://api.fireworks.ai/inference/v1/messages')
  })
  it("are not looked for at another host once the address is not the provider's own", () => {
    expect(urlOf('deepseek', { url: 'http://127.0.0.1:9' }, messages)).toBe('http://127.0.0.1:9/chat/completions')
    expect(doorsOf(lookAlikeTable['deepseek'] ?? { docs: '', usage: 'asked' }, false)).toEqual({
      responses: '/responses',
    })
  })
  it('are not led to where only some models are behind the door', () => {
    expect(urlOf('databricks', { options: { account: 'w.test' } }, messages)).toBe(
      'https://w.test/serving-endpoints/chat/completions',
    )
    expect(urlOf('perplexity', {}, 'openai-responses')).toBe('https://api.perplexity.ai/chat/completions')
    expect(urlOf('groq', {}, 'openai-responses')).toBe('https://api.groq.com/openai/v1/responses')
  })
  it("are not expected of servers of one's own, nor of whom nothing is known", () => {
    expect(urlOf('ollama', {}, messages)).toBe('http://127.0.0.1:11434/v1/chat/completions')
    expect(urlOf('groq', {}, messages)).toBe('https://api.groq.com/openai/v1/chat/completions')
  })
})

describe('what some models want otherwise', () => {
  it('is asked by the name of the model that is called, not by the one that the client gave', () => {
    const made = lookAlikes['moonshot']?.(settings)
    if (made?.ok !== true) throw new Error(made?.why)
    const json = { model: 'my-pool', temperature: 0.2, reasoning_effort: 'medium', messages: [] }
    const raw = { dialect: made.value.dialect, json, bytes: new TextEncoder().encode(JSON.stringify(json)) }
    const asked = made.value.ask(
      { ...requestOf(), raw },
      { ...deployment(made.value.dialect), model: 'kimi-k3' as ModelId },
    )
    if (!asked.ok) throw new Error(asked.failure.message)
    const { body } = asked.asked.wire
    expect(JSON.parse(body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body))).toEqual({
      model: 'kimi-k3',
      reasoning_effort: 'low',
      messages: [],
    })
    expect(asked.asked.losses.map(({ field }) => field)).toEqual(['reasoning_effort', 'temperature'])
  })
})

describe('doors', () => {
  it('are at the usual path or where the provider has them', () => {
    const at = (type: string) => doorsOf(lookAlikeTable[type] ?? { docs: '', usage: 'asked' }, true)
    expect(at('together')).toMatchObject({
      embeddings: '/embeddings',
      images: '/images/generations',
      rerank: '/rerank',
    })
    expect(at('perplexity')).toEqual({ responses: '/v1/responses', embeddings: '/v1/embeddings' })
    expect(at('openai-compatible')).toEqual({})
  })
})
