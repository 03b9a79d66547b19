/** What is asked on each surface that has a published schema, and what of an answer breaks it. */
import { misfits } from '../anthropic-schema.ts'
import { breaches } from '../openai-schema.ts'
import type { SchemaName } from '../openai-schema.ts'
import { isRecord, words } from '../seen/seen.ts'
import type { Json } from '../seen/seen.ts'
import { virtualKey } from './open-house.ts'

/** What can be asked for, whatever the words. */
export const wishes = [
  'text',
  'tools',
  'forced',
  'none',
  'refuse',
  'length',
  'stop',
  'schema',
  'json',
  'results',
  'think',
] as const
export type Wish = (typeof wishes)[number]

export interface Surface {
  readonly name: string
  readonly path: string
  /** Undefined where this surface cannot be asked for it. */
  ask(wish: Wish): Json | undefined
  /** What of a whole answer, of an event and of an error breaks the schema; empty if nothing does. */
  whole(body: Json): readonly string[]
  event(body: Json): readonly string[]
  error(body: Json): readonly string[]
  /** What of an event that tells of an error does; absent: as an error outside of a stream. */
  eventOfError?(body: Json): readonly string[]
  /** True for an event that tells of an error. */
  isError(body: Json): boolean
  /** True for the last event, or the last words, of a stream that came to its end. */
  isLast(body: Json | '[DONE]'): boolean
}

const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const names = ['weather', 'time']
const sayOf = (wish: Wish): string =>
  ({ tools: 'Please call', refuse: 'refuse', json: 'Say JSON' })[wish as 'tools'] ?? 'Speak'
const openai = (name: SchemaName) => (body: Json) => breaches(name, body)
const isEnd = (body: Json | '[DONE]'): boolean => body === '[DONE]'
const hasError = (body: Json): boolean => isRecord(body['error'])

const chatTools = names.map(name => ({ type: 'function', function: { name, parameters: schema } }))
const chatTurns = [
  { role: 'user', content: 'Please call' },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'time', arguments: '{}' } }],
  },
  { role: 'tool', tool_call_id: 'call_1', content: 'noon' },
  { role: 'user', content: 'Speak' },
]
const chatExtras: Readonly<Partial<Record<Wish, Json>>> = {
  tools: { tools: chatTools },
  forced: { tools: chatTools, tool_choice: { type: 'function', function: { name: 'time' } } },
  none: { tools: chatTools, tool_choice: 'none' },
  length: { max_tokens: 3 },
  stop: { stop: ['signal'] },
  schema: { response_format: { type: 'json_schema', json_schema: { name: 'place', schema, strict: true } } },
  json: { response_format: { type: 'json_object' } },
  results: { tools: chatTools, messages: chatTurns },
  think: { reasoning_effort: 'low' },
}
const chat: Surface = {
  name: 'chat',
  path: '/v1/chat/completions',
  ask: wish => ({ messages: [{ role: 'user', content: sayOf(wish) }], ...chatExtras[wish] }),
  whole: openai('CreateChatCompletionResponse'),
  event: openai('CreateChatCompletionStreamResponse'),
  error: openai('ErrorResponse'),
  isError: hasError,
  isLast: isEnd,
}

const flatTools = names.map(name => ({ type: 'function', name, parameters: schema, strict: true }))
const responsesExtras: Readonly<Partial<Record<Wish, Json>>> = {
  tools: { tools: flatTools },
  forced: { tools: flatTools, tool_choice: { type: 'function', name: 'time' } },
  none: { tools: flatTools, tool_choice: 'none' },
  length: { max_output_tokens: 16 },
  schema: { text: { format: { type: 'json_schema', name: 'place', schema, strict: true } } },
  json: { text: { format: { type: 'json_object' } } },
  think: { reasoning: { effort: 'low', summary: 'auto' }, include: ['reasoning.encrypted_content'] },
  results: {
    tools: flatTools,
    input: [
      { role: 'user', content: 'Please call' },
      { type: 'function_call', call_id: 'call_1', name: 'time', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_1', output: 'noon' },
      { role: 'user', content: [{ type: 'input_text', text: 'Speak' }] },
    ],
  },
}
const responses: Surface = {
  name: 'responses',
  path: '/v1/responses',
  ask: wish => (wish === 'stop' ? undefined : { input: sayOf(wish), ...responsesExtras[wish] }),
  whole: openai('Response'),
  event: openai('ResponseStreamEvent'),
  error: openai('ErrorResponse'),
  eventOfError: openai('ResponseStreamEvent'),
  isError: ({ type }) => type === 'error' || type === 'response.failed',
  isLast: body => body !== '[DONE]' && /^response\.(?:completed|incomplete)$/.test(words(body['type'])),
}

const completions: Surface = {
  name: 'completions',
  path: '/v1/completions',
  ask: wish => {
    const extras = { text: {}, refuse: {}, length: { max_tokens: 3 }, stop: { stop: ['signal'] } }
    return wish in extras ? { prompt: sayOf(wish), ...extras[wish as 'text'] } : undefined
  },
  whole: openai('CreateCompletionResponse'),
  // The published file forgot that streams say null until the end, as OpenAI itself does.
  event: body => breaches('CreateCompletionResponse', body).filter(one => !one.startsWith('/choices/0/finish_reason')),
  error: openai('ErrorResponse'),
  isError: hasError,
  isLast: isEnd,
}

const claudeTools = names.map(name => ({ name, input_schema: schema }))
const messagesExtras: Readonly<Partial<Record<Wish, Json>>> = {
  tools: { tools: claudeTools },
  forced: { tools: claudeTools, tool_choice: { type: 'tool', name: 'time' } },
  none: { tools: claudeTools, tool_choice: { type: 'none' } },
  length: { max_tokens: 3 },
  stop: { stop_sequences: ['signal'] },
  schema: { output_config: { format: { type: 'json_schema', schema } } },
  results: {
    tools: claudeTools,
    messages: [
      { role: 'user', content: 'Please call' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'call_1', name: 'time', input: {} }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_1', content: 'noon' },
          { type: 'text', text: 'Speak' },
        ],
      },
    ],
  },
}
const anthropicError = (body: Json): readonly string[] => {
  const { type, error } = body
  const isOne = type === 'error' && isRecord(error) && /^[a-z_]+_error$/.test(words(error['type']))
  return isOne && isRecord(error) && words(error['message']) !== '' ? [] : [`no error: ${JSON.stringify(body)}`]
}
/**
 * What a request has cost is told beside its usage, where Anthropic's types know nothing of it; and how a cache was
 * filled and a request served is told at the end of a stream that is written anew, since it was not known at the beginning.
 */
