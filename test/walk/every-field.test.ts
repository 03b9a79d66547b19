/** Every field that a client may send in either dialect: whole on the same one, and on the other it arrives or is named as lost. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import type { Dialect } from '../../src/ports/dialect.ts'
import { complaintOf } from '../anthropic-complaints.ts'
import { misfits } from '../anthropic-schema.ts'
import { rawOf } from '../fake-dialect.ts'
import { refusals } from '../openai-schema.ts'
import type { Field } from '../schema-fields.ts'
import { hasShared } from '../shared.ts'
import { changes, isRecord } from './every-field.ts'
import type { Json } from './every-field.ts'
import { asRequest, requests, tryWays } from './field-ways.ts'
import { anthropicFields, openaiFields } from './request-fields.ts'

/** Bodies as one: a conversation after the other, all that else is asked for at once. */
const together = (bodies: readonly unknown[]): Json => {
  const all = bodies.filter(isRecord)
  const listed = (member: string): readonly unknown[] =>
    all.flatMap(body => (Array.isArray(body[member]) ? (body[member] as readonly unknown[]) : []))
  const tools = new Map(listed('tools').map(tool => [toolKey(tool), tool]))
  return {
    ...Object.assign({}, ...all),
    messages: listed('messages'),
    ...(tools.size > 0 && { tools: [...tools.values()] }),
  }
}
const toolKey = (tool: unknown): string =>
  JSON.stringify(isRecord(tool) ? (tool['name'] ?? tool['function'] ?? tool) : tool)

interface Way {
  readonly name: string
  readonly from: Dialect
  readonly to: Dialect
  readonly fields: readonly Field[]
  /** The models that it is tried with; the first one's page is kept. */
  readonly models: readonly string[]
  /** What the provider would say against a body. */
  readonly complaints: (body: unknown, model: string) => readonly string[]
  /** What asks for nothing that the other dialect does not do anyhow, and why that is so. */
  readonly saysNothing: Readonly<Record<string, string>>
  /** Members without which no two bodies differ in meaning. */
  readonly plain: (body: unknown) => unknown
}

/** What the newest types leave out, and older models still take. */
const withoutOlder = (body: unknown): unknown => {
  const { temperature: _t, top_p: _p, top_k: _k, ...rest } = isRecord(body) ? body : {}
  return rest
}
const anthropicComplaints = (body: unknown, id: string): readonly string[] => {
  const [price, most] = [{ input: 1, output: 1 }, 128_000]
  const model = { id, provider: 'anthropic' as const, aliases: [], price, contextWindow: 1e9, maxOutput: most }
  const said = complaintOf(isRecord(body) ? body : {}, [{ ...model, firstToken: 1, perSecond: 1 }])
  return [...(said === undefined ? [] : [said]), ...misfits('MessageCreateParamsBase', withoutOlder(body))]
}

const one = (content: unknown): unknown => {
  const [only, ...more] = Array.isArray(content) ? (content as readonly unknown[]) : []
  const isPlain = more.length === 0 && isRecord(only) && only['type'] === 'text' && Object.keys(only).length === 2
  return isPlain ? only['text'] : content
}
/** A single plain text is the same as a string, and no content the same as an empty one. */
const plainOpenaiMessage = (message: unknown): unknown => {
  if (!isRecord(message)) return message
  const [first] = Array.isArray(message['content']) ? (message['content'] as readonly unknown[]) : []
  const refused = isRecord(first) && first['type'] === 'refusal' ? { content: null, refusal: first['refusal'] } : {}
  const content = one(message['content'])
  return {
    ...message,
    content: content === undefined || content === null ? '' : content,
    ...refused,
    ...nullToText(refused),
  }
}
const nullToText = (refused: Json): Json => ('content' in refused ? { content: '' } : {})
const plainOpenai = (value: unknown): unknown => {
  const { stream_options: options, stop, response_format: format, ...body } = isRecord(value) ? value : {}
  const { include_usage: _usage, ...others } = isRecord(options) ? options : {}
  const messages = Array.isArray(body['messages']) ? body['messages'].map(plainOpenaiMessage) : []
  const isText = isRecord(format) && format['type'] === 'text'
  return {
    ...body,
    messages,
    ...(Object.keys(others).length > 0 && { stream_options: others }),
    ...(stop !== undefined && { stop: typeof stop === 'string' ? [stop] : stop }),
    ...(format !== undefined && !isText && { response_format: format }),
  }
}
const plainAnthropicContent = (value: unknown): unknown => {
  if (!isRecord(value)) return value
  const content = one(value['content'])
  const inner = Array.isArray(content) ? content.map(plainAnthropicContent) : content
  return 'content' in value ? { ...value, content: inner } : value
}
const plainAnthropic = (value: unknown): unknown => {
  const body = isRecord(value) ? value : {}
  const tools = Array.isArray(body['tools']) ? body['tools'] : []
  const plainTools = tools.map((tool: unknown) => {
    const { type, ...rest } = isRecord(tool) ? tool : {}
    return type === 'custom' ? rest : tool
  })
  return {
    ...body,
    messages: Array.isArray(body['messages']) ? body['messages'].map(plainAnthropicContent) : [],
    ...('system' in body && { system: one(body['system']) }),
    ...(plainTools.length > 0 && { tools: plainTools }),
  }
}

