/** Every field of an answer in each dialect, whole and as an event of a stream, among what else such an answer holds. */
import { anthropicTypes } from '../anthropic-schema.ts'
import { openaiDocument } from '../openai-schema.ts'
import { fieldsOf } from '../schema-fields.ts'
import type { Field, Hints } from '../schema-fields.ts'
import { isRecord } from './every-field.ts'
import type { Json } from './every-field.ts'

type Samples = readonly (readonly [RegExp, unknown])[]
const sampler = (samples: Samples) => (path: string) => samples.find(([pattern]) => pattern.test(path))?.[1]
const records = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isRecord) : [])
const never = (): boolean => false

/** The field with what its answer is made of changed. */
const mapped = ({ path, value, without }: Field, change: (value: unknown) => unknown): Field => ({
  path,
  value: change(value),
  ...(without && { without: { value: change(without.value) } }),
})

const usage = { prompt_tokens: 9, completion_tokens: 7, total_tokens: 16 }
const logprob = { token: 'so', logprob: -0.5, bytes: [115, 111], top_logprobs: [] }
const openaiSamples: Samples = [
  [/\.logprobs$/, { content: [logprob], refusal: null }],
  [/\.url$/, 'https://a.test/'],
  [/\.message\.content$/, 'so'],
  [/tool_calls\[\](?:\([a-z]*\))?\.id$/, 'call_9'],
  [/\.arguments$/, '{"city":"Oslo"}'],
  [/\.created$|\.expires_at$/, 1_750_000_000],
  [/^\.id$/, 'chatcmpl-1'],
  [/^\.model$/, 'gpt-4o'],
  [/\.index$/, 0],
  [/\.usage\.(?:prompt|completion|total)_tokens$/, 100],
  [/\.categor[a-z_]+$/, {}],
  [/\.top_logprobs\[\]\.bytes|\.bytes\[\]$/, 7],
  [/\.(?:tool_calls\[\](?:\(function\))?\.)?function\.name$|function_call\.name$/, 'g'],
  [/^\.metadata$/, { a: 'b' }],
]
const openaiHints = (): Hints => ({
  document: openaiDocument(),
  sample: sampler(openaiSamples),
  isWhole: path => /^\.moderation|\.logprobs$|\.audio$|annotations\[\]$/.test(path),
  // It only makes chunks equally long.
  isApart: path => path === '.obfuscation' || path.endsWith('.index'),
})
const said = (message: Json): Json => {
  // Annotations are made to words.
  const isSaid = Object.entries(message).some(
    ([key, value]) => key !== 'role' && key !== 'annotations' && value !== null,
  )
  return { role: 'assistant', content: isSaid ? null : 'so', refusal: null, ...message }
}
/** The word for the end that belongs to what was said. */
const reasonOf = ({ tool_calls: calls, function_call: old }: Json): string => {
  if (records(calls).length > 0) return 'tool_calls'
  return isRecord(old) ? 'function_call' : 'stop'
}
const openaiWhole = (value: unknown, path: string): Json => {
  const body = isRecord(value) ? value : {}
  const choices = records(body['choices']).map(choice => {
    const given = isRecord(choice['message']) ? choice['message'] : {}
    const { content: _content, refusal, ...others } = given
    const rest = path.includes('refusal') ? { ...others, refusal } : others
    const message = said(path.includes('message.content') ? given : rest)
    const reason = path.includes('finish_reason') ? choice['finish_reason'] : reasonOf(message)
    const logprobs = path.includes('logprobs') ? choice['logprobs'] : null
    return { ...choice, index: 0, message, logprobs, finish_reason: reason }
  })
  return { usage, ...body, object: 'chat.completion', choices }
}

/** Every field of a whole answer, as OpenAI's published schema has them. */
export const openaiWholes = (): readonly Field[] =>
  fieldsOf({ $ref: '#/components/schemas/CreateChatCompletionResponse' }, '', openaiHints()).map(field =>
    mapped(field, value => openaiWhole(value, field.path)),
  )

const openaiHead = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_750_000_000, model: 'gpt-4o' }
const openaiStream = (value: unknown, path: string): readonly Json[] => {
  const body = isRecord(value) ? value : {}
  const { usage: told, ...around } = body
  const [choice = {}] = records(body['choices'])
  const { delta: given, finish_reason: end, ...rest } = choice
  const delta = isRecord(given) ? given : {}
  const isEnd = path.includes('finish_reason')
  const reason = isEnd ? end : reasonOf(delta)
  const isSilent = Object.keys(delta).every(key => key === 'role')
  const calls = records(delta['tool_calls']).map(call => ({
    id: 'call_1',
    type: 'function',
    ...call,
    function: { name: 'f', arguments: '', ...(isRecord(call['function']) ? call['function'] : {}) },
  }))
  const old = isRecord(delta['function_call'])
    ? { function_call: { name: 'f', arguments: '', ...delta['function_call'] } }
    : {}
  const whole = { ...delta, ...(calls.length > 0 && { tool_calls: calls }), ...old, ...(isSilent && { content: 'so' }) }
  const one = (members: Json): Json => ({ ...around, ...openaiHead, object: 'chat.completion.chunk', ...members })
  return [
    one({ choices: [{ ...rest, index: 0, delta: { role: 'assistant', ...whole }, finish_reason: null }] }),
    one({ choices: [{ index: 0, delta: {}, finish_reason: reason }] }),
    one({ choices: [], usage: told ?? usage }),
  ]
}
/** Every field of a chunk, each in a stream. */
export const openaiStreams = (): readonly Field[] =>
  fieldsOf({ $ref: '#/components/schemas/CreateChatCompletionStreamResponse' }, '', openaiHints()).map(field =>
    mapped(field, value => openaiStream(value, field.path)),
  )