const withoutCost = (body: Json): Json => {
  if (!isRecord(body['usage'])) return body
  const { cost_usd: _cost, ...usage } = body['usage']
  if (body['type'] !== 'message_delta') return { ...body, usage }
  const { cache_creation: _filled, service_tier: _tier, ...counts }: Json = usage
  return { ...body, usage: counts }
}
const messages: Surface = {
  name: 'messages',
  path: '/v1/messages',
  ask: wish =>
    wish === 'json' || wish === 'think'
      ? undefined
      : { max_tokens: 200, messages: [{ role: 'user', content: sayOf(wish) }], ...messagesExtras[wish] },
  whole: body => misfits('Message', withoutCost(body)),
  // A sign of life, which the types leave out.
  event: body => (body['type'] === 'ping' ? [] : misfits('RawMessageStreamEvent', withoutCost(body))),
  error: anthropicError,
  isError: ({ type }) => type === 'error',
  isLast: body => body !== '[DONE]' && body['type'] === 'message_stop',
}

export const surfaces: readonly Surface[] = [chat, responses, completions, messages]

export interface Sent {
  readonly status: number
  readonly type: string
  readonly text: string
}
export const post = async (url: string, path: string, body: unknown): Promise<Sent> => {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${virtualKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() }
}

export interface Held {
  /** What breaks the schema, or the rules of a stream. */
  readonly breaches: readonly string[]
  readonly isWhole: boolean
  readonly hasError: boolean
}
const numbersOf = (events: readonly Json[]): readonly unknown[] =>
  events.flatMap(({ sequence_number: number }) => (number === undefined ? [] : [number]))

const heldStream = (text: string, surface: Surface): Held => {
  const lines = text.split('\n').filter(line => line.startsWith('data:'))
  const events = lines.map(line => line.slice('data:'.length).trim())
  const bodies = events.filter(one => one !== '[DONE]').map((one): Json => JSON.parse(one))
  const errorAt = bodies.findIndex(surface.isError)
  const last: Json | '[DONE]' = events.at(-1) === '[DONE]' ? '[DONE]' : (bodies.at(-1) ?? {})
  const isWhole = surface.isLast(last)
  const rules = [
    ...(errorAt !== -1 && isWhole ? ['a good end behind an error'] : []),
    ...(errorAt === -1 && !isWhole ? [`no end: ${JSON.stringify(last).slice(0, 200)}`] : []),
    ...(numbersOf(bodies).some((number, place) => number !== place) ? ['a gap in the numbers'] : []),
  ]
  const found = bodies.flatMap(body =>
    surface.isError(body) ? (surface.eventOfError ?? surface.error)(body) : surface.event(body),
  )
  return { breaches: [...new Set([...found, ...rules])], isWhole, hasError: errorAt !== -1 }
}
/** All that was sent, held against the surface's schema. */
export const held = ({ status, type, text }: Sent, surface: Surface): Held => {
  if (type.startsWith('text/event-stream')) return heldStream(text, surface)
  const body = JSON.parse(text) as Json
  const hasFailed = status >= 400
  return {
    breaches: hasFailed ? surface.error(body) : surface.whole(body),
    isWhole: !hasFailed,
    hasError: hasFailed,
  }
}