const ways: readonly Way[] = [
  {
    name: 'openai-chat to anthropic-messages',
    from: openaiChat,
    to: anthropicMessages,
    fields: hasShared ? openaiFields() : [],
    models: ['claude-sonnet-4-5', 'claude-3-5-sonnet-20241022', 'claude-opus-4-6', 'claude-sonnet-5'],
    complaints: anthropicComplaints,
    saysNothing: {
      '.response_format(text)': 'an answer is text unless something else is asked for',
      '.response_format(json_schema).json_schema.strict': 'Anthropic always holds an answer to its schema',
      '.reasoning_effort=none': 'a model that cannot think need not be told so',
      '.stream_options.include_usage': 'Anthropic always tells usage',
      '.parallel_tool_calls': 'Anthropic calls tools in parallel unless it is told not to',
    },
    plain: plainOpenai,
  },
  {
    name: 'anthropic-messages to openai-chat',
    from: anthropicMessages,
    to: openaiChat,
    fields: anthropicFields(),
    models: ['gpt-4o', 'gpt-5', 'gpt-5.1', 'o3', 'mistral-large-latest'],
    complaints: hasShared ? refusals : () => [],
    saysNothing: {
      '.tools[](custom).type': 'a tool is of this type unless it says another',
      '.messages[](assistant).content(array)[](tool_use).caller(direct)':
        'nobody but the model calls the tools of OpenAI',
      '.thinking(disabled)': 'a model that does not reason need not be told so',
      '.thinking(between_tools)': 'a model that reasons unasked does so between calls as well',
    },
    plain: plainAnthropic,
  },
]

tryWays(ways.map(requests))

describe.skipIf(!hasShared).each(ways)('$name', ({ from, to, fields, models, complaints, plain }) => {
  it('nothing is sent that would be refused, whatever is asked together', () => {
    const several = fc.array(fc.constantFrom(...fields), { minLength: 2, maxLength: 5 })
    const body = several.map(all => together(all.map(({ value }) => value)))
    const law = fc.property(body, fc.constantFrom(...models), (asked, model) => {
      // What makes no sense together is refused at the door.
      if (from.decodeRequest(asked).ok) expect(complaints(asRequest(from, to, model)(asked).sent, model)).toEqual([])
    })
    fc.assert(law, { numRuns: 2000 })
  })
  it('the same dialect gets every field as it was, written anew', () => {
    const changed = fields.flatMap(({ path, value }) => {
      const { sent, losses } = asRequest(from, from, 'pool')(value)
      const found = [...changes(plain(value), plain(sent)), ...losses.map(({ field }) => `${field} is lost`)]
      return found.length === 0 ? [] : [`${path}: ${found.join('; ')}`]
    })
    expect(changed).toEqual([])
  })
  it('the same dialect gets every byte as it was on the express lane, but for the model and the wish for usage', () => {
    for (const { path, value } of fields) {
      const body = isRecord(value) ? value : {}
      const edited = from.express.editRequest(rawOf(from.id, body), 'other')
      const text = typeof edited === 'string' ? edited : new TextDecoder().decode(edited)
      const usage = /,"stream_options":\{"include_usage":true\}|(?<="stream_options":\{[^}]*),"include_usage":true/
      const asked = JSON.stringify({ ...body, model: 'other' })
      expect(text.replace(usage, ''), path).toBe(asked.replace(usage, ''))
    }
  })
})
