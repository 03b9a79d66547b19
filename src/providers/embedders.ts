/** Look-alikes that embed and rank, and do not chat: address, doors, forms. */
import type { LookAlike } from './look-alike.ts'

/** From the providers' own API references, checked 2026-11. */
export const embedders: Readonly<Record<string, LookAlike>> = {
  voyage: {
    url: 'https://api.voyageai.com/v1',
    docs: 'https://docs.voyageai.com/reference/embeddings-api',
    usage: 'asked',
    isMute: true,
    also: ['embeddings', 'rerank'],
    forms: { embeddings: 'voyage', rerank: 'voyage' },
  },
  jina: {
    url: 'https://api.jina.ai/v1',
    docs: 'https://jina.ai/embeddings',
    usage: 'asked',
    isMute: true,
    also: ['embeddings', 'rerank'],
    forms: { embeddings: 'jina' },
  },
  // Text Embeddings Inference: one model a server, below its own address.
  tei: {
    example: 'http://127.0.0.1:8080',
    docs: 'https://huggingface.co/docs/text-embeddings-inference/quick_tour',
    usage: 'asked',
    isSelfHosted: true,
    isMute: true,
    elsewhere: { embeddings: '/v1/embeddings', rerank: '/rerank' },
    forms: { rerank: 'tei' },
  },
}
