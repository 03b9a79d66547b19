/** What is known of models: prices of the day, windows and abilities, and nothing that is only guessed. */
import { Socket } from 'node:net'
import { findProvider } from '@pydantic/genai-prices'
import { describe, expect, it, vi } from 'vitest'
import type { Instant } from '../domain/units.ts'
import { knownModel } from './catalog.ts'
import { abilities } from '../domain/deployment.ts'

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
  it('has the price of most of the day where it differs by the hour', () => {
    const price = knownModel({ type: 'deepseek', model: 'deepseek-v4-pro' }, day('2026-11-24T02:00:00Z')).price
    expect(price?.inputPerMillion).toBe(660_000)
  })
  it('has the price of the first tier where longer inputs cost more', () => {
    expect(knownModel({ type: 'anthropic', model: 'claude-sonnet-4-5' }, today).price?.inputPerMillion).toBe(3_000_000)
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
  ]
  it.each(types)('of %s gives whole, sensible prices or none', type => {
    const models = findProvider({ providerId: type })?.models ?? []
    expect(models.length).toBeGreaterThan(0)
    for (const { id } of models) {
      const { price, contextWindow } = knownModel({ type, model: id }, today)
      for (const rate of Object.values(price ?? {})) {
        expect(Number.isSafeInteger(rate), id).toBe(true)
        expect(rate, id).toBeGreaterThanOrEqual(0)
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
