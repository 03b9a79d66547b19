/** Look-alikes that serve models of their own: address, quirks, doors. */
import type { Prefill } from './go-on.ts'
import type { LookAlike } from './look-alike.ts'
import type { Quirks } from './quirks.ts'

/** Those that know only the older name of the limit of an answer, and no `developer`. */
export const older: Quirks = { rename: { max_completion_tokens: 'max_tokens' }, noDeveloper: true }

/** Refused or not heeded: names, strict tools, a choice of tools, penalties, seeds, log probabilities, a second stop or answer. */
const glm: Quirks = {
  rename: { max_completion_tokens: 'max_tokens', user: 'user_id' },
  drop: ['frequency_penalty', 'presence_penalty', 'logit_bias', 'logprobs', 'top_logprobs', 'seed', 'service_tier'],
  noDeveloper: true,
  noNames: true,
  noStrictTools: true,
  clamp: { n: [1, 1], temperature: [0, 1], top_p: [0.01, 1] },
  mostStops: 1,
  choices: ['auto'],
  schemas: 'json-only',
  reasoning: { form: 'thinking' },
  models: [
    {
      names: /^glm-(?:5\.[2-9]|[6-9])/,
      quirks: { reasoning: { form: 'thinking', takes: ['low', 'medium', 'high', 'max'] } },
    },
  ],
}
const qwen: Quirks = {
  ...older,
  drop: ['frequency_penalty', 'logit_bias', 'user', 'service_tier'],
  clamp: { n: [1, 4] },
  choices: ['auto', 'none', 'named'],
  reasoning: { form: 'switch', budget: true },
}

/** Of the families that do not think unless asked to. */
const qwenPrefills: readonly Prefill[] = [{ names: /^qwen(?:3-max|3-coder|-max|-plus|-flash|-turbo)/, form: 'partial' }]

