/** Anthropic: address, version and beta headers. */
import { anthropicMessages } from '../dialects/anthropic-messages/index.ts'
import { headerKey } from './authorize.ts'
import { speak } from './speak.ts'
import type { ProviderMaker } from './speak.ts'

/** Anthropic's own API, or what stands in for it at another address. */
export const anthropic: ProviderMaker = settings => ({
  ok: true,
  value: speak({
    settings,
    system: 'anthropic',
    dialect: anthropicMessages,
    url: settings.url ?? 'https://api.anthropic.com',
    path: '/v1/messages',
    authorize: headerKey('x-api-key'),
    headers: { 'anthropic-version': '2023-06-01' },
    needsLength: true,
    passes: ['anthropic-version', 'anthropic-beta'],
  }),
})
