/** Cohere: address and key. */
import { cohereChat } from '../dialects/cohere-chat/index.ts'
import { bearer } from './authorize.ts'
import { speak } from './speak.ts'
import type { ProviderMaker } from './speak.ts'

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
  }),
})
