/** OpenAI's chat format, and its look-alikes', as the world writes it: independent of the gateway's own codecs. */
import type { WorldModel } from './models.ts'
import { geminiFlavour, mistralFlavour, openaiFlavour, selfHostedFlavour } from './openai-flavours.ts'
import type { Flavour } from './openai-flavours.ts'
import { openaiManners } from './openai-manners.ts'
import { understandChat } from './openai-request.ts'
import { thoughtDeltas, thoughtMembers } from './openai-thoughts.ts'
import { bearerOf, isJson } from './speech.ts'
import type { Complaint, Frame, Headers, Json, Reply, Route, Speech, Voice } from './speech.ts'
import { estimateTokens } from './estimate-tokens.ts'

const finishes: Readonly<Record<Reply['finish'], string>> = {
  stop: 'stop',
  'stop-sequence': 'stop',
  length: 'length',
  calls: 'tool_calls',
  refusal: 'stop',
}

const usageOf = ({ inputTokens, outputTokens, thoughtTokens, asked }: Reply, { usageExtra }: Flavour): Json => {
  const spoken = (outputTokens + thoughtTokens) * asked.choices
  const details = usageExtra['completion_tokens_details']
  return {
    prompt_tokens: inputTokens,
    completion_tokens: spoken,
    total_tokens: inputTokens + spoken,
    ...usageExtra,
    ...(isJson(details) && {
      completion_tokens_details: { ...details, reasoning_tokens: thoughtTokens * asked.choices },
    }),
  }
}

const headOf = (reply: Reply, object: string, flavour: Flavour): Json => ({
  id: flavour.answerId(reply.seed),
  object,
  created: Math.floor(reply.createdAt / 1000),
  model: reply.asked.model.id,
})

