/** What is known of models: prices of the day, windows and abilities, and nothing that is only guessed. */
import { Socket } from 'node:net'
import { findProvider } from '@pydantic/genai-prices'
import { describe, expect, it, vi } from 'vitest'
import { abilities } from '../domain/deployment.ts'
import type { Price, Rates } from '../domain/deployment.ts'
import { rateNames, ratesFor } from '../domain/rates.ts'
import { tokens } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import { knownModel } from './catalog.ts'

const day = (text: string): Instant => Date.parse(text) as Instant
const today = day('2026-11-24')

describe('a known model', () => {
  it('has a price in millionths of a dollar, also for what a cache gave or took', () => {
    expect(knownModel({ type: 'anthropic', model: 'claude-3-5-sonnet-20241022' }, today)).toMatchObject({
      contextWindow: 200_000,
      maxOutput: 8_192,
      price: {
        inputPerMillion: 3_000_000,
        outputPerMillion: 15_000_000,
        cachedInputPerMillion: 300_000,
        cacheWritePerMillion: 3_750_000,
      },
    })
  })
  it('has the price of the day on which it is asked', () => {
    const priceOn = (text: string) => knownModel({ type: 'openai', model: 'o3' }, day(text)).price?.inputPerMillion
    expect(priceOn('2025-06-09')).toBe(10_000_000)
    expect(priceOn('2025-06-11')).toBe(2_000_000)
  })
  it('has its price at the hour at which it is asked', () => {
    const { price } = knownModel({ type: 'deepseek', model: 'deepseek-v4-pro' }, today)
    const inputAt = (time: string) =>
      price && ratesFor(price, { at: day(time), inputTokens: tokens(1) }).inputPerMillion
    expect(inputAt('2026-11-24T00:59:59Z')).toBe(660_000)
    expect(inputAt('2026-11-24T01:00:00Z')).toBe(1_320_000)
    expect(inputAt('2026-11-24T03:59:59Z')).toBe(1_320_000)
    expect(inputAt('2026-11-24T04:00:00Z')).toBe(660_000)
    expect(inputAt('2026-11-25T09:00:00Z')).toBe(1_320_000)
  })
  it('has the price of a day that comes while the process runs', () => {
    const { price } = knownModel({ type: 'gemini', model: 'gemini-3.7-flash' }, today)
    const outputAt = (time: string) =>
      price && ratesFor(price, { at: day(time), inputTokens: tokens(1) }).outputPerMillion
    expect(outputAt('2026-12-31T23:59:59Z')).toBe(3_750_000)
    expect(outputAt('2027-01-01')).toBe(7_500_000)
  })
  it('has the prices of long inputs', () => {
    const { price } = knownModel({ type: 'anthropic', model: 'claude-sonnet-4-5' }, today)
    const inputAbove = (length: number) => price && ratesFor(price, { inputTokens: tokens(length) }).inputPerMillion
    expect([inputAbove(200_000), inputAbove(200_001)]).toEqual([3_000_000, 6_000_000])
  })
  it('has the same price in every way that its provider is called', () => {
    const asXai = knownModel({ type: 'xai', model: 'grok-4.3' }, today).price
    expect(asXai).toBeDefined()
    const byAddress = knownModel({ type: 'openai-compatible', url: 'https://api.x.ai/v1', model: 'grok-4.3' }, today)
    expect(byAddress.price).toEqual(asXai)
  })
  it.each([
    ['openai', 'gpt-4o-mini', ['image', 'file', 'json-schema', 'logprobs', 'choices'], ['audio', 'reasoning']],
    ['openai', 'gpt-4o-mini-2024-07-18', ['image', 'tools'], ['audio', 'reasoning']],
    ['openai', 'gpt-3.5-turbo', ['text', 'tools'], ['image', 'json-schema']],
    ['openai', 'o3-mini', ['reasoning', 'json-schema'], ['image', 'logprobs']],
    ['openai', 'gpt-5-mini', ['reasoning', 'image'], ['logprobs', 'audio']],
    ['anthropic', 'claude-3-haiku-20240307', ['image', 'tools'], ['reasoning', 'choices', 'logprobs', 'audio']],
    ['anthropic', 'claude-sonnet-4-5', ['reasoning', 'json-schema', 'file'], ['choices', 'audio']],
    ['openrouter', 'openai/gpt-4o', ['image', 'logprobs'], ['audio']],
    ['mistral', 'mistral-large-2407', ['tools', 'json-schema'], ['image', 'audio']],
    ['openai', 'text-embedding-3-small', ['embeddings'], ['text', 'images']],
    ['bedrock', 'cohere.embed-english-v3', ['embeddings'], ['text', 'rerank']],
    ['bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', ['text', 'reasoning'], ['embeddings', 'images']],
    ['cohere', 'rerank-v3.5', ['rerank'], ['text', 'embeddings']],
    ['openai', 'omni-moderation-latest', ['moderations'], ['text']],
    ['openai', 'dall-e-3', ['images'], ['image-edits', 'text']],
    ['openai', 'gpt-image-1', ['images', 'image-edits'], ['text']],
    ['openai', 'tts-1-hd', ['speech'], ['text', 'transcription']],
    ['openai', 'gpt-4o-mini-transcribe', ['transcription'], ['text', 'translation', 'speech']],
    ['groq', 'whisper-large-v3', ['transcription', 'translation'], ['text']],
    ['groq', 'whisper-large-v3-turbo', ['transcription'], ['translation']],
    ['openai', 'gpt-realtime-mini', ['realtime'], ['text']],
    ['openai', 'gpt-3.5-turbo-instruct', ['completions'], ['text']],
    ['gemini', 'models/gemini-2.5-flash', ['text', 'audio', 'reasoning'], ['embeddings', 'images']],
    ['gemini', 'gemini-2.5-flash-image', ['text', 'image-output', 'images'], ['embeddings']],
    ['gemini', 'gemini-2.5-flash-preview-tts', ['speech', 'audio-output'], ['transcription']],
    ['vertex', 'imagen-4.0-generate-001', ['images'], ['text', 'image-edits']],
    ['xai', 'grok-4.5', ['text', 'tools', 'image'], ['embeddings', 'rerank', 'speech', 'images']],
  ])('of %s, %s, accepts what it can', (type, model, can, cannot) => {
    const { accepts } = knownModel({ type, model }, today)
    expect(accepts).toEqual(expect.arrayContaining(can))
    expect(accepts.filter(one => cannot.includes(one))).toEqual([])
  })
})

