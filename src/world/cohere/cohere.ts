/** Cohere's v2 chat format, as the world writes it: independent of the gateway's own codec. */
import { chanceOf, letters } from '../chance.ts'
import { estimateTokens } from '../estimate-tokens.ts'
import type { WorldModel } from '../models.ts'
import { bearerOf, isJson, listOf } from '../speech.ts'
import type { Frame, Json, Reply, Route, Speech, Voice } from '../speech.ts'
import { cohereError, cohereManners, noKey, uuidOf } from './manners.ts'
import { understandCohere } from './request.ts'

const finishes: Readonly<Record<Reply['finish'], string>> = {
  stop: 'COMPLETE',
  'stop-sequence': 'STOP_SEQUENCE',
  length: 'MAX_TOKENS',
  calls: 'TOOL_CALL',
  refusal: 'COMPLETE',
}

/** What Cohere's own template adds to an input, which it counts and does not bill. */
const template = 61

const usageOf = ({ inputTokens, outputTokens, thoughtTokens }: Reply): Json => ({
  billed_units: { input_tokens: inputTokens, output_tokens: outputTokens + thoughtTokens },
  tokens: {
    input_tokens: inputTokens + template,
    output_tokens: outputTokens + thoughtTokens + 1,
    ...(thoughtTokens > 0 && { reasoning_tokens: thoughtTokens }),
  },
  cached_tokens: 0,
})

const callOf = (reply: Reply, place: number): Json => {
  const { name, input } = reply.calls[place] ?? { name: '', input: '' }
  const id = `${name}_${letters(chanceOf(`${reply.seed}/${place}`), 12, 'abcdefghijklmnopqrstuvwxyz0123456789')}`
  return { id, type: 'function', function: { name, arguments: input } }
}

/** What is said before a call is a plan, not content. */
const contentOf = (reply: Reply): readonly Json[] => {
  const text = reply.refusal ?? (reply.calls.length > 0 ? '' : reply.text)
  return [
    ...(reply.thought === undefined ? [] : [{ type: 'thinking', thinking: reply.thought }]),
    ...(text === '' ? [] : [{ type: 'text', text }]),
  ]
}

/** The first words of an answer to documents are said to come from the first of them. */
const citationsOf = (reply: Reply): readonly Json[] => {
  const [document] = listOf(reply.asked.body['documents'])
  const text = reply.text.split(' ', 3).join(' ')
  if (document === undefined || text === '' || reply.calls.length > 0) return []
  const told = isJson(document) ? document : { data: { text: document } }
  const id = typeof told['id'] === 'string' ? told['id'] : 'doc:0'
  const data = isJson(told['data']) ? told['data'] : {}
  const sources = [{ type: 'document', id, document: { id, ...data } }]
  return [
    { start: 0, end: text.length, text, sources, type: 'TEXT_CONTENT', content_index: contentOf(reply).length - 1 },
  ]
}

const whole = (reply: Reply): Json => {
  const content = contentOf(reply)
  const citations = citationsOf(reply)
  const message = {
    role: 'assistant',
    ...(reply.calls.length > 0 && reply.text !== '' && { tool_plan: reply.text }),
    ...(reply.calls.length > 0 && { tool_calls: reply.calls.map((_, place) => callOf(reply, place)) }),
    ...((content.length > 0 || reply.calls.length === 0) && { content }),
    ...(citations.length > 0 && { citations }),
  }
  return { id: uuidOf(reply.seed), message, finish_reason: finishes[reply.finish], usage: usageOf(reply) }
}

const frame = (type: string, members: Json, tokens = 0): Frame => ({
  data: `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`,
  tokens,
})
const delta = (message: Json): Json => ({ delta: { message } })

function* stream(reply: Reply): Iterable<Frame> {
  const empty = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] }
  yield frame('message-start', { id: uuidOf(reply.seed), ...delta(empty) })
  for (const [index, block] of contentOf(reply).entries()) {
    const member = block['type'] === 'thinking' ? 'thinking' : 'text'
    yield frame('content-start', { index, ...delta({ content: { ...block, [member]: '' } }) })
    for (const piece of reply.cut(String(block[member]))) {
      yield frame('content-delta', { index, ...delta({ content: { [member]: piece } }) }, estimateTokens(piece))
    }
    if (member === 'text') yield* citationFrames(reply)
    yield frame('content-end', { index })
  }
  yield* callFrames(reply)
  yield frame('message-end', { delta: { finish_reason: finishes[reply.finish], usage: usageOf(reply) } })
  yield { data: 'data: [DONE]\n\n', tokens: 0 }
}

/** Between the last words and their end. */
function* citationFrames(reply: Reply): Iterable<Frame> {
  for (const [index, citation] of citationsOf(reply).entries()) {
    yield frame('citation-start', { index, ...delta({ citations: citation }) })
    yield frame('citation-end', { index })
  }
}

function* callFrames(reply: Reply): Iterable<Frame> {
  if (reply.calls.length === 0) return
  for (const piece of reply.cut(reply.text))
    yield frame('tool-plan-delta', delta({ tool_plan: piece }), estimateTokens(piece))
  for (const [index, { name, input }] of reply.calls.entries()) {
    const opening = { ...callOf(reply, index), function: { name, arguments: '' } }
    yield frame('tool-call-start', { index, ...delta({ tool_calls: opening }) }, 1)
    for (const piece of reply.cut(input)) {
      const rest = { function: { arguments: piece } }
      yield frame('tool-call-delta', { index, ...delta({ tool_calls: rest }) }, estimateTokens(piece))
    }
    yield frame('tool-call-end', { index })
  }
}

const endpoints: Readonly<Record<string, string>> = { chat: 'chat', embed: 'embed', rerank: 'rerank' }
const modelRow = ({ id, contextWindow, does = 'chat' }: WorldModel): Json => ({
  name: id,
  endpoints: [endpoints[does] ?? does],
  finetuned: false,
  context_length: contextWindow,
  is_deprecated: false,
})

const routeOf = (method: string, path: string): Route | undefined => {
  if (method === 'POST') return path === '/v2/chat' ? { to: 'chat' } : undefined
  if (method !== 'GET') return undefined
  if (path === '/v1/models') return { to: 'models' }
  return path.startsWith('/v1/models/') ? { to: 'model', id: path.slice('/v1/models/'.length) } : undefined
}

/** Cohere, whatever it is asked. */
export const cohereVoice: Voice = {
  prefix: '/cohere',
  provider: 'cohere',
  manners: cohereManners,
  key: bearerOf,
  unwelcome: (_, key) => (key === undefined ? noKey : undefined),
  headers: seed => ({ 'x-debug-trace-id': seed.slice(0, 32) }),
  error: cohereError,
}

/** Cohere's way to chat. */
export const cohereSpeech: Speech = {
  ...cohereVoice,
  route: routeOf,
  understand: understandCohere,
  whole,
  stream,
  counted: ({ inputTokens }) => ({ tokens: inputTokens }),
  list: models => ({ models: models.map(modelRow) }),
  single: modelRow,
  errorFrame: ({ message }) => String(frame('message-end', { delta: { error: message, finish_reason: 'ERROR' } }).data),
}