/** Differences are from the providers' own API references and from recordings, checked 2026-11. */
export const modelMakers: Readonly<Record<string, LookAlike>> = {
  mistral: {
    url: 'https://api.mistral.ai/v1',
    system: 'mistral_ai',
    docs: 'https://docs.mistral.ai/api',
    // Refuses every member that it does not know with a 422.
    quirks: {
      rename: { max_completion_tokens: 'max_tokens', seed: 'random_seed' },
      drop: (
        'logprobs top_logprobs logit_bias user safety_identifier store service_tier modalities ' +
        'audio verbosity prompt_cache_key prompt_cache_retention web_search_options'
      ).split(' '),
      noDeveloper: true,
      noStreamOptions: true,
      nineLetterIds: true,
      reasoning: { form: 'effort', takes: ['none', 'high'] },
    },
    // Its answers begin with what was given.
    prefills: [{ form: 'prefix', repeats: true }],
    usage: 'last',
    limits: 'mistral',
    also: ['embeddings', 'moderations', 'transcriptions'],
    forms: { moderations: 'mistral', transcriptions: 'mistral' },
    doorQuirks: { embeddings: { rename: { dimensions: 'output_dimension' }, drop: ['user'] } },
  },
  deepseek: {
    url: 'https://api.deepseek.com',
    docs: 'https://api-docs.deepseek.com/api/create-chat-completion',
    quirks: {
      ...older,
      drop: ['logit_bias', 'seed', 'parallel_tool_calls', 'service_tier'],
      clamp: { n: [1, 1] },
      mostStops: 16,
      schemas: 'json-only',
      // Low and medium are taken for high, xhigh for max.
      reasoning: { form: 'thinking', takes: ['low', 'medium', 'high', 'xhigh', 'max'] },
    },
    prefills: [{ form: 'prefix', door: 'https://api.deepseek.com/beta/chat/completions' }],
    usage: 'last',
    also: ['responses'],
    elsewhere: {
      completions: 'https://api.deepseek.com/beta/completions',
      messages: 'https://api.deepseek.com/anthropic/v1/messages',
    },
    partly: ['completions'],
  },
  xai: {
    url: 'https://api.x.ai/v1',
    system: 'x_ai',
    docs: 'https://docs.x.ai/docs/api-reference',
    quirks: {
      drop: ['logit_bias'],
      words: { service_tier: ['default', 'priority'] },
      reasoning: { form: 'effort', takes: ['none', 'low', 'medium', 'high'] },
      // Models that always think refuse to be told how hard, and these.
      models: [
        {
          names: /^grok-(?:4(?!-fast-non|\.\d|-1-fast-non)|code)/,
          quirks: { drop: ['presence_penalty', 'frequency_penalty', 'stop'], reasoning: { form: 'untold' } },
        },
      ],
    },
    usage: 'last',
    limits: 'openai',
    also: ['completions', 'responses', 'messages', 'embeddings', 'images', 'image-edits'],
    partly: ['messages'],
    forms: { 'image-edits': 'xai' },
    // Sizes are told as `aspect_ratio` and `resolution`, in words of its own.
    doorQuirks: {
      images: { drop: ['size', 'quality', 'style', 'background', 'output_format'] },
      'image-edits': { drop: ['size', 'quality', 'style', 'background', 'output_format'] },
    },
  },
  perplexity: {
    url: 'https://api.perplexity.ai',
    docs: 'https://docs.perplexity.ai/api-reference/chat-completions-post',
    quirks: {
      ...older,
      drop: (
        'tools tool_choice parallel_tool_calls functions logprobs top_logprobs logit_bias seed ' + 'stop service_tier'
      ).split(' '),
      clamp: { n: [1, 1] },
      oneOf: [['presence_penalty', 'frequency_penalty']],
      schemas: 'schema-only',
      takesTurns: true,
      reasoning: { form: 'effort', takes: ['minimal', 'low', 'medium', 'high'] },
    },
    usage: 'every',
    elsewhere: { responses: '/v1/responses', embeddings: '/v1/embeddings' },
    partly: ['responses'],
    forms: { embeddings: 'perplexity' },
  },
  moonshot: {
    url: 'https://api.moonshot.ai/v1',
    system: 'moonshot_ai',
    docs: 'https://platform.kimi.ai/docs/api/chat',
    quirks: {
      // The older name is no longer heeded by the models that think.
      rename: { max_tokens: 'max_completion_tokens' },
      noDeveloper: true,
      noStrictTools: true,
      choices: ['auto', 'none'],
      models: [
        {
          names: /^moonshot-/,
          quirks: { clamp: { temperature: [0, 1], n: [1, 5] }, schemas: 'json-only', reasoning: { form: 'untold' } },
        },
        {
          names: /^kimi-k3/,
          quirks: {
            drop: ['temperature', 'top_p', 'n', 'presence_penalty', 'frequency_penalty'],
            reasoning: { form: 'effort', takes: ['low', 'high', 'max'] },
          },
        },
        {
          names: /^kimi-/,
          quirks: {
            drop: ['temperature', 'top_p', 'n', 'presence_penalty', 'frequency_penalty'],
            reasoning: { form: 'thinking' },
          },
        },
      ],
    },
    prefills: [{ names: /^moonshot-/, form: 'partial' }],
    usage: 'last',
    counts: 'estimate',
    also: ['responses'],
    elsewhere: { messages: 'https://api.moonshot.ai/anthropic/v1/messages' },
  },
  minimax: {
    url: 'https://api.minimax.io/v1',
    docs: 'https://platform.minimax.io/docs/api-reference/text-openai-api',
    quirks: {
      ...older,
      // Taken, but not heeded.
      drop: ['presence_penalty', 'frequency_penalty', 'logit_bias'],
      clamp: { n: [1, 1], temperature: [0.01, 1], top_p: [0.01, 1] },
      reasoning: { form: 'untold' },
    },
    usage: 'last',
    also: ['responses'],
    elsewhere: { messages: 'https://api.minimax.io/anthropic/v1/messages' },
  },
  ai21: {
    url: 'https://api.ai21.com/studio/v1',
    docs: 'https://docs.ai21.com/reference/jamba-1-6-api-ref',
    quirks: {
      ...older,
      drop: (
        'frequency_penalty presence_penalty logit_bias logprobs top_logprobs seed user ' + 'parallel_tool_calls'
      ).split(' '),
      clamp: { n: [1, 16] },
      schemas: 'json-only',
      choices: ['auto'],
      textContent: true,
      noStrictTools: true,
      noStreamOptions: true,
      reasoning: { form: 'untold' },
    },
    usage: 'last',
  },
  upstage: {
    url: 'https://api.upstage.ai/v1',
    docs: 'https://console.upstage.ai/api/chat',
    quirks: {
      ...older,
      drop: ['logit_bias', 'logprobs', 'top_logprobs'],
      clamp: { n: [1, 1] },
      reasoning: { form: 'effort', takes: ['minimal', 'low', 'medium', 'high'] },
    },
    usage: 'asked',
    also: ['embeddings'],
  },
  inception: {
    url: 'https://api.inceptionlabs.ai/v1',
    docs: 'https://docs.inceptionlabs.ai',
    quirks: {
      ...older,
      clamp: { n: [1, 1], temperature: [0.5, 1] },
      mostStops: 4,
      reasoning: { form: 'effort', takes: ['none', 'low', 'medium', 'high'], says: { none: 'instant' } },
    },
    usage: 'asked',
  },
  zhipu: {
    url: 'https://open.bigmodel.cn/api/paas/v4',
    docs: 'https://docs.bigmodel.cn/api-reference',
    quirks: glm,
    usage: 'last',
    counts: 'tokenizer',
    also: ['embeddings', 'rerank', 'images', 'speech', 'transcriptions'],
    transcripts: ['json'],
    elsewhere: { messages: 'https://open.bigmodel.cn/api/anthropic/v1/messages' },
  },
  zai: {
    url: 'https://api.z.ai/api/paas/v4',
    docs: 'https://docs.z.ai/api-reference/llm/chat-completion',
    quirks: glm,
    usage: 'last',
    counts: 'tokenizer',
    also: ['images', 'transcriptions'],
    transcripts: ['json'],
    elsewhere: { messages: 'https://api.z.ai/api/anthropic/v1/messages' },
  },
  dashscope: {
    url: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
    docs: 'https://help.aliyun.com/zh/model-studio/qwen-api-via-openai-chat-completions',
    quirks: qwen,
    prefills: qwenPrefills,
    usage: 'asked',
    also: ['completions', 'embeddings'],
    elsewhere: {
      rerank: 'https://dashscope.aliyuncs.com/compatible-api/v1/reranks',
      messages: 'https://dashscope.aliyuncs.com/apps/anthropic/v1/messages',
    },
    partly: ['completions', 'messages'],
  },
  // The same from Singapore, for keys from outside China.
  qwen: {
    url: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
    docs: 'https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-openai-chat-completions',
    quirks: qwen,
    prefills: qwenPrefills,
    usage: 'asked',
    also: ['embeddings'],
    elsewhere: { messages: 'https://dashscope-intl.aliyuncs.com/apps/anthropic/v1/messages' },
    partly: ['messages'],
  },
}
