/** A table of look-alikes: who speaks OpenAI's dialect where, and how each differs. */
import { openaiChat } from '../dialects/openai-chat/index.ts'
import { bearer } from './authorize.ts'
import type { Quirks } from './quirks.ts'
import { speak } from './speak.ts'
import type { ProviderMaker } from './speak.ts'

interface LookAlike {
  /** Absent where every installation has its own. */
  readonly url?: string
  /** Its name in telemetry, if it differs from the type's. */
  readonly system?: string
  readonly quirks?: Quirks
}

/** Those that know only the older name of the limit of an answer, and no `developer`. */
const older: Quirks = { rename: { max_completion_tokens: 'max_tokens' }, noDeveloper: true }

/** Type name to look-alike. Differences are from the providers' own API references, checked 2026-11. */
const table: Readonly<Record<string, LookAlike>> = {
  // Any other server: nothing is known, so nothing is changed.
  'openai-compatible': {},
  groq: {
    url: 'https://api.groq.com/openai/v1',
    // Answers 400 to each of these.
    quirks: { drop: ['logprobs', 'top_logprobs', 'logit_bias'] },
  },
  mistral: {
    url: 'https://api.mistral.ai/v1',
    system: 'mistral_ai',
    // Refuses every member that it does not know with a 422.
    quirks: {
      rename: { max_completion_tokens: 'max_tokens', seed: 'random_seed' },
      drop: ['logprobs', 'top_logprobs', 'logit_bias', 'user', 'store', 'service_tier', 'modalities', 'verbosity'],
      noDeveloper: true,
      noStreamOptions: true,
      nineLetterIds: true,
    },
  },
  deepseek: { url: 'https://api.deepseek.com', quirks: older },
  openrouter: { url: 'https://openrouter.ai/api/v1' },
  xai: { url: 'https://api.x.ai/v1', system: 'x_ai', quirks: { drop: ['logit_bias'] } },
  together: { url: 'https://api.together.xyz/v1', quirks: older },
  fireworks: { url: 'https://api.fireworks.ai/inference/v1', quirks: older },
  perplexity: { url: 'https://api.perplexity.ai', quirks: older },
  cerebras: {
    url: 'https://api.cerebras.ai/v1',
    // Answers 400 to each of these.
    quirks: { drop: ['frequency_penalty', 'presence_penalty', 'logit_bias'] },
  },
  deepinfra: { url: 'https://api.deepinfra.com/v1/openai', quirks: older },
  moonshot: { url: 'https://api.moonshot.ai/v1', system: 'moonshot_ai', quirks: older },
  nvidia: { url: 'https://integrate.api.nvidia.com/v1', quirks: older },
  huggingface: { url: 'https://router.huggingface.co/v1', quirks: older },
  ollama: { url: 'http://127.0.0.1:11434/v1', quirks: older },
  lmstudio: { url: 'http://127.0.0.1:1234/v1', quirks: older },
  // Chat templates, which know the roles system, user, assistant and tool, take the messages here.
  vllm: { quirks: { noDeveloper: true } },
  sglang: { quirks: { noDeveloper: true } },
  llamacpp: { quirks: older },
}

const makerOf =
  (type: string, { url, system, quirks }: LookAlike): ProviderMaker =>
  settings => {
    const address = settings.url ?? url
    if (address === undefined) {
      return {
        ok: false,
        why: `the provider "${settings.id}" has no url; the type ${type} needs one, e.g. http://127.0.0.1:8000/v1`,
        at: 'url',
      }
    }
    const spoken = { settings, system: system ?? type, dialect: openaiChat, url: address, path: '/chat/completions' }
    return { ok: true, value: speak({ ...spoken, authorize: bearer, ...(quirks !== undefined && { quirks }) }) }
  }

/** One maker for each look-alike, by type name. */
export const lookAlikes: Readonly<Record<string, ProviderMaker>> = Object.fromEntries(
  Object.entries(table).map(([type, row]) => [type, makerOf(type, row)]),
)
