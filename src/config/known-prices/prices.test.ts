/** Golden prices: what well-known models cost today, in dollars as their providers publish them, and where each is from. */
import { describe, expect, it } from 'vitest'
import { whatIsKnown } from '../catalog.ts'
import type { Instant } from '../../domain/units.ts'
import type { RateName } from '../../domain/rates.ts'
import { ownLists } from './all.ts'
import { readPrice } from '../read-price.ts'

const today = Date.parse('2026-11-24') as Instant

const factors: Readonly<Record<string, readonly [rate: RateName, factor: number]>> = {
  in: ['inputPerMillion', 1e6],
  out: ['outputPerMillion', 1e6],
  cached: ['cachedInputPerMillion', 1e6],
  write: ['cacheWritePerMillion', 1e6],
  hour: ['longCacheWritePerMillion', 1e6],
  thinking: ['reasoningPerMillion', 1e6],
  audioIn: ['inputAudioPerMillion', 1e6],
  audioOut: ['outputAudioPerMillion', 1e6],
  imageIn: ['inputImagePerMillion', 1e6],
  imageOut: ['outputImagePerMillion', 1e6],
  image: ['imagePerMillion', 1e12],
  minute: ['secondPerMillion', 1e12 / 60],
  characters: ['characterPerMillion', 1e6],
  searches: ['searchPerMillion', 1e9],
  request: ['requestPerMillion', 1e12],
}

type Golden = readonly [type: string, model: string, price: Readonly<Record<string, number>>, from: string]

/** `+` joins the sources that say something of the price. */
const golden: readonly Golden[] = [
  ['openai', 'gpt-4o', { in: 2.5, cached: 1.25, out: 10, searches: 10 }, 'library+ours+ours'],
  ['openai', 'gpt-4o-mini-2024-07-18', { in: 0.15, cached: 0.075, out: 0.6 }, 'library+ours'],
  ['openai', 'gpt-4.1', { in: 2, cached: 0.5, out: 8 }, 'library+ours+ours'],
  ['openai', 'gpt-5-mini', { in: 0.25, cached: 0.025, out: 2 }, 'library+ours+ours'],
  ['openai', 'o3', { in: 2, cached: 0.5, out: 8 }, 'library+ours'],
  ['openai', 'text-embedding-3-small', { in: 0.02, out: 0 }, 'library+ours'],
  ['openai', 'text-embedding-3-large', { in: 0.13, out: 0 }, 'library+ours'],
  ['openai', 'omni-moderation-latest', { in: 0, out: 0 }, 'ours+ours'],
  ['openai', 'dall-e-3', { in: 0, out: 0, image: 0.04 }, 'ours+ours'],
  ['openai', 'gpt-image-1', { in: 5, imageIn: 10, out: 40 }, 'library+ours'],
  ['openai', 'tts-1', { characters: 15 }, 'ours+ours'],
  ['openai', 'tts-1-hd', { characters: 30 }, 'ours+ours'],
  ['openai', 'gpt-4o-mini-tts', { in: 0.6, out: 12 }, 'library+ours'],
  ['openai', 'whisper-1', { minute: 0.006 }, 'library+ours'],
  ['openai', 'gpt-4o-transcribe', { in: 2.5, audioIn: 6, out: 10 }, 'library+ours'],
  ['openai', 'gpt-realtime', { in: 4, cached: 0.4, out: 16, audioIn: 32, audioOut: 64 }, 'library+ours'],
  ['openai', 'gpt-4o-audio-preview', { in: 2.5, out: 10, audioIn: 40, audioOut: 80 }, 'ours+ours'],
  ['azure', 'gpt-4o-mini', { in: 0.15, out: 0.6 }, 'library+ours'],
  ['azure', 'whisper', { minute: 0.006 }, 'ours+ours'],
  [
    'anthropic',
    'claude-sonnet-4-5',
    { in: 3, cached: 0.3, write: 3.75, hour: 6, out: 15, searches: 10 },
    'library+ours',
  ],
  ['anthropic', 'claude-haiku-4-5-20251001', { in: 1, cached: 0.1, write: 1.25, hour: 2, out: 5 }, 'library+ours'],
  ['anthropic', 'claude-opus-4-1', { in: 15, cached: 1.5, write: 18.75, out: 75 }, 'library+ours'],
  ['bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', { in: 3.3, cached: 0.33, out: 16.5 }, 'library+ours'],
  ['bedrock', 'global.anthropic.claude-sonnet-4-5-20250929-v1:0', { in: 3, cached: 0.3, out: 15 }, 'library+ours'],
  ['bedrock', 'anthropic.claude-3-haiku-20240307-v1:0', { in: 0.25, out: 1.25 }, 'library+ours'],
  ['bedrock', 'amazon.nova-pro-v1:0', { in: 0.8, cached: 0.2, out: 3.2 }, 'library+ours'],
  ['bedrock', 'apac.amazon.nova-lite-v1:0', { in: 0.06, out: 0.24 }, 'library+ours'],
  ['bedrock', 'amazon.titan-embed-text-v2:0', { in: 0.02, out: 0 }, 'ours'],
  ['bedrock', 'cohere.embed-multilingual-v3', { in: 0.1, out: 0 }, 'ours'],
  ['bedrock', 'cohere.rerank-v3-5:0', { searches: 2 }, 'ours'],
  ['gemini', 'gemini-2.5-flash', { in: 0.3, cached: 0.03, audioIn: 1, out: 2.5 }, 'library+ours'],
  ['gemini', 'gemini-2.5-pro', { in: 1.25, cached: 0.125, out: 10 }, 'library+ours'],
  ['gemini', 'gemini-2.5-flash-image', { in: 0.3, out: 2.5, imageOut: 30 }, 'library+ours'],
  ['gemini', 'imagen-4.0-generate-001', { image: 0.04 }, 'ours+ours'],
  ['gemini', 'gemini-embedding-001', { in: 0.15, out: 0 }, 'library+ours'],
  ['vertex', 'text-embedding-005', { characters: 0.025 }, 'ours'],
  ['vertex', 'claude-sonnet-4-5@20250929', { in: 3, out: 15 }, 'library+ours'],
  ['cohere', 'command-a-03-2025', { in: 2.5, out: 10 }, 'library'],
  ['cohere', 'embed-v4.0', { in: 0.12, out: 0 }, 'library'],
  ['cohere', 'rerank-v3.5', { searches: 2 }, 'ours'],
  ['mistral', 'mistral-embed', { in: 0.1, out: 0 }, 'ours+ours'],
  ['voyage', 'voyage-3.5', { in: 0.06, out: 0 }, 'library+ours'],
  ['voyage', 'rerank-2.5', { in: 0.05, out: 0 }, 'ours'],
  ['groq', 'llama-3.3-70b-versatile', { in: 0.59, out: 0.79 }, 'library+ours'],
  ['groq', 'whisper-large-v3', { minute: 0.00185 }, 'library+ours'],
  ['deepseek', 'deepseek-v4-pro', { in: 0.66, cached: 0.022, out: 1.98 }, 'library'],
  ['xai', 'grok-4.5', { in: 2, cached: 0.3, out: 6, searches: 5 }, 'library+ours'],
  ['xai', 'grok-imagine-image', { image: 0.02 }, 'ours+ours'],
  ['perplexity', 'sonar', { in: 1, out: 1, request: 0.005 }, 'library+ours'],
  ['perplexity', 'sonar-deep-research', { in: 2, out: 8, thinking: 3, searches: 5 }, 'library'],
  ['together', 'black-forest-labs/FLUX.1-schnell', { image: 0.0027 }, 'ours'],
  ['openrouter', 'openai/gpt-4o', { in: 2.5, out: 10 }, 'library'],
]

