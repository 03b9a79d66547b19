/** The usage of every recorded answer is priced as the price list's own makers read and price it. */
import { calcPrice, extractUsage, findProvider } from '@pydantic/genai-prices'
import { describe, expect, it } from 'vitest'
import { costOf } from '../../src/accounting/price.ts'
import { knownModel } from '../../src/config/catalog.ts'
import { dialects } from '../../src/dialects/registry.ts'
import { deliveryOf } from '../../src/domain/delivery.ts'
import type { DialectId } from '../../src/domain/ids.ts'
import type { Instant } from '../../src/domain/units.ts'
import { recordings } from '../recordings.ts'
import type { Recording } from '../recordings.ts'
import { hasShared } from '../shared.ts'

const now = Date.parse('2026-11-24T12:00:00Z') as Instant

const surfaces: Readonly<Record<string, string>> = {
  chat: 'openai-chat',
  responses: 'openai-responses',
  messages: 'anthropic-messages',
  generateContent: 'gemini',
  converse: 'bedrock-converse',
  v2_chat: 'cohere-chat',
}
/** The list's name of a provider, and what it calls the format of its answers. */
const listed: Readonly<Record<string, Readonly<Record<string, readonly [list: string, flavour: string]>>>> = {
  anthropic: { messages: ['anthropic', 'default'] },
  azure: { chat: ['azure', 'chat'], responses: ['azure', 'responses'] },
  bedrock: { converse: ['aws', 'default'] },
  cerebras: { chat: ['cerebras', 'chat'] },
  cohere: { v2_chat: ['cohere', 'default'] },
  deepseek: { chat: ['deepseek', 'chat'] },
  gemini: { generateContent: ['google', 'default'] },
  groq: { chat: ['groq', 'default'] },
  mistral: { chat: ['mistral', 'default'] },
  openai: { chat: ['openai', 'chat'], responses: ['openai', 'responses'] },
  openrouter: { chat: ['openrouter', 'chat'] },
  vertex: { generateContent: ['google', 'default'] },
  xai: { chat: ['x-ai', 'chat'] },
  zai: { chat: ['zai', 'chat'] },
}

type Json = Readonly<Record<string, unknown>>

const hasError = (body: object): boolean => 'error' in body && body.error !== null

const bodyOf = ({ response }: Recording): Json | undefined => {
  try {
    const body: unknown = JSON.parse(response.body.text ?? '')
    return body !== null && typeof body === 'object' && !Array.isArray(body) && !hasError(body)
      ? Object.fromEntries(Object.entries(body))
      : undefined
  } catch {
    // Streams and pages are no whole answers.
    return undefined
  }
}

const modelOf = ({ request }: Recording, body: Json): string => {
  const asked =
    request.body !== null && typeof request.body === 'object' && 'model' in request.body
      ? request.body.model
      : undefined
  const path = decodeURIComponent(/\/model\/(.+)\/converse$/.exec(request.path)?.[1] ?? '')
  return String(body['model'] ?? body['modelVersion'] ?? asked ?? path)
}

interface Priced {
  readonly name: string
  readonly ours: number | undefined
  /** Undefined where the list's makers cannot read the usage or do not know the model. */
  readonly theirs: number | undefined
}

const theirPrice = (recording: Recording, body: Json, model: string): number | undefined => {
  const [list, flavour] = listed[recording.provider]?.[recording.surface] ?? []
  const provider = list === undefined ? undefined : findProvider({ providerId: list })
  if (list === undefined || provider === undefined) return undefined
  const name = list === 'aws' || list === 'google' ? model.slice(model.lastIndexOf('/') + 1) : model
  try {
    const { usage } = extractUsage(provider, body, flavour)
    const found = calcPrice(usage, name, { providerId: list, timestamp: new Date(now) })
    return found === null || Object.keys(found.model_price).length === 0 ? undefined : found.total_price * 1e6
  } catch {
    // It refuses counts that contradict each other, such as more from the cache than went in.
    return undefined
  }
}

const priced = (): readonly Priced[] =>
  [...recordings()].flatMap(recording => {
    const dialect = dialects.get((surfaces[recording.surface] ?? '') as DialectId)
    const body = dialect === undefined || recording.response.status >= 300 ? undefined : bodyOf(recording)
    if (dialect === undefined || body === undefined) return []
    const { usage } = deliveryOf(dialect.decodeAnswer(body))
    if (usage === undefined) return []
    const model = modelOf(recording, body)
    const cost = costOf(usage, knownModel({ type: recording.provider, model }, now).price, { at: now })
    const name = `${recording.provider} ${recording.surface} ${recording.id} ${model}`
    // They read neither what Mistral's cache gave nor what it heard.
    const isUnread = recording.provider === 'mistral' && (usage.inputCached > 0 || usage.inputAudio !== undefined)
    const ours = cost.source === 'unpriced' ? undefined : cost.amount
    return [{ name, ours, theirs: isUnread ? undefined : theirPrice(recording, body, model) }]
  })

describe.skipIf(!hasShared)('the usage of recorded answers', () => {
  const all = hasShared ? priced() : []
  it('costs what the makers of the price list make of the same answer', () => {
    const differing = all.filter(
      ({ ours, theirs }) => ours !== undefined && theirs !== undefined && Math.abs(ours - theirs) > 0.5001,
    )
    expect(differing).toEqual([])
    expect(all.filter(({ ours, theirs }) => ours !== undefined && theirs !== undefined).length).toBeGreaterThan(800)
  })
  it('is priced wherever they have a price', () => {
    expect(all.filter(({ ours, theirs }) => ours === undefined && theirs !== undefined)).toEqual([])
  })
  it('is priced at every provider of which a price is published', () => {
    const has = (provider: string) =>
      all.filter(({ name, ours }) => name.startsWith(`${provider} `) && ours !== undefined)
    for (const provider of [...Object.keys(listed), 'together', 'perplexity'])
      expect(has(provider).length, provider).toBeGreaterThan(0)
  })
  it('of one’s own servers is unpriced', () => {
    const local = all.filter(({ name }) => /^(?:ollama|local|gpustack) /.test(name))
    expect(local.length).toBeGreaterThan(20)
    expect(local.filter(({ ours }) => ours !== undefined)).toEqual([])
  })
})
