/** Cohere: address, key, and what it does beside chats. */
import { cohereChat } from '../dialects/cohere-chat/index.ts'
import { cohereEmbeddings } from '../dialects/embeddings/cohere.ts'
import { cohereRerank, cohereRerankV1 } from '../dialects/rerank/cohere.ts'
import { bearer } from './authorize.ts'
import { speak } from './speak.ts'
import type { ProviderMaker } from './speak.ts'
import type { Service } from './voice.ts'

/** Rankings in the first version only for those who speak it: its documents may be records. */
const services: readonly Service[] = [
  { dialect: cohereEmbeddings, path: '/v2/embed' },
  { dialect: cohereRerank, path: '/v2/rerank' },
  { dialect: cohereRerankV1, path: '/v1/rerank' },
]

/** Cohere's own API, or what stands in for it at another address. */
export const cohere: ProviderMaker = settings => ({
  ok: true,
  value: speak({
    settings,
    system: 'cohere',
    dialect: cohereChat,
    url: settings.url ?? 'https://api.cohere.com',
    path: '/v2/chat',
    authorize: bearer,
    services,
  }),
})