describe('a model that nobody knows', () => {
  it('has no price, which is not the price 0, and is refused nothing', () => {
    expect(knownModel({ type: 'openai', model: 'gpt-of-tomorrow' }, today)).toEqual({ accepts: abilities })
  })
  it('is still not asked for what its dialect cannot say', () => {
    const { accepts } = knownModel({ type: 'anthropic', model: 'claude-of-tomorrow' }, today)
    expect(accepts).toEqual(['text', 'image', 'file', 'tools', 'json-schema', 'reasoning'])
  })
  it.each(['ollama', 'vllm', 'openai-compatible'])('is what a server of one’s own has, whatever its name: %s', type => {
    const known = knownModel({ type, url: 'http://127.0.0.1:8000/v1', model: 'gpt-4o' }, today)
    expect(known.price).toBeUndefined()
    expect(known.contextWindow).toBeUndefined()
  })
  it('is not priced by likeness of its type to another', () => {
    expect(findProvider({ providerId: 'my-openai' })?.id).toBe('openai')
    expect(knownModel({ type: 'my-openai', model: 'gpt-4o' }, today).price).toBeUndefined()
    expect(knownModel({ type: 'constructor', model: '__proto__' }, today).price).toBeUndefined()
  })
})

/** The rates at every length, hour, day and class of service that the price knows. */
const everyRates = (price: Price): readonly Rates[] => {
  const times = [today, ...(price.changes ?? []).map(({ since, from }) => (since ?? today + (from ?? 0)) as Instant)]
  const lengths = [1, ...(price.tiers ?? []).map(({ above }) => above + 1)]
  const services = [undefined, ...Object.keys(price.services ?? {})]
  return times.flatMap(at =>
    lengths.flatMap(length =>
      services.map(serviceTier =>
        ratesFor(price, { at, inputTokens: tokens(length), ...(serviceTier !== undefined && { serviceTier }) }),
      ),
    ),
  )
}

describe('the whole price list', () => {
  const types = [
    'openai',
    'anthropic',
    'mistral',
    'groq',
    'deepseek',
    'openrouter',
    'together',
    'perplexity',
    'cerebras',
    'azure',
    'cohere',
    'fireworks',
    'novita',
    'cloudflare',
    'minimax',
    'baseten',
  ]
  it.each(types)('of %s gives whole, sensible prices or none', type => {
    const models = findProvider({ providerId: type })?.models ?? []
    expect(models.length).toBeGreaterThan(0)
    for (const { id } of models) {
      const { price, contextWindow } = knownModel({ type, model: id }, today)
      for (const rates of price === undefined ? [] : everyRates(price))
        for (const name of rateNames) {
          const rate = rates[name] ?? 0
          expect(Number.isSafeInteger(rate), `${id} ${name}`).toBe(true)
          expect(rate, `${id} ${name}`).toBeGreaterThanOrEqual(0)
        }
      if (contextWindow !== undefined) expect(contextWindow, id).toBeGreaterThan(1000)
    }
  })

  it('comes from what is shipped: nothing is fetched', () => {
    const connect = vi.spyOn(Socket.prototype, 'connect')
    knownModel({ type: 'openai', model: 'gpt-4o' }, today)
    knownModel({ type: 'openai', model: 'gpt-of-tomorrow' }, today)
    knownModel({ type: 'openai-compatible', url: 'https://api.x.ai/v1', model: 'grok-4.3' }, today)
    expect(connect).not.toHaveBeenCalled()
    connect.mockRestore()
  })
})
