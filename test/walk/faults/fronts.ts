/** The four front doors of a chat: how each is asked, how its answers are read, and what of them breaks its schema. */
import { record, records as list, words } from '../../seen/seen.ts'
import type { Json } from '../../seen/seen.ts'
import { held, surfaces } from '../emissions.ts'
import type { Held, Surface } from '../emissions.ts'

export const frontNames = ['chat', 'messages', 'responses', 'gemini'] as const
export type FrontName = (typeof frontNames)[number]

/** What a client made of an answer, whole or not. */
export interface Read {
  readonly text: string
  /** Each call of a tool, as its name with what it was given. */
  readonly calls: readonly string[]
  /** The gateway's word for the failure, and the dialect's own. */
  readonly code: string | undefined
  readonly type: string | undefined
  /** How often it began and ended, where the dialect tells that. */
  readonly starts: number
  readonly ends: number
}
export interface Front {
  readonly name: FrontName
  path(model: string, streamed: boolean): string
  body(model: string, streamed: boolean, tool: boolean): Json
  read(events: readonly Json[]): Read
  held(status: number, type: string, text: string): Held
}

const text = words
const said = (...found: readonly unknown[]): string | undefined => found.map(words).find(word => word !== '')

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const tools = ['look_up', 'spare_one'].map(name => ({ name, description: 'finds', parameters: schema }))

/** Joins what came of each call. */
const callsOf = (pieces: readonly (readonly [key: string, name: string, input: string])[]): readonly string[] => {
  const all = new Map<string, string>()
  for (const [key, name, input] of pieces) all.set(key, `${all.get(key) ?? ''}${name}${input}`)
  return [...all.values()]
}
const surface = (name: string): Surface => {
  const found = surfaces.find(one => one.name === name)
  if (found === undefined) throw new Error(`there is no surface ${name}`)
  return found
}
const heldBy = (name: string) => (status: number, type: string, sent: string) =>
  held({ status, type, text: sent }, surface(name))

const chat: Front = {
  name: 'chat',
  path: () => '/v1/chat/completions',
  body: (model, streamed, tool) => ({
    model,
    messages: [{ role: 'user', content: 'hi' }],
    ...(streamed && { stream: true }),
    ...(tool && { tools: tools.map(one => ({ type: 'function', function: one })) }),
  }),
  read: events => {
    const choices = events.flatMap(event => list(event['choices']))
    const told = choices.map(choice => record(choice['delta'] ?? choice['message']))
    const error = record(events.find(event => 'error' in event)?.['error'])
    const calls = told.flatMap(one => list(one['tool_calls']))
    return {
      text: told.map(one => text(one['content'])).join(''),
      calls: callsOf(
        calls.map((call, at) => {
          const of = record(call['function'])
          return [String(call['index'] ?? at), text(of['name']), text(of['arguments'])]
        }),
      ),
      code: said(error['code']),
      type: said(error['type']),
      starts: new Set(events.flatMap(event => (event['id'] === undefined ? [] : [event['id']]))).size,
      ends: choices.filter(choice => typeof choice['finish_reason'] === 'string').length,
    }
  },
  held: heldBy('chat'),
}

const messages: Front = {
  name: 'messages',
  path: () => '/v1/messages',
  body: (model, streamed, tool) => ({
    model,
    max_tokens: 100,
    messages: [{ role: 'user', content: 'hi' }],
    ...(streamed && { stream: true }),
    ...(tool && { tools: tools.map(({ parameters, ...one }) => ({ ...one, input_schema: parameters })) }),
  }),
  read: events => {
    const blocks = events.flatMap(event =>
      event['type'] === 'content_block_start' ? [record(event['content_block'])] : list(event['content']),
    )
    const deltas = events.map(event => record(event['delta']))
    const error = record(events.find(event => 'error' in event)?.['error'])
    const called = blocks.flatMap((block, at) =>
      block['type'] === 'tool_use' ? [[String(at), text(block['name']), jsonOf(block['input'])] as const] : [],
    )
    const partial = deltas.map(delta => ['0', '', text(delta['partial_json'])] as const)
    return {
      text: [...blocks, ...deltas].map(one => text(one['text'])).join(''),
      calls: called.length === 0 ? [] : callsOf([...called, ...partial]),
      code: said(error['code']),
      type: said(error['type']),
      starts: events.filter(({ type }) => type === 'message_start').length,
      ends: events.filter(({ type }) => type === 'message_stop').length,
    }
  },
  held: heldBy('messages'),
}
/** What is given to a call at once; at the beginning of a stream it is nothing yet. */
const jsonOf = (input: unknown): string => (Object.keys(record(input)).length === 0 ? '' : JSON.stringify(input))

