/** Anthropic's Messages format, as the world writes it: independent of the gateway's own codec. */
import { anthropicManners } from './anthropic-manners.ts'
import { faultInSeals } from './anthropic-messages.ts'
import { invalid, understandMessages } from './anthropic-request.ts'
import { base62, chanceOf, letters } from './chance.ts'
import { estimateTokens } from './estimate-tokens.ts'
import type { WorldModel } from './models.ts'
import { sealOf } from './seal.ts'
import { bearerOf, complain, headerOf, isJson } from './speech.ts'
import type { Complaint, Frame, Headers, Json, Reply, Route, Speech } from './speech.ts'

const finishes: Readonly<Record<Reply['finish'], string>> = {
  stop: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  calls: 'tool_use',
  refusal: 'refusal',
}

const nameOf = (prefix: string, seed: string): string =>
  `${prefix}_01${letters(chanceOf(`${prefix}${seed}`), 22, base62)}`

const usageOf = (inputTokens: number, outputTokens: number): Json => ({
  input_tokens: inputTokens,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  output_tokens: outputTokens,
  service_tier: 'standard',
})

const message = (reply: Reply, content: readonly Json[], ending: Json): Json => ({
  id: nameOf('msg', reply.seed),
  type: 'message',
  role: 'assistant',
  model: reply.asked.model.id,
  content,
  ...ending,
})

const endingOf = ({ finish, stop }: Reply): Json => ({ stop_reason: finishes[finish], stop_sequence: stop ?? null })
const spoken = ({ refusal, text }: Reply): string => refusal ?? text

/** Thoughts are shown to whoever lets the model think. */
const thoughtOf = ({ asked, thought }: Reply): string | undefined => {
  const { thinking } = asked.body
  return isJson(thinking) && thinking['type'] !== 'disabled' ? thought : undefined
}

const whole = (reply: Reply): Json => {
  const text = spoken(reply)
  const thinking = thoughtOf(reply)
  const content: Json[] = thinking === undefined ? [] : [{ type: 'thinking', thinking, signature: sealOf(thinking) }]
  if (text !== '') content.push({ type: 'text', text })
  for (const [place, call] of reply.calls.entries()) {
    content.push({
      type: 'tool_use',
      id: nameOf('toolu', `${reply.seed}/${place}`),
      name: call.name,
      input: JSON.parse(call.input),
    })
  }
  return message(reply, content, {
    ...endingOf(reply),
    usage: usageOf(reply.inputTokens, reply.outputTokens + reply.thoughtTokens),
  })
}

