/** Anthropic: address, version and beta headers. */
import { anthropicMessages } from '../dialects/anthropic-messages/index.ts'
import { headerKey } from './authorize.ts'
import { claudePrefills } from './go-on.ts'
import { speak } from './speak.ts'
import type { ProviderMaker } from './speak.ts'
import type { Counting } from './voice.ts'

/** What the count of input tokens knows of a request. */
const counted = [
  'model',
  'messages',
  'system',
  'tools',
  'tool_choice',
  'thinking',
  'output_config',
  'mcp_servers',
] as const

const counting: Counting = {
  path: '/v1/messages/count_tokens',
  body: chat => Object.fromEntries(counted.filter(name => chat[name] !== undefined).map(name => [name, chat[name]])),
  read: answer => {
    const count =
      answer !== null && typeof answer === 'object' && 'input_tokens' in answer ? answer.input_tokens : undefined
    return typeof count === 'number' ? count : undefined
  },
}

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
    counting,
    prefills: claudePrefills,
    passes: ['anthropic-version', 'anthropic-beta'],
  }),
})
