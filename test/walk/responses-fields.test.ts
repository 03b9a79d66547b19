/** Every field of a request for a response, to and from the others: it arrives or is named as lost. */
import { describe, expect, it } from 'vitest'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/index.ts'
import type { Dialect } from '../../src/ports/dialect.ts'
import { rawOf, requestOf } from '../fake-dialect.ts'
import { refusals } from '../openai-schema.ts'
import type { Field } from '../schema-fields.ts'
import { hasShared } from '../shared.ts'
import { changes, fateOf, goldenPage, isRecord, isTold, pageOf, wire } from './every-field.ts'
import type { Made } from './every-field.ts'
import { anthropicFields, openaiFields } from './request-fields.ts'
import { responsesFields } from './responses-fields.ts'

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
  readonly models: readonly string[]
  /** What asks for nothing that the other dialect does not do anyhow, and why that is so. */
  readonly saysNothing: Readonly<Record<string, string>>
  /** What the provider would say against a body, where there is a schema that tells. */
  readonly complaints: (body: unknown) => readonly string[]
}
const none = (): readonly string[] => []
const own = hasShared ? responsesFields() : []

const ofItems = 'how far an item has come, its id and its form are not for the model'
const ofResponses = {
  '.text.format(text)': 'an answer is text unless something else is asked for',
  '.truncation=disabled': 'what is too long is refused everywhere',
  '.include[]=reasoning.encrypted_content': 'others give proofs of their reasoning unasked',
  '.stream_options.include_obfuscation': 'others pad no events',
  '.input(array)[](message).type': ofItems,
  '.input(array)[](message).id': ofItems,
  '.input(array)[](message).status=in_progress': ofItems,
  '.input(array)[](message).status=completed': ofItems,
  '.input(array)[](message).status=incomplete': ofItems,
  '.input(array)[](function_call).id': ofItems,
  '.input(array)[](function_call).status=in_progress': ofItems,
  '.input(array)[](function_call).status=completed': ofItems,
  '.input(array)[](function_call).status=incomplete': ofItems,
}

const ways: readonly Way[] = [
  {
    name: 'openai-responses to openai-chat',
    from: openaiResponses,
    to: openaiChat,
    fields: own,
    models: ['gpt-5.1', 'mistral-large-latest'],
    saysNothing: ofResponses,
    complaints: hasShared ? refusals : none,
  },
  {
    name: 'openai-responses to anthropic-messages',
    from: openaiResponses,
    to: anthropicMessages,
    fields: own,
    models: ['claude-sonnet-4-5'],
    saysNothing: {
      ...ofResponses,
      '.parallel_tool_calls': 'Anthropic calls tools in parallel unless it is told not to',
      '.text.format(json_schema).strict': 'Anthropic always holds an answer to its schema',
    },
    complaints: none,
  },
  {
    name: 'openai-chat to openai-responses',
    from: openaiChat,
    to: openaiResponses,
    fields: hasShared ? openaiFields() : [],
    models: ['gpt-5.1', 'gpt-4o', 'grok-4'],
    saysNothing: {
      '.messages[](user).content(array)[](image_url).image_url.detail=auto': 'images are looked at as the model likes',
      '.reasoning_effort=none': 'a model that cannot think need not be told so',
      '.response_format(text)': 'an answer is text unless something else is asked for',
      '.stream_options.include_usage': 'a stream of responses always tells usage',
    },
    complaints: none,
  },
  {
    name: 'anthropic-messages to openai-responses',
    from: anthropicMessages,
    to: openaiResponses,
    fields: hasShared ? anthropicFields() : [],
    models: ['gpt-5.1', 'gpt-4o', 'grok-4'],
    saysNothing: {
      '.messages[](assistant).content(array)[](tool_use).caller(direct)':
        'nobody but the model calls the tools of OpenAI',
      '.tools[](custom).type': 'a tool is of this type unless it says another',
      '.thinking(disabled)': 'a model that does not reason need not be told so',
    },
    complaints: none,
  },
]

describe.skipIf(!hasShared).each(ways)('$name', ({ name, from, to, fields, models, saysNothing, complaints }) => {
  it('every field that is documented is on the page, with what becomes of it', () => {
    const [model = ''] = models
    const page = pageOf(
      fields.map(field => fateOf(field, maker(from, to, model))),
      saysNothing,
    )
    expect(page).toBe(goldenPage(`requests ${name}`, page))
  })
  it('has a field for what asks for nothing', () => {
    const paths = new Set(fields.map(({ path }) => path))
    expect(Object.keys(saysNothing).filter(path => !paths.has(path))).toEqual([])
    expect(fields.length).toBeGreaterThan(100)
  })
  it.each(models)('nothing is lost in silence on the way to %s', model => {
    const silent = fields
      .filter(({ path }) => saysNothing[path] === undefined)
      .filter(field => !isTold(fateOf(field, maker(from, to, model))))
    expect(silent.map(({ path }) => path)).toEqual([])
  })
  it.each(models)('nothing is sent that %s would refuse', model => {
    const refused = fields.flatMap(({ path, value }) => {
      const said = complaints(maker(from, to, model)(value).sent)
      return said.length === 0 ? [] : [`${path}: ${said.slice(-3).join('; ')}`]
    })
    expect(refused).toEqual([])
  })
})

describe.skipIf(!hasShared)('openai-responses to itself', () => {
  it('gets every field as it was, written anew', () => {
    const changed = own.flatMap(({ path, value }) => {
      const { sent, losses } = maker(openaiResponses, openaiResponses, 'pool')(value)
      const found = [...changes(value, sent), ...losses.map(({ field }) => `${field} is lost`)]
      return found.length === 0 ? [] : [`${path}: ${found.join('; ')}`]
    })
    expect(changed).toEqual([])
  })
})
