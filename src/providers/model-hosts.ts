/** Look-alikes that run or pass on the models of others: address, quirks, doors. */
import type { LookAlike } from './look-alike.ts'
import { older } from './model-makers.ts'

/** Differences are from the providers' own API references and from recordings, checked 2026-11. */
export const modelHosts: Readonly<Record<string, LookAlike>> = {
  groq: {
    url: 'https://api.groq.com/openai/v1',
    docs: 'https://console.groq.com/docs/openai',
    // Answers 400 to each of these, to a name beside a message, and to more than one answer.
    quirks: {
      drop: ['logprobs', 'top_logprobs', 'logit_bias'],
      noNames: true,
      clamp: { n: [1, 1] },
      mostStops: 4,
      words: { service_tier: ['auto', 'on_demand', 'flex', 'performance'] },
      reasoning: { form: 'effort', takes: ['none', 'low', 'medium', 'high'] },
    },
    usage: 'x_groq',
    limits: 'openai',
    also: ['responses', 'speech', 'transcriptions', 'translations'],
  },
  cerebras: {
    url: 'https://api.cerebras.ai/v1',
    docs: 'https://inference-docs.cerebras.ai/resources/openai',
    // Answers 400 to each of these.
    quirks: {
      drop: ['frequency_penalty', 'presence_penalty', 'logit_bias'],
      noDeveloper: true,
      clamp: { n: [1, 1], temperature: [0, 1.5] },
      mostStops: 4,
      reasoning: { form: 'effort', takes: ['none', 'low', 'medium', 'high'] },
    },
    usage: 'last',
    limits: 'cerebras',
    also: ['completions'],
  },
  sambanova: {
    url: 'https://api.sambanova.ai/v1',
    docs: 'https://docs.sambanova.ai/docs/api-reference/chat-completions/create-chat-based-completion',
    quirks: {
      ...older,
      // Taken, but not put to use.
      drop: ['frequency_penalty', 'presence_penalty', 'logit_bias', 'logprobs', 'top_logprobs'],
      clamp: { n: [1, 1] },
      mostStops: 4,
      reasoning: { form: 'effort', takes: ['low', 'medium', 'high'] },
    },
    usage: 'asked',
    limits: 'openai',
    also: ['completions', 'embeddings', 'transcriptions', 'translations'],
  },
  together: {
    url: 'https://api.together.xyz/v1',
    docs: 'https://docs.together.ai/reference/chat-completions-1',
    quirks: {
      ...older,
      countedLogprobs: true,
      reasoning: { form: 'effort', takes: ['low', 'medium', 'high'] },
    },
    usage: 'last',
    limits: 'together',
    also: ['completions', 'embeddings', 'rerank', 'images', 'speech', 'transcriptions', 'translations'],
  },
  fireworks: {
    url: 'https://api.fireworks.ai/inference/v1',
    docs: 'https://docs.fireworks.ai/api-reference/post-chatcompletions',
    quirks: { ...older, mostStops: 4 },
    usage: 'last',
    limits: 'fireworks',
    also: ['completions', 'responses', 'messages', 'embeddings', 'rerank'],
  },
  openrouter: {
    url: 'https://openrouter.ai/api/v1',
    docs: 'https://openrouter.ai/docs/api-reference/chat-completion',
    usage: 'last',
    limits: 'plain',
    also: ['completions', 'responses', 'messages', 'embeddings'],
  },
  nvidia: {
    url: 'https://integrate.api.nvidia.com/v1',
    docs: 'https://docs.api.nvidia.com/nim/reference/llm-apis',
    // Its models refuse members that they do not know.
    quirks: {
      ...older,
      drop: (
        'logit_bias user safety_identifier store service_tier metadata prompt_cache_key ' +
        'prompt_cache_retention verbosity modalities'
      ).split(' '),
      reasoning: { form: 'template' },
    },
    usage: 'asked',
    also: ['completions', 'embeddings'],
  },
  hyperbolic: {
    url: 'https://api.hyperbolic.xyz/v1',
    docs: 'https://docs.hyperbolic.xyz/docs/rest-api',
    quirks: older,
    usage: 'asked',
    also: ['completions'],
  },
  deepinfra: {
    url: 'https://api.deepinfra.com/v1/openai',
    docs: 'https://deepinfra.com/docs/openai_api',
    quirks: {
      ...older,
      clamp: { n: [1, 4] },
      mostStops: 16,
      reasoning: { form: 'effort', takes: ['none', 'low', 'medium', 'high'] },
    },
    usage: 'asked',
    also: ['completions', 'embeddings', 'images', 'image-edits', 'speech', 'transcriptions', 'translations'],
    elsewhere: { messages: 'https://api.deepinfra.com/anthropic/v1/messages' },
  },
  novita: {
    url: 'https://api.novita.ai/openai/v1',
    docs: 'https://novita.ai/docs/api-reference/model-apis-llm-create-chat-completion',
    quirks: { ...older, mostStops: 4, reasoning: { form: 'switch', budget: false } },
    usage: 'asked',
    also: ['completions', 'embeddings', 'rerank'],
    elsewhere: { messages: 'https://api.novita.ai/anthropic/v1/messages' },
  },
  huggingface: {
    url: 'https://router.huggingface.co/v1',
    docs: 'https://huggingface.co/docs/inference-providers/tasks/chat-completion',
    quirks: older,
    usage: 'asked',
    also: ['responses'],
  },
  'github-models': {
    url: 'https://models.github.ai/inference',
    docs: 'https://docs.github.com/en/rest/models/inference',
    usage: 'asked',
    limits: 'openai',
    also: ['embeddings'],
  },
  databricks: {
    url: 'https://{account}/serving-endpoints',
    example: 'https://adb-1234567890.7.azuredatabricks.net/serving-endpoints',
    docs: 'https://docs.databricks.com/aws/en/machine-learning/foundation-model-apis/api-reference',
    quirks: {
      ...older,
      drop: [
        'logit_bias',
        'presence_penalty',
        'frequency_penalty',
        'seed',
        'user',
        'parallel_tool_calls',
        'service_tier',
      ],
      noNames: true,
    },
    usage: 'asked',
    also: ['completions', 'responses', 'embeddings'],
    elsewhere: { messages: '/anthropic/v1/messages' },
  },
  cloudflare: {
    url: 'https://api.cloudflare.com/client/v4/accounts/{account}/ai/v1',
    example: 'https://api.cloudflare.com/client/v4/accounts/0123456789abcdef/ai/v1',
    docs: 'https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility',
    quirks: { ...older, clamp: { n: [1, 1] } },
    usage: 'asked',
    also: ['responses', 'embeddings'],
  },
  vercel: {
    url: 'https://ai-gateway.vercel.sh/v1',
    docs: 'https://vercel.com/docs/ai-gateway/openai-compat',
    usage: 'asked',
    also: ['responses', 'messages', 'embeddings'],
  },
  nebius: {
    url: 'https://api.tokenfactory.nebius.com/v1',
    docs: 'https://docs.tokenfactory.nebius.com/api-reference',
    quirks: older,
    usage: 'asked',
    limits: 'openai',
    also: ['completions', 'embeddings', 'images'],
  },
  baseten: {
    url: 'https://inference.baseten.co/v1',
    docs: 'https://docs.baseten.co/reference/inference-api/chat-completions',
    quirks: { noDeveloper: true, mostStops: 32 },
    usage: 'asked',
  },
  friendli: {
    url: 'https://api.friendli.ai/serverless/v1',
    docs: 'https://friendli.ai/docs/openapi/serverless/chat-completions',
    quirks: { ...older, reasoning: { form: 'template' } },
    usage: 'asked',
    also: ['completions'],
  },
  siliconflow: {
    url: 'https://api.siliconflow.com/v1',
    docs: 'https://docs.siliconflow.com/en/api-reference/chat-completions/chat-completions',
    quirks: {
      ...older,
      drop: ['logit_bias', 'logprobs', 'top_logprobs', 'parallel_tool_calls', 'user', 'service_tier'],
      mostStops: 4,
      reasoning: { form: 'switch', budget: true },
    },
    usage: 'every',
    also: ['messages', 'embeddings', 'rerank', 'images', 'speech', 'transcriptions'],
  },
  featherless: {
    url: 'https://api.featherless.ai/v1',
    docs: 'https://featherless.ai/docs/api-reference-chat-completions',
    quirks: { ...older, drop: ['logit_bias', 'service_tier'], clamp: { n: [1, 1] }, reasoning: { form: 'template' } },
    usage: 'asked',
    also: ['completions', 'embeddings'],
  },
  snowflake: {
    url: 'https://{account}.snowflakecomputing.com/api/v2/cortex/v1',
    example: 'https://myorg-myaccount.snowflakecomputing.com/api/v2/cortex/v1',
    docs: 'https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api',
    quirks: { noDeveloper: true },
    usage: 'asked',
    elsewhere: { messages: '/messages' },
  },
  scaleway: {
    url: 'https://api.scaleway.ai/v1',
    docs: 'https://www.scaleway.com/en/docs/generative-apis',
    quirks: { ...older, drop: ['logit_bias', 'frequency_penalty', 'top_logprobs', 'user'], clamp: { n: [1, 1] } },
    usage: 'asked',
    also: ['responses', 'embeddings', 'rerank', 'transcriptions'],
  },
  ovhcloud: {
    url: 'https://oai.endpoints.kepler.ai.cloud.ovh.net/v1',
    docs: 'https://endpoints.ai.cloud.ovh.net',
    quirks: older,
    usage: 'asked',
    also: ['completions', 'embeddings', 'transcriptions'],
  },
}
