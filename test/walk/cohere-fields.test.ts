/** Every field of a request in Cohere's dialect and in that of completions, to and from the others: it arrives or is named as lost. */
import { describe, expect, it } from 'vitest'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { cohereChat } from '../../src/dialects/cohere-chat/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import { openaiCompletions } from '../../src/dialects/openai-completions/index.ts'
import type { Dialect } from '../../src/ports/dialect.ts'
import { rawOf, requestOf } from '../fake-dialect.ts'
import { refusals } from '../openai-schema.ts'
import type { Field } from '../schema-fields.ts'
import { hasShared } from '../shared.ts'
import { cohereFields, completionsFields } from './cohere-fields.ts'
import { fateOf, goldenPage, isRecord, isTold, pageOf, wire } from './every-field.ts'
import type { Made } from './every-field.ts'
import { anthropicFields, openaiFields } from './request-fields.ts'

/** The request of this body, written for a provider of the other dialect or of the same. */
const maker =
  (from: Dialect, to: Dialect, model: string) =>
  (value: unknown): Made => {
    const body = isRecord(value) ? value : {}
    const read = from.decodeRequest(body)
    if (!read.ok) throw new Error(`${read.why}: ${JSON.stringify(body)}`)
    const { value: sent, losses } = to.encodeRequest(requestOf({ ...read.value, raw: rawOf(from.id, body) }), model)
    return { sent: wire(sent), losses }
  }

interface Way {
  readonly name: string
  readonly from: Dialect
  readonly to: Dialect
  readonly fields: readonly Field[]
  readonly model: string
  /** What asks for nothing that the other dialect does not do anyhow, and why that is so. */
  readonly saysNothing: Readonly<Record<string, string>>
  /** What the provider would say against a body, where there is a schema that tells. */
  readonly complaints: (body: unknown) => readonly string[]
}
const none = (): readonly string[] => []
const openai = hasShared ? refusals : none

const isText = 'an answer is text unless something else is asked for'
const isUsual = 'requests are served as usual unless something else is asked for'
const isFree = 'a model is free to call tools unless it is told otherwise'
/** What says of a chat no more than what is so anyhow. */
const usual = {
  '.response_format(text)': isText,
  '.service_tier=auto': isUsual,
  '.service_tier=default': isUsual,
  '.stream_options.include_usage': 'usage is asked for whatever the client wants',
  '.tool_choice=auto': isFree,
  '.function_call=auto': isFree,
}

const ways: readonly Way[] = [
  {
    name: 'cohere-chat to openai-chat',
    from: cohereChat,
    to: openaiChat,
    fields: cohereFields,
    model: 'gpt-5.1',
    saysNothing: { '.response_format(text)': isText },
    complaints: openai,
  },
  {
    name: 'cohere-chat to anthropic-messages',
    from: cohereChat,
    to: anthropicMessages,
    fields: cohereFields,
    model: 'claude-sonnet-4-5',
    saysNothing: {
      '.response_format(text)': isText,
      '.strict_tools=false': 'no call is held to its schema unless it is asked for',
    },
    complaints: none,
  },
  {
    name: 'openai-chat to cohere-chat',
    from: openaiChat,
    to: cohereChat,
    fields: hasShared ? openaiFields() : [],
    model: 'command-a-reasoning-08-2025',
    saysNothing: {
      ...usual,
      '.response_format(json_schema).json_schema.strict': 'Cohere always holds an answer to its schema',
      '.parallel_tool_calls': 'Cohere calls tools in parallel',
    },
    complaints: none,
  },
  {
    name: 'anthropic-messages to cohere-chat',
    from: anthropicMessages,
    to: cohereChat,
    fields: hasShared ? anthropicFields() : [],
    model: 'command-a-reasoning-08-2025',
    saysNothing: {
      '.messages[](assistant).content(array)[](tool_use).caller(direct)':
        'nobody but the model calls the tools of Cohere',
      '.tools[](custom).type': 'a tool is of this type unless it says another',
      '.service_tier=auto': isUsual,
      '.service_tier=standard_only': isUsual,
    },
    complaints: none,
  },
  {
    name: 'openai-completions to openai-chat',
    from: openaiCompletions,
    to: openaiChat,
    fields: completionsFields,
    model: 'gpt-4o',
    saysNothing: { '.stream_options.include_usage': 'usage is asked for whatever the client wants' },
    complaints: openai,
  },
  {
    name: 'openai-chat to openai-completions',
    from: openaiChat,
    to: openaiCompletions,
    fields: hasShared ? openaiFields() : [],
    model: 'gpt-3.5-turbo-instruct',
    saysNothing: {
      ...usual,
      '.reasoning_effort=none': 'a completion is not thought over anyhow',
      '.response_format(json_schema).json_schema.description': 'lost with output',
      '.response_format(json_schema).json_schema.schema': 'lost with output',
      '.response_format(json_schema).json_schema.strict': 'lost with output',
      '.tool_choice=none': 'a completion calls no tools anyhow',
      '.function_call=none': 'a completion calls no tools anyhow',
      '.parallel_tool_calls': 'a completion calls no tools anyhow',
      '.functions[].description': 'lost with tools',
      '.functions[].parameters': 'lost with tools',
    },
    complaints: none,
  },
]

describe.skipIf(!hasShared).each(ways)('$name', ({ name, from, to, fields, model, saysNothing, complaints }) => {
  it('every field that is documented is on the page, with what becomes of it', () => {
    const page = pageOf(
      fields.map(field => fateOf(field, maker(from, to, model))),
      saysNothing,
    )
    expect(page).toBe(goldenPage(`requests ${name}`, page))
  })
  it('nothing is lost in silence', () => {
    const silent = fields
      .filter(({ path }) => saysNothing[path] === undefined)
      .filter(field => !isTold(fateOf(field, maker(from, to, model))))
    expect(silent.map(({ path }) => path)).toEqual([])
  })
  it('has a field for what asks for nothing', () => {
    const paths = new Set(fields.map(({ path }) => path))
    expect(Object.keys(saysNothing).filter(path => !paths.has(path))).toEqual([])
  })
  it('nothing is sent that would be refused', () => {
    const refused = fields.flatMap(({ path, value }) => {
      const said = complaints(maker(from, to, model)(value).sent)
      return said.length === 0 ? [] : [`${path}: ${said.slice(-3).join('; ')}`]
    })
    expect(refused).toEqual([])
  })
})
