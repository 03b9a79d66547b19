/** What the shipped price list lacks of the models on Amazon Bedrock. */
import type { OwnList } from './list.ts'

/** Specific first; what holds for all of a provider's models comes last. */
export const amazonPrices: readonly OwnList[] = [
  {
    providers: ['bedrock'],
    source: 'https://aws.amazon.com/bedrock/pricing/',
    checked: '2026-11',
    models: [
      { names: ['amazon.titan-embed-text-v2:0'], price: { input: 0.02, output: 0 }, contextWindow: 8_192 },
      { names: ['amazon.titan-embed-image-v1*'], price: { input: 0.8, output: 0 } },
      { names: ['amazon.titan-image-generator-v1*', 'amazon.titan-image-generator-v2*'], price: { image: 0.01 } },
      { names: ['amazon.nova-canvas-v1*'], price: { image: 0.04 } },
      { names: ['amazon.nova-reel-v1*'], price: { second: 0.08 } },
      { names: ['amazon.nova-2-multimodal-embeddings-v1*'], price: { input: 0.135, output: 0 } },
      { names: ['amazon.rerank-v1*'], price: { search: 1 } },
      { names: ['cohere.rerank-v3-5*'], price: { search: 2 } },
      { names: ['cohere.embed-english-v3*', 'cohere.embed-multilingual-v3*'], price: { input: 0.1, output: 0 } },
      { names: ['cohere.embed-v4*'], price: { input: 0.12, output: 0 } },
      { names: ['cohere.command-r-v1:0'], price: { input: 0.5, output: 1.5 }, contextWindow: 128_000 },
      { names: ['cohere.command-r-plus-v1:0'], price: { input: 3, output: 15 }, contextWindow: 128_000 },
      { names: ['ai21.jamba-1-5-mini-v1:0'], price: { input: 0.2, output: 0.4 }, contextWindow: 256_000 },
      { names: ['ai21.jamba-1-5-large-v1:0'], price: { input: 2, output: 8 }, contextWindow: 256_000 },
      { names: ['stability.sd3-5-large-v1*'], price: { image: 0.08 } },
      { names: ['stability.stable-image-core-v1*'], price: { image: 0.04 } },
      { names: ['stability.stable-image-ultra-v1*'], price: { image: 0.14 } },
      // Batches are offered for these at half price; not for all that Bedrock serves.
      { names: ['anthropic.*', 'amazon.nova-*', 'meta.*', 'mistral.*'], price: { batch: 0.5 } },
    ],
  },
]
