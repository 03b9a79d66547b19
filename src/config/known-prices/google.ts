/** What the shipped price list lacks of Google's models, by API key and on Vertex. */
import type { OwnList } from './list.ts'

/** Specific first; what holds for all of a provider's models comes last. */
export const googlePrices: readonly OwnList[] = [
  {
    providers: ['gemini', 'vertex'],
    source: 'https://ai.google.dev/gemini-api/docs/pricing',
    checked: '2026-11',
    models: [
      { names: ['imagen-4.0-generate-*'], price: { image: 0.04 } },
      { names: ['imagen-4.0-ultra-generate-*'], price: { image: 0.06 } },
      { names: ['imagen-4.0-fast-generate-*'], price: { image: 0.02 } },
      { names: ['imagen-3.0-generate-002'], price: { image: 0.03 } },
      // A second of film with sound, in 720p or 1080p.
      { names: ['veo-3.0-generate-*', 'veo-3.1-generate-*'], price: { second: 0.4 } },
      { names: ['veo-3.0-fast-generate-*', 'veo-3.1-fast-generate-*'], price: { second: 0.15 } },
      { names: ['veo-2.0-generate-*'], price: { second: 0.35 } },
      { names: ['gemini-2.5-flash-native-audio*'], price: { input: 0.5, output: 2, inputAudio: 3, outputAudio: 12 } },
      { names: ['gemini-embedding-001'], contextWindow: 2_048 },
    ],
  },
  {
    providers: ['vertex'],
    source: 'https://cloud.google.com/vertex-ai/generative-ai/pricing',
    checked: '2026-11',
    models: [
      { names: ['imagen-3.0-generate-001', 'imagen-3.0-capability-*'], price: { image: 0.04 } },
      { names: ['imagen-3.0-fast-generate-001'], price: { image: 0.02 } },
      { names: ['imagegeneration@*'], price: { image: 0.02 } },
      // Vertex bills its older embeddings by the character.
      {
        names: ['text-embedding-004', 'text-embedding-005', 'text-multilingual-embedding-002', 'textembedding-gecko*'],
        price: { character: 0.025 },
        contextWindow: 2_048,
      },
      { names: ['semantic-ranker-*'], price: { search: 1 } },
    ],
  },
  {
    providers: ['gemini'],
    source: 'https://ai.google.dev/gemini-api/docs/optimization',
    checked: '2026-11',
    models: [{ names: ['*'], price: { batch: 0.5, flex: 0.5 } }],
  },
  {
    providers: ['vertex'],
    source: 'https://cloud.google.com/vertex-ai/generative-ai/pricing',
    checked: '2026-11',
    models: [{ names: ['gemini-*', 'claude-*'], price: { batch: 0.5 } }],
  },
]
