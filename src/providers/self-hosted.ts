/** Look-alikes that run on one's own machines: address, quirks, doors. */
import type { LookAlike } from './look-alike.ts'
import { older } from './model-makers.ts'

const own = { isSelfHosted: true, usage: 'asked' } as const

/** Differences are from each server's own documentation, checked 2026-11. Chat templates, which know the roles system, user, assistant and tool, take the messages here. */
export const selfHosted: Readonly<Record<string, LookAlike>> = {
  ollama: {
    ...own,
    url: 'http://127.0.0.1:11434/v1',
    docs: 'https://docs.ollama.com/api/openai-compatibility',
    // Not heeded: a choice of tools, biases, users, a second answer.
    quirks: {
      ...older,
      drop: ['logit_bias', 'user'],
      clamp: { n: [1, 1] },
      choices: ['auto'],
      reasoning: { form: 'effort', takes: ['none', 'low', 'medium', 'high', 'max'] },
    },
    also: ['completions', 'responses', 'messages', 'embeddings', 'images'],
  },
  vllm: {
    ...own,
    example: 'http://127.0.0.1:8000/v1',
    docs: 'https://docs.vllm.ai/en/latest/serving/openai_compatible_server',
    quirks: { noDeveloper: true, reasoning: { form: 'template' } },
    prefills: [{ form: 'final' }],
    also: ['completions', 'responses', 'messages', 'embeddings', 'rerank', 'transcriptions', 'translations'],
    transcripts: ['json', 'text', 'verbose_json'],
    counts: 'tokenize',
  },
  sglang: {
    ...own,
    example: 'http://127.0.0.1:30000/v1',
    docs: 'https://docs.sglang.io/basic_usage/openai_api_completions.html',
    quirks: { noDeveloper: true, reasoning: { form: 'template' } },
    prefills: [{ form: 'final' }],
    also: ['completions', 'responses', 'messages', 'embeddings', 'rerank', 'transcriptions'],
    transcripts: ['json', 'text', 'verbose_json'],
  },
  tgi: {
    ...own,
    example: 'http://127.0.0.1:8080/v1',
    docs: 'https://huggingface.co/docs/text-generation-inference/reference/api_reference',
    quirks: {
      ...older,
      // Not heeded: biases, users, a second answer; a share of 1 is refused.
      drop: ['logit_bias', 'user', 'parallel_tool_calls'],
      clamp: { n: [1, 1], top_p: [0.001, 0.999] },
      mostStops: 4,
      reasoning: { form: 'untold' },
    },
    also: ['completions'],
  },
  llamacpp: {
    ...own,
    example: 'http://127.0.0.1:8080/v1',
    docs: 'https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md',
    quirks: { ...older, reasoning: { form: 'template' } },
    also: ['completions', 'responses', 'messages', 'embeddings', 'rerank', 'transcriptions'],
    transcripts: ['json', 'text'],
    counts: 'messages',
  },
  lmstudio: {
    ...own,
    url: 'http://127.0.0.1:1234/v1',
    docs: 'https://lmstudio.ai/docs/developer/openai-compat',
    quirks: older,
    also: ['completions', 'responses', 'messages', 'embeddings'],
  },
  localai: {
    ...own,
    example: 'http://127.0.0.1:8080/v1',
    docs: 'https://localai.io/features/text-generation',
    quirks: older,
    also: ['completions', 'embeddings', 'rerank', 'images', 'speech', 'transcriptions'],
  },
  xinference: {
    ...own,
    example: 'http://127.0.0.1:9997/v1',
    docs: 'https://inference.readthedocs.io/en/latest/reference',
    quirks: { ...older, reasoning: { form: 'template' } },
    also: ['completions', 'embeddings', 'rerank', 'images', 'speech', 'transcriptions', 'translations'],
  },
}
