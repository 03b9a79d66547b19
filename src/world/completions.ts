/** OpenAI's legacy completions, which vLLM speaks too: a prompt that is gone on with, without messages or tools. */
import { estimateTokens } from './estimate-tokens.ts'
import { modelFor } from './models.ts'
import type { WorldModel } from './models.ts'
import { voiceOf } from './openai.ts'
import { openaiFlavour, selfHostedFlavour } from './openai-flavours.ts'
import type { Flavour } from './openai-flavours.ts'
import { between, invalid, tooLong } from './openai-request.ts'
import type { Check } from './openai-request.ts'
import { complain, isJson, listOf } from './speech.ts'
import type { Asked, Frame, Json, Reply, Speech, Understood } from './speech.ts'

const members = new Set(
  `best_of echo frequency_penalty logit_bias logprobs max_tokens model n presence_penalty prompt seed stop stream stream_options
  suffix temperature top_p user`.split(/\s+/),
)

const knownMembers: Check = (body, flavour) => {
  const stranger = flavour.members === undefined ? undefined : Object.keys(body).find(name => !members.has(name))
  return stranger === undefined ? undefined : flavour.unknownMember(stranger)
}

const prompts: Check = ({ prompt }) =>
  typeof prompt === 'string' || (Array.isArray(prompt) && prompt.length > 0)
    ? undefined
    : invalid(
        "Invalid type for 'prompt': expected one of a string, array of strings, array of integers, or array of integer arrays.",
        'prompt',
        'invalid_type',
      )

const streamOptions: Check = body =>
  isJson(body['stream_options']) && body['stream'] !== true
    ? invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", 'stream_options')
    : undefined

const checks: readonly Check[] = [
  knownMembers,
  prompts,
  between('temperature', 0, 2),
  between('top_p', 0, 1),
  between('n', 1, 128, true),
  between('max_tokens', 1, Number.MAX_SAFE_INTEGER, true),
  streamOptions,
]

/** Prompts as texts; lists of tokens stand for as many spaces, since nobody can read them. */
const promptsOf = ({ prompt }: Json): readonly string[] => {
  if (typeof prompt === 'string') return [prompt]
  const list = listOf(prompt)
  if (list.every(one => typeof one === 'number')) return ['    '.repeat(list.length)]
  return list.map(one => (typeof one === 'string' ? one : '    '.repeat(listOf(one).length)))
}

/** Of OpenAI's only the one model that still completes; vLLM completes with any. */
const completes = ({ provider, id }: WorldModel): boolean => provider !== 'openai' || id.endsWith('-instruct')

const understand = (body: Json, models: readonly WorldModel[], flavour: Flavour): Understood => {
  const name = body['model']
  if (typeof name !== 'string') return complain(invalid('you must provide a model parameter'))
  const model = modelFor('chat', models, { provider: flavour.provider, name })
  if (model === undefined) return complain(flavour.unknownModel(name))
  if (!completes(model)) {
    const message =
      'This is a chat model and not supported in the v1/completions endpoint. Did you mean to use v1/chat/completions?'
    return complain({ status: 404, kind: 'model-missing', message, param: 'model' })
  }
  const complaint = checks.map(check => check(body, flavour)).find(found => found !== undefined)
  if (complaint !== undefined) return complain(complaint)
  const inputTokens = promptsOf(body).reduce((sum, prompt) => sum + estimateTokens(prompt), 0)
  if (inputTokens > model.contextWindow) return complain({ ...tooLong(model, inputTokens), param: 'prompt' })
  return { ok: true, asked: askedOf(body, model, inputTokens) }
}

const askedOf = (body: Json, model: WorldModel, inputTokens: number): Asked => {
  const texts = promptsOf(body)
  const { n, stop } = body
  return {
    model,
    stream: body['stream'] === true,
    text: texts[0] ?? '',
    inputTokens,
    // As OpenAI did it: sixteen tokens unless more are asked for.
    maxTokens: typeof body['max_tokens'] === 'number' ? body['max_tokens'] : 16,
    stops: typeof stop === 'string' ? [stop] : listOf(stop).filter(one => typeof one === 'string'),
    tools: [],
    choices: texts.length * (typeof n === 'number' ? n : 1),
    includeUsage: isJson(body['stream_options']) && body['stream_options']['include_usage'] === true,
    images: 0,
    body,
  }
}

const headOf = (reply: Reply, flavour: Flavour): Json => ({
  id: flavour.answerId(reply.seed).replace('chatcmpl', 'cmpl'),
  object: 'text_completion',
  created: Math.floor(reply.createdAt / 1000),
  model: reply.asked.model.id,
})

const usageOf = ({ inputTokens, outputTokens, asked }: Reply): Json => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens * asked.choices,
  total_tokens: inputTokens + outputTokens * asked.choices,
})

const finishOf = ({ finish }: Reply): string => (finish === 'length' ? 'length' : 'stop')

/** What comes before the model's own words where the prompt is to be repeated. */
const echoOf = ({ asked }: Reply, index: number): string => {
  const texts = promptsOf(asked.body)
  return asked.body['echo'] === true ? (texts[index % texts.length] ?? '') : ''
}

const whole = (reply: Reply, flavour: Flavour): Json => ({
  ...headOf(reply, flavour),
  choices: Array.from({ length: reply.asked.choices }, (_, index) => ({
    text: echoOf(reply, index) + (reply.refusal ?? reply.text),
    index,
    logprobs: null,
    finish_reason: finishOf(reply),
  })),
  usage: usageOf(reply),
})

const sse = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`

function* stream(reply: Reply, flavour: Flavour): Iterable<Frame> {
  const head = headOf(reply, flavour)
  const more = reply.asked.includeUsage ? { usage: null } : {}
  for (let index = 0; index < reply.asked.choices; index++) {
    const echo = echoOf(reply, index)
    const pieces = [...(echo === '' ? [] : [echo]), ...reply.cut(reply.refusal ?? reply.text)]
    for (const text of pieces) {
      const choices = [{ text, index, logprobs: null, finish_reason: null }]
      yield { data: sse({ ...head, choices, ...more }), tokens: estimateTokens(text) }
    }
    const choices = [{ text: '', index, logprobs: null, finish_reason: finishOf(reply) }]
    yield { data: sse({ ...head, choices, ...more }), tokens: 0 }
  }
  if (reply.asked.includeUsage) yield { data: sse({ ...head, choices: [], usage: usageOf(reply) }), tokens: 0 }
  yield { data: 'data: [DONE]\n\n', tokens: 0 }
}

const speechOf = (flavour: Flavour): Speech => ({
  ...voiceOf(flavour),
  route: (method, path) => (method === 'POST' && path === '/completions' ? { to: 'chat' } : undefined),
  understand: (body, models) => understand(body, models, flavour),
  whole: reply => whole(reply, flavour),
  stream: reply => stream(reply, flavour),
  counted: ({ inputTokens }) => ({ input_tokens: inputTokens }),
  errorFrame: complaint => sse(flavour.error(complaint)) + flavour.afterError,
})

/** OpenAI's and vLLM's. */
export const completionSpeeches: readonly Speech[] = [openaiFlavour, selfHostedFlavour].map(speechOf)