const sse = (type: string, members: Json): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`
const frame = (type: string, members: Json, tokens = 0): Frame => ({ data: sse(type, members), tokens })

function* thoughtFrames(reply: Reply, thought: string, index: number): Iterable<Frame> {
  yield frame('content_block_start', { index, content_block: { type: 'thinking', thinking: '', signature: '' } })
  for (const thinking of reply.cut(thought))
    yield frame('content_block_delta', { index, delta: { type: 'thinking_delta', thinking } })
  yield frame('content_block_delta', { index, delta: { type: 'signature_delta', signature: sealOf(thought) } })
  yield frame('content_block_stop', { index })
}

function* stream(reply: Reply): Iterable<Frame> {
  yield frame('message_start', {
    message: message(reply, [], { stop_reason: null, stop_sequence: null, usage: usageOf(reply.inputTokens, 1) }),
  })
  let index = 0
  const thought = thoughtOf(reply)
  if (thought !== undefined) yield* thoughtFrames(reply, thought, index++)
  const text = spoken(reply)
  if (text !== '') {
    yield frame('content_block_start', { index, content_block: { type: 'text', text: '' } })
    yield frame('ping', {})
    for (const piece of reply.cut(text)) {
      yield frame('content_block_delta', { index, delta: { type: 'text_delta', text: piece } }, estimateTokens(piece))
    }
    yield frame('content_block_stop', { index })
    index++
  }
  for (const [place, call] of reply.calls.entries()) {
    const block = { type: 'tool_use', id: nameOf('toolu', `${reply.seed}/${place}`), name: call.name, input: {} }
    yield frame('content_block_start', { index, content_block: block }, 1)
    // A call without arguments sends nothing but this empty piece.
    yield frame('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: '' } })
    for (const piece of call.input === '{}' ? [] : reply.cut(call.input)) {
      yield frame(
        'content_block_delta',
        { index, delta: { type: 'input_json_delta', partial_json: piece } },
        estimateTokens(piece),
      )
    }
    yield frame('content_block_stop', { index })
    index++
  }
  yield frame('message_delta', {
    delta: endingOf(reply),
    usage: { output_tokens: reply.outputTokens + reply.thoughtTokens },
  })
  yield frame('message_stop', {})
}

const errorTypes: Readonly<Record<Complaint['kind'], string>> = {
  invalid: 'invalid_request_error',
  context: 'invalid_request_error',
  unauthenticated: 'authentication_error',
  missing: 'not_found_error',
  'model-missing': 'not_found_error',
  'too-large': 'request_too_large',
  'rate-limited': 'rate_limit_error',
  broken: 'api_error',
  unavailable: 'api_error',
  overloaded: 'overloaded_error',
}

const errorOf = ({ kind, message: said }: Complaint, seed: string): Json => ({
  type: 'error',
  error: { type: errorTypes[kind], message: said },
  request_id: nameOf('req', seed),
})

const routes: Readonly<Record<string, Route>> = {
  'POST /v1/messages': { to: 'chat' },
  'POST /v1/messages/count_tokens': { to: 'count' },
  'GET /v1/models': { to: 'models' },
}

const routeOf = (method: string, path: string): Route | undefined => {
  const known = routes[`${method} ${path}`]
  if (known !== undefined) return known
  return method === 'GET' && path.startsWith('/v1/models/')
    ? { to: 'model', id: path.slice('/v1/models/'.length) }
    : undefined
}

const unwelcome = (headers: Headers, key: string | undefined): Complaint | undefined => {
  if (key === undefined) return { status: 401, kind: 'unauthenticated', message: 'x-api-key header is required' }
  return headerOf(headers, 'anthropic-version') === undefined
    ? invalid('anthropic-version: header is required')
    : undefined
}

const modelRow = ({ id, contextWindow, maxOutput }: WorldModel): Json => ({
  type: 'model',
  id,
  display_name: id,
  created_at: '2024-10-22T00:00:00Z',
  max_input_tokens: contextWindow,
  max_tokens: maxOutput,
})

const list = (models: readonly WorldModel[]): Json => ({
  data: models.map(modelRow),
  has_more: false,
  first_id: models[0]?.id ?? null,
  last_id: models.at(-1)?.id ?? null,
})

/** Anthropic itself. */
export const anthropicSpeech: Speech = {
  prefix: '/anthropic',
  provider: 'anthropic',
  manners: anthropicManners,
  route: routeOf,
  // Its official client sends keys as bearer tokens since version 1, as seen in late 2026.
  key: headers => headerOf(headers, 'x-api-key')?.trim() || bearerOf(headers),
  unwelcome,
  understand: (body, models, route) => {
    const understood = understandMessages(body, models, route.to === 'count')
    const fault = understood.ok ? faultInSeals(body['messages']) : undefined
    return fault === undefined ? understood : complain(invalid(fault))
  },
  headers: seed => ({ 'request-id': nameOf('req', seed), 'anthropic-organization-id': 'recorded-world' }),
  whole,
  stream,
  counted: ({ inputTokens }) => ({ input_tokens: inputTokens }),
  list,
  single: modelRow,
  error: errorOf,
  errorFrame: (complaint, seed) => sse('error', { error: errorOf(complaint, seed)['error'] }),
}
