/** OpenAI: address, headers. */
import { openaiChat } from '../dialects/openai-chat/index.ts'
import { bearer } from './authorize.ts'
import { speak } from './speak.ts'
import type { ProviderMaker } from './speak.ts'

/** OpenAI's own API, or what stands in for it at another address. */
export const openai: ProviderMaker = settings => ({
  ok: true,
  value: speak({
    settings,
    system: 'openai',
    dialect: openaiChat,
    url: settings.url ?? 'https://api.openai.com/v1',
    path: '/chat/completions',
    authorize: bearer,
    passes: ['openai-beta'],
  }),
})
