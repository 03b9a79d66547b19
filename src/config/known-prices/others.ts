/** What the shipped price list lacks of everybody else's models. */
import { tokens } from '../../domain/units.ts'
import type { OwnList } from './list.ts'

const longGrok = [{ above: tokens(199_999), input: 4, cachedInput: 1, output: 12 }]

/** Specific first; what holds for all of a provider's models comes last. */
export const otherPrices: readonly OwnList[] = [
  {
    providers: ['anthropic'],
    source: 'https://platform.claude.com/docs/en/about-claude/pricing',
    checked: '2026-11',
    models: [{ names: ['*'], price: { batch: 0.5 } }],
  },
  {
    providers: ['cohere'],
    source: 'https://cohere.com/pricing',
    checked: '2026-11',
    models: [
      { names: ['embed-english-*', 'embed-multilingual-*'], price: { input: 0.1, output: 0 }, contextWindow: 512 },
      { names: ['rerank-v3.5', 'rerank-english-v3.0', 'rerank-multilingual-v3.0'], price: { search: 2 } },
      { names: ['rerank-v4.0-fast'], price: { search: 2 }, contextWindow: 32_768 },
      { names: ['rerank-v4.0-pro'], price: { search: 2.5 }, contextWindow: 32_768 },
    ],
  },
  {
    providers: ['mistral'],
    source: 'https://mistral.ai/pricing',
    checked: '2026-11',
    models: [
      { names: ['codestral-embed*'], price: { input: 0.15, output: 0 } },
      { names: ['mistral-moderation-*'], price: { input: 0.1, output: 0 } },
      { names: ['mistral-embed*'], price: { input: 0.1, output: 0 }, contextWindow: 8_192 },
      { names: ['*'], price: { batch: 0.5 } },
    ],
  },
  {
    providers: ['voyage'],
    source: 'https://docs.voyageai.com/docs/pricing',
    checked: '2026-11',
    models: [
      { names: ['rerank-2', 'rerank-2.5', 'rerank-3'], price: { input: 0.05, output: 0 } },
      { names: ['rerank-2-lite', 'rerank-2.5-lite', 'rerank-3-lite'], price: { input: 0.02, output: 0 } },
      { names: ['voyage-multimodal-3', 'voyage-multimodal-3.5'], price: { input: 0.12, output: 0 } },
      { names: ['voyage-*'], price: { batch: 0.67 }, contextWindow: 32_000 },
    ],
  },
  {
    providers: ['jina'],
    source: 'https://jina.ai/api-dashboard/pricing',
    checked: '2026-11',
    models: [
      {
        names: ['jina-embeddings-*', 'jina-clip-*', 'jina-code-*', 'jina-reranker-*'],
        price: { input: 0.05, output: 0 },
      },
    ],
  },
  {
    providers: ['groq'],
    source: 'https://groq.com/pricing',
    checked: '2026-11',
    models: [
      { names: ['distil-whisper-large-v3-en'], price: { hour: 0.02 } },
      { names: ['playai-tts', 'playai-tts-arabic'], price: { character: 50 } },
      { names: ['canopylabs/orpheus-v1-english'], price: { character: 22 } },
      { names: ['canopylabs/orpheus-arabic-saudi'], price: { character: 40 } },
      { names: ['*'], price: { batch: 0.5 } },
    ],
  },
  {
    providers: ['together'],
    source: 'https://www.together.ai/pricing',
    checked: '2026-11',
    models: [
      {
        names: ['BAAI/bge-large-en-v1.5', 'intfloat/multilingual-e5-large-instruct'],
        price: { input: 0.02, output: 0 },
      },
      { names: ['BAAI/bge-base-en-v1.5', 'togethercomputer/m2-bert-*'], price: { input: 0.01, output: 0 } },
      { names: ['Alibaba-NLP/gte-modernbert-base'], price: { input: 0.08, output: 0 } },
      { names: ['Salesforce/Llama-Rank-V1', 'mixedbread-ai/Mxbai-Rerank-Large-V2'], price: { input: 0.1, output: 0 } },
      { names: ['black-forest-labs/FLUX.1-schnell'], price: { image: 0.0027 } },
      { names: ['black-forest-labs/FLUX.1.1-pro', 'black-forest-labs/FLUX.1-kontext-pro'], price: { image: 0.04 } },
      { names: ['black-forest-labs/FLUX.1-kontext-max'], price: { image: 0.08 } },
      { names: ['openai/whisper-large-v3'], price: { minute: 0.0015 } },
      { names: ['cartesia/sonic*'], price: { character: 65 } },
    ],
  },
  {
    providers: ['fireworks'],
    source: 'https://fireworks.ai/pricing',
    checked: '2026-11',
    models: [
      { names: ['*nomic-embed-text-*', 'thenlper/gte-base', 'WhereIsAI/UAE-*'], price: { input: 0.008, output: 0 } },
      { names: ['thenlper/gte-large', 'mixedbread-ai/*', 'BAAI/bge-*'], price: { input: 0.016, output: 0 } },
      { names: ['whisper-v3'], price: { minute: 0.0015 } },
      { names: ['whisper-v3-turbo'], price: { minute: 0.0009 } },
      { names: ['*flux-kontext-pro'], price: { image: 0.04 } },
      { names: ['*flux-kontext-max'], price: { image: 0.08 } },
      { names: ['*'], price: { batch: 0.5 } },
    ],
  },
  {
    providers: ['xai'],
    source: 'https://docs.x.ai/developers/pricing',
    checked: '2026-11',
    models: [
      { names: ['grok-imagine-image'], price: { image: 0.02 } },
      { names: ['grok-imagine-image-quality'], price: { image: 0.05 } },
      { names: ['grok-imagine-image-pro', 'grok-2-image*'], price: { image: 0.07 } },
      { names: ['grok-imagine-video'], price: { second: 0.05 } },
      {
        names: ['grok-4.7'],
        price: { input: 2, cachedInput: 0.5, output: 6, tiers: longGrok },
        contextWindow: 500_000,
      },
      { names: ['grok-*'], price: { search: 5 } },
    ],
  },
  {
    providers: ['perplexity'],
    source: 'https://docs.perplexity.ai/getting-started/pricing',
    checked: '2026-11',
    models: [
      // The fee for a request that asks for no more than the usual, low search context.
      { names: ['sonar'], price: { request: 0.005 } },
      { names: ['sonar-pro', 'sonar-reasoning-pro'], price: { request: 0.006 } },
      { names: ['sonar-reasoning'], price: { request: 0.005 } },
    ],
  },
  {
    providers: ['openrouter'],
    source: 'https://openrouter.ai/docs/models',
    checked: '2026-11',
    models: [{ names: ['*:free'], price: { input: 0, output: 0 } }],
  },
]
