/** OpenAI: address, dialects, and which models know only one of them. */
import { openaiEmbeddings } from '../dialects/embeddings/openai.ts'
import { openaiModerations } from '../dialects/moderations/openai.ts'
import { openaiChat } from '../dialects/openai-chat/index.ts'
import { openaiCompletions } from '../dialects/openai-completions/index.ts'
import { openaiResponses } from '../dialects/openai-responses/index.ts'
import { bearer } from './authorize.ts'
import { realtimeLine } from './lines.ts'
import { openaiMedia } from './media.ts'
import { speak } from './speak.ts'
import type { ProviderMaker } from './speak.ts'
import type { Counting, Service, Voice } from './voice.ts'

/** Models that answer at `/responses` alone. */
export const onlyResponses = /^(o[13]-pro|gpt-5(\.\d)?-(pro|codex)|codex-|computer-use|o\d(-mini)?-deep-research)/
/** Models from before chat. */
export const onlyCompletions = /^(gpt-3\.5-turbo-instruct|davinci-002|babbage-002)/

const isFor = (names: RegExp) => (model: string) => names.test(model)
const passes = ['openai-beta']

/** What the count of input tokens knows of a request. */
const counted = ['model', 'input', 'instructions', 'tools', 'tool_choice', 'text', 'reasoning', 'truncation'] as const

const counting: Counting = {
  path: '/responses/input_tokens',
  body: chat => Object.fromEntries(counted.filter(name => chat[name] !== undefined).map(name => [name, chat[name]])),
  read: answer => {
    const count =
      answer !== null && typeof answer === 'object' && 'input_tokens' in answer ? answer.input_tokens : undefined
    return typeof count === 'number' ? count : undefined
  },
}

const responses: Voice = {
  dialect: openaiResponses,
  path: '/responses',
  passes,
  counting,
  serves: model => !onlyCompletions.test(model),
}
const completions: Voice = {
  dialect: openaiCompletions,
  path: '/completions',
  passes,
  serves: isFor(onlyCompletions),
}

const services: readonly Service[] = [
  { dialect: openaiEmbeddings, path: '/embeddings' },
  { dialect: openaiModerations, path: '/moderations' },
  ...openaiMedia(path => path),
]

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
    passes,
    serves: model => !onlyResponses.test(model) && !onlyCompletions.test(model),
    also: [responses, completions],
    services,
    lines: [realtimeLine],
  }),
})
