/** Every field of a request in Gemini's dialect, to and from the others: it arrives or is named as lost. */
import { describe, expect, it } from 'vitest'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { gemini } from '../../src/dialects/gemini/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import type { Dialect } from '../../src/ports/dialect.ts'
import { rawOf, requestOf } from '../fake-dialect.ts'
import { refusals } from '../openai-schema.ts'
import type { Field } from '../schema-fields.ts'
import { hasShared } from '../shared.ts'
import { changes, fateOf, goldenPage, isRecord, isTold, pageOf, wire } from './every-field.ts'
import type { Made } from './every-field.ts'
import { geminiFields } from './gemini-fields.ts'
import { anthropicFields, openaiFields } from './request-fields.ts'

/** The request of this body, written for a provider of the other dialect or of the same. */
const maker =
  (from: Dialect, to: Dialect, model: string) =>
  (value: unknown): Made => {
    const body = isRecord(value) ? value : {}
    const read = from.decodeRequest(body, from === gemini ? { model: 'pool' } : undefined)
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

const isText = 'an answer is text unless something else is asked for'
const isUsual = 'requests are served as usual unless something else is asked for'
const inPath = 'streaming is told in the path'
const ofGemini = {
  '.systemInstruction.role': 'a role says nothing of an instruction',
  '.contents[](model).parts[].thoughtSignature(thought)': 'lost with the thought that it proves',
  '.generationConfig.responseMimeType=text/plain': isText,
  '.generationConfig.responseModalities=TEXT': isText,
  '.generationConfig.thinkingConfig.thinkingBudget=0': 'a model that cannot think need not be told so',
  '.generationConfig.thinkingConfig.thinkingBudget=-1': 'how much it thinks is left to the model anyhow',
  '.generationConfig.thinkingConfig.includeThoughts': 'thoughts are told wherever there are any',
}

const ways: readonly Way[] = [
  {
    name: 'gemini to openai-chat',
    from: gemini,
    to: openaiChat,
    fields: geminiFields,
    models: ['gpt-5.1', 'gpt-4o'],
    saysNothing: ofGemini,
    complaints: hasShared ? refusals : none,
  },
  {
    name: 'gemini to anthropic-messages',
    from: gemini,
    to: anthropicMessages,
    fields: geminiFields,
    models: ['claude-sonnet-4-5'],
    saysNothing: ofGemini,
    complaints: none,
  },
  {
    name: 'openai-chat to gemini',
    from: openaiChat,
    to: gemini,
    fields: hasShared ? openaiFields() : [],
    models: ['gemini-3-pro-preview', 'gemini-2.5-flash', 'gemini-2.0-flash'],
    saysNothing: {
      '.service_tier=auto': isUsual,
      '.service_tier=default': isUsual,
      '.reasoning_effort=none': 'a model that cannot think need not be told so',
      '.response_format(text)': isText,
      '.response_format(json_schema).json_schema.strict': 'Gemini always holds an answer to its schema',
      '.stream': inPath,
      '.stream_options.include_usage': 'Gemini always tells usage',
      '.parallel_tool_calls': 'Gemini calls tools in parallel',
    },
    complaints: none,
  },
  {
    name: 'anthropic-messages to gemini',
    from: anthropicMessages,
    to: gemini,
    fields: hasShared ? anthropicFields() : [],
    models: ['gemini-3-pro-preview', 'gemini-2.5-flash', 'gemini-2.0-flash'],
    saysNothing: {
      '.messages[](assistant).content(array)[](tool_use).caller(direct)':
        'nobody but the model calls the tools of Gemini',
      '.service_tier=auto': isUsual,
      '.stream': inPath,
      '.thinking(disabled)': 'a model that does not think need not be told so',
      '.thinking(between_tools)': 'a model that thinks unasked does so between calls as well',
      '.tools[](custom).type': 'a tool is of this type unless it says another',
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
  it.each(models)('nothing is lost in silence on the way to %s', model => {
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
      const said = complaints(maker(from, to, models[0]!)(value).sent)
      return said.length === 0 ? [] : [`${path}: ${said.slice(-3).join('; ')}`]
    })
    expect(refused).toEqual([])
  })
})

/** What goes back in other words that say the same. */
const says: Readonly<Record<string, string>> = {
  '.contents[](model).parts[].functionCall.id': 'the result is told the id of its call as well',
  '.contents[](model).parts[].functionCall.partialArgs': 'leaves are told as the object that they make',
}

describe('gemini to gemini', () => {
  it('gets every field as it was, written anew', () => {
    const changed = geminiFields.flatMap(({ path, value }) => {
      if (Object.hasOwn(says, path)) return []
      const { sent, losses } = maker(gemini, gemini, 'pool')(value)
      const found = [...changes(value, sent), ...losses.map(({ field }) => `${field} is lost`)]
      return found.length === 0 ? [] : [`${path}: ${found.join('; ')}`]
    })
    expect(changed).toEqual([])
  })
  it('gets every byte as it was on the express lane', () => {
    for (const { path, value } of geminiFields) {
      const raw = rawOf(gemini.id, isRecord(value) ? value : {})
      expect(gemini.express.editRequest(raw, 'gemini-2.5-pro'), path).toBe(raw.bytes)
    }
    expect(geminiFields.length).toBeGreaterThan(90)
  })
})