const choiceOf = (reply: Reply, index: number, flavour: Flavour): Json => {
  const calls = reply.calls.map((call, place) => ({
    id: flavour.callId(reply.seed, index * 100 + place),
    type: 'function',
    function: { name: call.name, arguments: call.input },
  }))
  const message = {
    role: 'assistant',
    content: reply.refusal !== undefined || (calls.length > 0 && reply.text === '') ? null : reply.text,
    ...flavour.messageExtra,
    ...thoughtMembers(reply, flavour.thoughts),
    ...(reply.refusal !== undefined && { refusal: reply.refusal }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
  return { index, message, ...flavour.choiceExtra, finish_reason: finishes[reply.finish] }
}

const whole = (reply: Reply, flavour: Flavour): Json => ({
  ...headOf(reply, 'chat.completion', flavour),
  choices: Array.from({ length: reply.asked.choices }, (_, index) => choiceOf(reply, index, flavour)),
  usage: usageOf(reply, flavour),
  ...flavour.extra(reply.asked.model.id),
})

const sse = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`

function* stream(reply: Reply, flavour: Flavour): Iterable<Frame> {
  const head = { ...headOf(reply, 'chat.completion.chunk', flavour), ...flavour.extra(reply.asked.model.id) }
  const separateUsage = reply.asked.includeUsage && !flavour.alwaysUsage
  const noUsage = separateUsage ? { usage: null } : {}
  const frame = (index: number, delta: Json, tokens: number, more: Json = {}): Frame => ({
    data: sse({
      ...head,
      choices: [{ index, delta, ...flavour.choiceExtra, finish_reason: null, ...more }],
      ...noUsage,
    }),
    tokens,
  })
  for (let index = 0; index < reply.asked.choices; index++) {
    yield* textFrames(reply, index, { flavour, frame })
    yield* callFrames(reply, index, { flavour, frame })
    const last = frame(index, {}, 0, { finish_reason: finishes[reply.finish] })
    yield flavour.alwaysUsage && index === reply.asked.choices - 1 ? withUsage(last, usageOf(reply, flavour)) : last
  }
  if (separateUsage) yield { data: sse({ ...head, choices: [], usage: usageOf(reply, flavour) }), tokens: 0 }
  yield { data: 'data: [DONE]\n\n', tokens: 0 }
}

const withUsage = ({ data, tokens }: Frame, usage: Json): Frame => ({
  data: `${String(data).slice(0, -3)},"usage":${JSON.stringify(usage)}}\n\n`,
  tokens,
})

interface Hands {
  readonly flavour: Flavour
  readonly frame: (index: number, delta: Json, tokens: number) => Frame
}

function* textFrames(reply: Reply, index: number, { flavour, frame }: Hands): Iterable<Frame> {
  const opening = reply.calls.length > 0 && reply.text === '' ? null : ''
  yield frame(
    index,
    { role: 'assistant', content: opening, ...(flavour.provider === 'openai' && { refusal: null }) },
    0,
  )
  for (const [delta, tokens] of thoughtDeltas(reply, flavour.thoughts)) yield frame(index, delta, tokens)
  for (const piece of reply.cut(reply.refusal ?? reply.text)) {
    yield frame(index, reply.refusal === undefined ? { content: piece } : { refusal: piece }, estimateTokens(piece))
  }
}

function* callFrames(reply: Reply, index: number, { flavour, frame }: Hands): Iterable<Frame> {
  for (const [place, call] of reply.calls.entries()) {
    const id = flavour.callId(reply.seed, index * 100 + place)
    // Mistral and Google give a call whole; OpenAI and vLLM bit by bit.
    const atOnce = flavour.provider === 'mistral' || flavour.provider === 'gemini'
    const opening = {
      index: place,
      id,
      type: 'function',
      function: { name: call.name, arguments: atOnce ? call.input : '' },
    }
    yield frame(index, { tool_calls: [opening] }, atOnce ? estimateTokens(call.input) + 1 : 1)
    for (const piece of atOnce ? [] : reply.cut(call.input)) {
      yield frame(index, { tool_calls: [{ index: place, function: { arguments: piece } }] }, estimateTokens(piece))
    }
  }
}

const routeOf = (method: string, path: string): Route | undefined => {
  if (method === 'POST') return path === '/chat/completions' ? { to: 'chat' } : undefined
  if (method !== 'GET') return undefined
  if (path === '/models') return { to: 'models' }
  return path.startsWith('/models/') ? { to: 'model', id: path.slice('/models/'.length) } : undefined
}

const unwelcome = (_headers: Headers, key: string | undefined): Complaint | undefined =>
  key === undefined
    ? {
        status: 401,
        kind: 'unauthenticated',
        message:
          "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
      }
    : undefined

const modelRow = (model: WorldModel, { owner, modelExtra }: Flavour): Json => ({
  id: model.id,
  object: 'model',
  created: 1_722_470_400,
  owned_by: owner,
  ...modelExtra?.(model),
})

/** Google's list around an error is not kept in streams. */
const inStream = (error: unknown): unknown => (Array.isArray(error) ? error[0] : error)

/** Whom a flavour is the voice of. */
export const voiceOf = (flavour: Flavour): Voice => ({
  prefix: flavour.prefix,
  provider: flavour.provider,
  manners: openaiManners(flavour),
  key: bearerOf,
  unwelcome,
  headers: flavour.headers,
  error: complaint => flavour.error(complaint),
  // Google tells when to come back in the body alone.
  tellsRetryInBody: flavour.provider === 'gemini',
})

const speechOf = (flavour: Flavour): Speech => ({
  ...voiceOf(flavour),
  route: routeOf,
  understand: (body, models) => understandChat(body, models, flavour),
  whole: reply => whole(reply, flavour),
  stream: reply => stream(reply, flavour),
  counted: ({ inputTokens }) => ({ input_tokens: inputTokens }),
  list: models => ({ object: 'list', data: models.map(model => modelRow(model, flavour)) }),
  single: model => modelRow(model, flavour),
  errorFrame: complaint => sse(inStream(flavour.error(complaint))) + flavour.afterError,
})

/** OpenAI itself and the three that speak like it. */
export const openaiSpeeches: readonly Speech[] = [openaiFlavour, mistralFlavour, selfHostedFlavour, geminiFlavour].map(
  speechOf,
)
