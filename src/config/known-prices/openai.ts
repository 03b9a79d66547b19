/** What the shipped price list lacks of OpenAI's models, and of the same at Azure. */
import type { OwnList } from './list.ts'

const pricing = 'https://developers.openai.com/api/docs/pricing'
const azurePricing = 'https://azure.microsoft.com/pricing/details/cognitive-services/openai-service'

/** Specific first; what holds for all of a provider's models comes last. */
export const openaiPrices: readonly OwnList[] = [
  {
    providers: ['openai'],
    source: pricing,
    checked: '2026-11',
    models: [
      { names: ['omni-moderation*', 'text-moderation*'], price: { input: 0, output: 0 } },
      // An image of 1024 by 1024 in standard quality; larger ones cost more and are told apart by nobody's usage.
      { names: ['dall-e-3'], price: { image: 0.04 } },
      { names: ['dall-e-2'], price: { image: 0.02 } },
      { names: ['tts-1', 'tts-1-1106'], price: { character: 15 } },
      { names: ['tts-1-hd', 'tts-1-hd-1106'], price: { character: 30 } },
      { names: ['gpt-4o-audio-preview*'], price: { input: 2.5, output: 10, inputAudio: 40, outputAudio: 80 } },
      { names: ['gpt-4o-mini-audio-preview*'], price: { input: 0.15, output: 0.6, inputAudio: 10, outputAudio: 20 } },
      { names: ['gpt-4o-transcribe-diarize*'], price: { input: 2.5, output: 10, inputAudio: 6 } },
      { names: ['gpt-4o-mini-search-preview*'], price: { input: 0.15, output: 0.6, search: 25 } },
      { names: ['gpt-4o-search-preview*'], price: { search: 25 } },
      { names: ['davinci-002'], price: { input: 2, output: 2 } },
      { names: ['babbage-002'], price: { input: 0.4, output: 0.4 } },
      { names: ['text-embedding-*'], contextWindow: 8_192 },
    ],
  },
  {
    providers: ['openai'],
    source: 'https://openai.com/api-priority-processing/',
    checked: '2026-11',
    models: [
      { names: ['gpt-5.5'], price: { priority: { input: 12.5, cachedInput: 1.25, output: 75 } } },
      { names: ['gpt-5.4'], price: { priority: { input: 5, cachedInput: 0.5, output: 30 } } },
      { names: ['gpt-5.4-mini*'], price: { priority: { input: 1.5, cachedInput: 0.15, output: 9 } } },
      { names: ['gpt-5.2'], price: { priority: { input: 3.5, cachedInput: 0.35, output: 28 } } },
      {
        names: ['gpt-5', 'gpt-5-2025-08-07', 'gpt-5.1', 'gpt-5.1-2025-11-13', 'gpt-5-codex', 'gpt-5.1-codex'],
        price: { priority: { input: 2.5, cachedInput: 0.25, output: 20 } },
      },
      { names: ['gpt-5-mini*'], price: { priority: { input: 0.45, cachedInput: 0.045, output: 3.6 } } },
      { names: ['gpt-4.1', 'gpt-4.1-2025-04-14'], price: { priority: { input: 3.5, cachedInput: 0.875, output: 14 } } },
      { names: ['gpt-4.1-mini*'], price: { priority: { input: 0.7, cachedInput: 0.175, output: 2.8 } } },
      { names: ['gpt-4.1-nano*'], price: { priority: { input: 0.2, cachedInput: 0.05, output: 0.8 } } },
      {
        names: ['gpt-4o', 'gpt-4o-2024-08-06', 'gpt-4o-2024-11-20'],
        price: { priority: { input: 4.25, cachedInput: 2.125, output: 17 } },
      },
    ],
  },
  {
    providers: ['openai'],
    source: pricing,
    checked: '2026-11',
    models: [{ names: ['*'], price: { batch: 0.5, flex: 0.5 } }],
  },
  {
    providers: ['azure'],
    source: azurePricing,
    checked: '2026-11',
    models: [
      { names: ['dall-e-3'], price: { image: 0.04 } },
      { names: ['tts', 'tts-1'], price: { character: 15 } },
      { names: ['tts-hd', 'tts-1-hd'], price: { character: 30 } },
      { names: ['whisper', 'whisper-1'], price: { hour: 0.36 } },
      { names: ['text-embedding-ada-002'], price: { input: 0.1, output: 0 } },
      { names: ['*'], price: { batch: 0.5 } },
    ],
  },
]
