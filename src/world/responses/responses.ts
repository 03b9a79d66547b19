/** OpenAI's Responses format, as the world writes it: independent of the gateway's own codec. */
import { voiceOf } from '../openai.ts'
import { openaiFlavour } from '../openai-flavours.ts'
import { isJson } from '../speech.ts'
import type { Json, KeptAnswer, Reply, Route, Speech } from '../speech.ts'
import { idOf, sealOf } from './ids.ts'
import { understandResponses } from './request.ts'
import { streamResponses } from './stream.ts'
import type { Status } from './stream.ts'

const included = ({ asked }: Reply): readonly unknown[] =>
  Array.isArray(asked.body['include']) ? asked.body['include'] : []

const reasoningItem = (reply: Reply, thought: string): Json => {
  const id = idOf('rs', reply.seed)
  const { reasoning } = reply.asked.body
  const isShown = isJson(reasoning) && typeof reasoning['summary'] === 'string'
  return {
    id,
    type: 'reasoning',
    summary: isShown ? [{ type: 'summary_text', text: thought }] : [],
    ...(included(reply).includes('reasoning.encrypted_content') && { encrypted_content: sealOf(id) }),
  }
}

const messageItem = (reply: Reply): Json => ({
  id: idOf('msg', reply.seed),
  type: 'message',
  status: reply.finish === 'length' ? 'incomplete' : 'completed',
  role: 'assistant',
  content: [
    reply.refusal === undefined
      ? { type: 'output_text', annotations: [], logprobs: [], text: reply.text }
      : { type: 'refusal', refusal: reply.refusal },
  ],
})

const isCustom = ({ asked }: Reply, name: string): boolean => {
  const { tools } = asked.body
  return Array.isArray(tools) && tools.some(tool => isJson(tool) && tool['name'] === name && tool['type'] === 'custom')
}

const callItem = (reply: Reply, place: number): Json => {
  const { name, input } = reply.calls[place] ?? { name: '', input: '' }
  const callId = `call_${idOf('call', reply.seed, place).slice(5, 29)}`
  if (!isCustom(reply, name)) {
    const id = idOf('fc', reply.seed, place)
    return { id, type: 'function_call', status: 'completed', arguments: input, call_id: callId, name }
  }
  const free: unknown = JSON.parse(input)
  const text = isJson(free) && typeof free['input'] === 'string' ? free['input'] : input
  return {
    id: idOf('ctc', reply.seed, place),
    type: 'custom_tool_call',
    status: 'completed',
    call_id: callId,
    input: text,
    name,
  }
}

/** What an answer holds, in order: what was thought, said and called. */
const outputOf = (reply: Reply): readonly Json[] => [
  ...(reply.thought === undefined ? [] : [reasoningItem(reply, reply.thought)]),
  ...(reply.text !== '' || reply.refusal !== undefined || reply.calls.length === 0 ? [messageItem(reply)] : []),
  ...reply.calls.map((_, place) => callItem(reply, place)),
]

const usageOf = ({ inputTokens, outputTokens, thoughtTokens }: Reply): Json => ({
  input_tokens: inputTokens,
  input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
  output_tokens: outputTokens + thoughtTokens,
  output_tokens_details: { reasoning_tokens: thoughtTokens },
  total_tokens: inputTokens + outputTokens + thoughtTokens,
})

/** What the answer repeats of the request, or the usual where the request is silent. */
const repeated: Json = {
  background: false,
  frequency_penalty: 0,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  parallel_tool_calls: true,
  presence_penalty: 0,
  previous_response_id: null,
  prompt_cache_key: null,
  prompt_cache_retention: null,
  safety_identifier: null,
  store: true,
  temperature: 1,
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: 1,
  truncation: 'disabled',
  user: null,
  metadata: {},
}

const textOf = (body: Json): Json => {
  const text = isJson(body['text']) ? body['text'] : {}
  return { format: { type: 'text' }, verbosity: 'medium', ...text }
}
const reasoningOf = ({ reasoning }: Json): Json => ({
  effort: isJson(reasoning) ? (reasoning['effort'] ?? null) : null,
  summary: isJson(reasoning) ? (reasoning['summary'] ?? null) : null,
})

/** Tools as OpenAI gives them back: strict unless told otherwise. */
const toolsOf = ({ tools }: Json): readonly unknown[] =>
  (Array.isArray(tools) ? tools : []).map(tool =>
    isJson(tool) && tool['type'] === 'function' ? { strict: true, description: null, parameters: null, ...tool } : tool,
  )

/** The whole answer as it stands; one in progress has no output and no usage yet. */
const responseOf = (reply: Reply, status: Status): Json => {
  const { body } = reply.asked
  const isOver = status !== 'in_progress'
  const seconds = Math.floor(reply.createdAt / 1000)
  const echoed = Object.fromEntries(Object.entries(repeated).map(([name, usual]) => [name, body[name] ?? usual]))
  return {
    id: idOf('resp', reply.seed),
    object: 'response',
    created_at: seconds,
    status,
    completed_at: status === 'completed' ? seconds : null,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    ...echoed,
    tools: toolsOf(body),
    model: reply.asked.model.id,
    output: isOver ? outputOf(reply) : [],
    reasoning: reasoningOf(body),
    service_tier: 'default',
    text: textOf(body),
    usage: isOver ? usageOf(reply) : null,
  }
}

/** How it ends. */
const endOf = ({ finish }: Reply): Status => (finish === 'length' ? 'incomplete' : 'completed')

const keep = (reply: Reply): KeptAnswer | undefined =>
  reply.asked.body['store'] === false
    ? undefined
    : { id: idOf('resp', reply.seed), model: reply.asked.model, value: responseOf(reply, endOf(reply)) }

const routeOf = (method: string, path: string): Route | undefined => {
  if (method !== 'POST') return undefined
  if (path === '/responses/input_tokens') return { to: 'count' }
  return path === '/responses' ? { to: 'chat' } : undefined
}

const voice = voiceOf(openaiFlavour)

/** OpenAI's Responses. */
export const responsesSpeech: Speech = {
  ...voice,
  route: routeOf,
  understand: (body, models, route) => understandResponses(body, models, route.to === 'count'),
  whole: reply => responseOf(reply, endOf(reply)),
  stream: reply => streamResponses(reply, { outputOf, responseOf, endOf }),
  counted: ({ inputTokens }) => ({ object: 'response.input_tokens', input_tokens: inputTokens }),
  errorFrame: ({ message, kind, code, param }, _, { sent }) => {
    const told = {
      code: code ?? (kind === 'rate-limited' ? 'rate_limit_exceeded' : 'server_error'),
      message,
      param: param ?? null,
    }
    return `event: error\ndata: ${JSON.stringify({ type: 'error', ...told, sequence_number: sent })}\n\n`
  },
  keep,
}