const anthropicSamples: Samples = [
  [/^\.id$|message\.id$/, 'msg_1'],
  [/\.model$/, 'claude-sonnet-4-5'],
  [/\(tool_use\)\.input$|\(server_tool_use\)\.input$/, { city: 'Oslo' }],
  [/\(tool_use\)\.id$/, 'toolu_1'],
  [/\(tool_use\)\.name$/, 'f'],
  [/\.signature$/, 'EqoBCkYIBxgC'],
  [/\.partial_json$/, '{"city":"Oslo"}'],
  [/\.index$/, 0],
  [/\.[a-z0-9_]*(?:_tokens|_requests)$/, 5],
  [/\.stop_sequence$/, 'END'],
]
const ownBlock = /\((?:text|thinking|redacted_thinking|tool_use)\)$/
const anthropicHints = (isApart: Hints['isApart']): Hints => ({
  document: anthropicTypes,
  sample: sampler(anthropicSamples),
  isWhole: path =>
    (/(?:content\[\]|content_block)\([a-z_]*\)$/.test(path) && !ownBlock.test(path)) ||
    /citations?(?:\[\])?\([a-z_]*\)$|\.caller\([a-z_0-9]*\)$|\.container$|\.diagnostics$|\.stop_details$/.test(path),
  isApart,
})
const counted = { input_tokens: 9, output_tokens: 7 }
const anthropicMessage = (value: unknown, path: string): Json => {
  const body = isRecord(value) ? value : {}
  const given = records(body['content'])
  const content = path.includes('.content') ? given : [{ type: 'text', text: 'so', citations: null }]
  const calls = content.some(({ type }) => type === 'tool_use')
  const reason = path.includes('stop_reason')
    ? body['stop_reason']
    : calls
      ? 'tool_use'
      : path.endsWith('stop_sequence') && 'stop_sequence' in body
        ? 'stop_sequence'
        : 'end_turn'
  return {
    stop_sequence: null,
    ...body,
    type: 'message',
    role: 'assistant',
    content,
    stop_reason: reason,
    usage: { ...counted, ...(isRecord(body['usage']) ? body['usage'] : {}) },
  }
}
/** Every field of a whole answer, as Anthropic's official SDK types them. */
export const anthropicWholes = (): readonly Field[] =>
  fieldsOf({ $ref: '#/$defs/Message' }, '', anthropicHints(never)).map(field =>
    mapped(field, value => anthropicMessage(value, field.path)),
  )

const blockFor = (delta: unknown): Json => {
  const type = isRecord(delta) ? delta['type'] : ''
  if (type === 'input_json_delta') return { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }
  return type === 'thinking_delta' || type === 'signature_delta'
    ? { type: 'thinking', thinking: '', signature: '' }
    : { type: 'text', text: '', citations: null }
}
const emptied = (block: Json): Json => {
  if (block['type'] === 'text') return { citations: null, ...block }
  return block
}
const head = (message: Json = {}): Json => ({
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    stop_sequence: null,
    ...message,
    content: [],
    stop_reason: null,
    usage: { input_tokens: 9, output_tokens: 1, ...(isRecord(message['usage']) ? message['usage'] : {}) },
  },
})
const block = (content: Json, ...deltas: readonly Json[]): readonly Json[] => [
  { type: 'content_block_start', index: 0, content_block: content },
  ...deltas.map(delta => ({ type: 'content_block_delta', index: 0, delta })),
  { type: 'content_block_stop', index: 0 },
]
const end = (delta: Json, reason: unknown, told: Json = {}): readonly Json[] => [
  {
    type: 'message_delta',
    delta: { stop_sequence: null, ...delta, stop_reason: reason },
    usage: { output_tokens: 7, ...told },
  },
  { type: 'message_stop' },
]
const text = block({ type: 'text', text: '', citations: null }, { type: 'text_delta', text: 'so' })
const anthropicStream = (value: unknown, path: string): readonly Json[] => {
  const event = isRecord(value) ? value : {}
  const delta = isRecord(event['delta']) ? event['delta'] : {}
  switch (event['type']) {
    case 'message_start':
      return [head(isRecord(event['message']) ? event['message'] : {}), ...text, ...end({}, 'end_turn')]
    case 'message_delta': {
      const isNamed = path.includes('stop_reason')
      const reason = isNamed
        ? delta['stop_reason']
        : path.endsWith('stop_sequence') && 'stop_sequence' in delta
          ? 'stop_sequence'
          : 'end_turn'
      return [head(), ...text, ...end(delta, reason, isRecord(event['usage']) ? event['usage'] : {})]
    }
    case 'content_block_start': {
      const content = isRecord(event['content_block']) ? event['content_block'] : {}
      return [head(), ...block(emptied(content)), ...end({}, content['type'] === 'tool_use' ? 'tool_use' : 'end_turn')]
    }
    case 'content_block_delta': {
      const before = blockFor(delta)
      const more = delta['type'] === 'citations_delta' ? [{ type: 'text_delta', text: 'so' }, delta] : [delta]
      return [head(), ...block(before, ...more), ...end({}, before['type'] === 'tool_use' ? 'tool_use' : 'end_turn')]
    }
    default:
      return [head(), ...text, ...end({}, 'end_turn')]
  }
}
/** Every field of an event, each in a stream. */
export const anthropicStreams = (): readonly Field[] =>
  fieldsOf(
    { $ref: '#/$defs/RawMessageStreamEvent' },
    '',
    anthropicHints(
      path => path.endsWith('.index') || path.includes('message.content') || path.includes('message.stop_'),
    ),
  ).map(field => mapped(field, value => anthropicStream(value, field.path)))
