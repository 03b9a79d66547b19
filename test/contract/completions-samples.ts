/** What the dialect of OpenAI's older completions is tried on even where only the repository was cloned. */
type Json = Readonly<Record<string, unknown>>

const head = { id: 'cmpl-1', object: 'text_completion', created: 1_750_000_000, model: 'gpt-3.5-turbo-instruct' }
const logprobs = (token: string, at: number): Json => ({
  tokens: [token],
  token_logprobs: [-0.5],
  top_logprobs: [{ [token]: -0.5 }],
  text_offset: [at],
})
const chunk = (index: number, text: string, more: Json = {}): string =>
  `data: ${JSON.stringify({ ...head, choices: [{ text, index, logprobs: null, finish_reason: null, ...more }] })}\n\n`
const usage = { prompt_tokens: 15, completion_tokens: 7, total_tokens: 22 }

/** A body with everything that a request may hold. */
export const completionsBody: Json = {
  model: 'gpt-3.5-turbo-instruct',
  prompt: 'def add(a, b):',
  suffix: 'return c',
  echo: true,
  best_of: 3,
  n: 2,
  logprobs: 2,
  max_tokens: 100,
  stop: ['END'],
  temperature: 0.4,
  top_p: 0.9,
  seed: 7,
  frequency_penalty: 0.1,
  presence_penalty: -0.2,
  logit_bias: { '50256': -100 },
  user: 'u',
  stream: true,
  stream_options: { include_usage: true },
  novel: { kept: true },
}

/** Two choices side by side, streamed and whole. */
export const completionsStream = {
  name: 'two choices with log probabilities',
  text: [
    chunk(0, 'naïve ', { logprobs: logprobs('naïve ', 14) }),
    chunk(1, 'so'),
    chunk(0, '🙂', { logprobs: logprobs('🙂', 20) }),
    chunk(0, '', { finish_reason: 'stop' }),
    chunk(1, '!', { finish_reason: 'length' }),
    `data: ${JSON.stringify({ ...head, choices: [], usage })}\n\n`,
    'data: [DONE]\n\n',
  ].join(''),
  whole: {
    ...head,
    choices: [
      {
        text: 'naïve 🙂',
        index: 0,
        logprobs: {
          tokens: ['naïve ', '🙂'],
          token_logprobs: [-0.5, -0.5],
          top_logprobs: [{ 'naïve ': -0.5 }, { '🙂': -0.5 }],
          text_offset: [14, 20],
        },
        finish_reason: 'stop',
      },
      { text: 'so!', index: 1, logprobs: null, finish_reason: 'length' },
    ],
    usage,
  },
}