describe('the price of', () => {
  it.each(golden)('%s, %s is as published', (type, model, price, from) => {
    const { known, sources } = whatIsKnown({ type, model }, today)
    for (const [name, dollars] of Object.entries(price)) {
      const [rate, factor] = factors[name] ?? ['inputPerMillion', Number.NaN]
      expect(known.price?.[rate], name).toBe(Math.round(dollars * factor))
    }
    expect(sources.price?.map(one => one.from).join('+')).toBe(from)
  })

  it('OpenAI’s faster and slower classes of service is theirs', () => {
    const { known } = whatIsKnown({ type: 'openai', model: 'gpt-5' }, today)
    expect(known.price?.services).toEqual({
      batch: { share: 500 },
      flex: { share: 500 },
      priority: { inputPerMillion: 2_500_000, cachedInputPerMillion: 250_000, outputPerMillion: 20_000_000 },
    })
  })
})

describe('our own lists', () => {
  const lines = ownLists.flatMap(list => list.models.map(model => ({ ...model, list })))
  it('say where and when each line was read', () => {
    for (const { source, checked, providers } of ownLists) {
      expect(URL.canParse(source), source).toBe(true)
      expect(checked).toMatch(/^20\d\d-(0[1-9]|1[0-2])$/)
      expect(providers.length).toBeGreaterThan(0)
    }
  })
  it('have no line that says nothing, and no price that makes none', () => {
    for (const { names, price, contextWindow, maxOutput } of lines) {
      expect(names.length).toBeGreaterThan(0)
      expect(price !== undefined || contextWindow !== undefined || maxOutput !== undefined, names[0]).toBe(true)
      if (price === undefined) continue
      const known = { inputPerMillion: 1, outputPerMillion: 1 } as never
      expect(readPrice(price, { known }), names[0]).toHaveProperty('price')
    }
  })
  it('name no model twice with a price of its own for one provider', () => {
    const named = ownLists.flatMap(({ providers, models }) =>
      models
        .filter(({ price }) => price?.input !== undefined || price?.image !== undefined)
        .flatMap(({ names }) => providers.flatMap(provider => names.map(name => `${provider}/${name}`))),
    )
    expect(named.filter((name, place) => named.indexOf(name) !== place)).toEqual([])
  })
})