const responses: Front = {
  name: 'responses',
  path: () => '/v1/responses',
  body: (model, streamed, tool) => ({
    model,
    input: 'hi',
    ...(streamed && { stream: true }),
    ...(tool && { tools: tools.map(one => ({ type: 'function', strict: false, ...one })) }),
  }),
  read: events => {
    const items = events.flatMap(event =>
      event['type'] === 'response.output_item.added' ? [record(event['item'])] : list(event['output']),
    )
    const isDelta = (kind: string) => (event: Json) => event['type'] === `response.${kind}.delta`
    const whole = items.flatMap(item => list(item['content'])).map(part => text(part['text']))
    const last = events.findLast(
      event => event['type'] === 'error' || event['type'] === 'response.failed' || 'error' in event,
    )
    const told = record(record(last)['error'] ?? record(record(last)['response'])['error'] ?? last)
    const called = items
      .filter(item => item['type'] === 'function_call')
      .map((item, at) => [String(at), text(item['name']), text(item['arguments'])] as const)
    const more = events
      .filter(isDelta('function_call_arguments'))
      .map(event => ['0', '', text(event['delta'])] as const)
    return {
      text: [...whole, ...events.filter(isDelta('output_text')).map(event => text(event['delta']))].join(''),
      calls: called.length === 0 ? [] : callsOf([...called, ...more]),
      code: last === undefined ? undefined : said(told['code']),
      type: last === undefined ? undefined : said(told['type'], record(last)['type']),
      starts: events.filter(({ type }) => type === 'response.created').length,
      ends: events.filter(({ type }) => /^response\.(?:completed|incomplete)$/.test(words(type))).length,
    }
  },
  held: heldBy('responses'),
}

const googleStatuses = [
  'INVALID_ARGUMENT FAILED_PRECONDITION OUT_OF_RANGE UNIMPLEMENTED UNAUTHENTICATED PERMISSION_DENIED NOT_FOUND',
  'ABORTED RESOURCE_EXHAUSTED DEADLINE_EXCEEDED CANCELLED UNAVAILABLE INTERNAL UNKNOWN',
].flatMap(line => line.split(' '))
/** Google publishes no schema of its errors but the one in words: a code, a message, a name of a status, details by type. */
const faultsOfError = (body: Json): readonly string[] => {
  const { code, message, status, details } = record(body['error'])
  return [
    ...(typeof code === 'number' && code >= 400 && code < 600 ? [] : [`no code: ${String(code)}`]),
    ...(text(message) === '' ? ['no message'] : []),
    ...(googleStatuses.includes(words(status)) ? [] : [`no status of Google's: ${words(status)}`]),
    ...list(details).flatMap(one =>
      words(one['@type']).startsWith('type.googleapis.com/') ? [] : ['a detail without a type'],
    ),
  ]
}
const faultsOfGood = (body: Json): readonly string[] => {
  const candidates = list(body['candidates'])
  const parts = candidates.flatMap(one => list(record(one['content'])['parts']))
  const isEmpty = candidates.length === 0 && body['usageMetadata'] === undefined && body['promptFeedback'] === undefined
  return [
    ...(isEmpty ? ['a response with nothing in it'] : []),
    ...parts.flatMap(part => ('text' in part || 'functionCall' in part ? [] : ['a part of no kind'])),
  ]
}
const gemini: Front = {
  name: 'gemini',
  path: (model, streamed) =>
    `/v1beta/models/${model}:${streamed ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  body: (_model, _streamed, tool) => ({
    contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
    ...(tool && { tools: [{ functionDeclarations: tools }] }),
  }),
  read: events => {
    const candidates = events.flatMap(event => list(event['candidates']))
    const parts = candidates.flatMap(one => list(record(one['content'])['parts']))
    const error = record(events.find(event => 'error' in event)?.['error'])
    const info = list(error['details']).find(one => words(one['@type']).endsWith('ErrorInfo'))
    return {
      text: parts.map(part => text(part['text'])).join(''),
      calls: parts.flatMap(part => {
        const call = record(part['functionCall'])
        return 'functionCall' in part ? [`${text(call['name'])}${JSON.stringify(call['args'])}`] : []
      }),
      code: said(record(info?.['metadata'])['code']),
      type: said(error['status']),
      starts: 1,
      ends: candidates.filter(one => typeof one['finishReason'] === 'string').length,
    }
  },
  held: (status, type, sent) => {
    const bodies = type.startsWith('text/event-stream') ? eventsIn(sent) : [JSON.parse(sent) as Json]
    const hasError = bodies.some(body => 'error' in body)
    const isWhole = status === 200 && list(bodies.at(-1)?.['candidates']).some(one => 'finishReason' in one)
    return {
      breaches: bodies.flatMap(body => ('error' in body ? faultsOfError(body) : faultsOfGood(body))),
      isWhole: isWhole && !hasError,
      hasError,
    }
  },
}

/** The JSON of each event, without end marks. */
export const eventsIn = (sent: string): readonly Json[] =>
  sent
    .split('\n')
    .filter(line => line.startsWith('data:'))
    .map(line => line.slice('data:'.length).trim())
    .filter(data => data !== '[DONE]')
    .map(data => record(JSON.parse(data)))

const all = { chat, messages, responses, gemini }
/** The front door of this name. */
export const frontOf = (name: FrontName): Front => all[name]
