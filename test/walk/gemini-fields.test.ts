/** Every field of a request in Gemini's dialect, to and from the others: it arrives or is named as lost. */
import { describe, expect, it } from 'vitest'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { gemini } from '../../src/dialects/gemini/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import { rawOf } from '../fake-dialect.ts'
import { refusals } from '../openai-schema.ts'
import { hasShared } from '../shared.ts'
import { isRecord } from './every-field.ts'
import { asRequest, changedByItself, requests, tryWays } from './field-ways.ts'
import type { Way } from './field-ways.ts'
import { geminiFields } from './gemini-fields.ts'
import { anthropicFields, openaiFields } from './request-fields.ts'

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
  requests({
    from: gemini,
    to: openaiChat,
    fields: geminiFields,
    models: ['gpt-5.1', 'gpt-4o'],
    saysNothing: ofGemini,
    complaints: refusals,
  }),
  requests({
    from: gemini,
    to: anthropicMessages,
    fields: geminiFields,
    models: ['claude-sonnet-4-5'],
    saysNothing: ofGemini,
  }),
  requests({
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
  }),
  requests({
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
  }),
]

tryWays(ways)

/** What goes back in other words that say the same. */
const says: Readonly<Record<string, string>> = {
  '.contents[](model).parts[].functionCall.id': 'the result is told the id of its call as well',
  '.contents[](model).parts[].functionCall.partialArgs': 'leaves are told as the object that they make',
}

describe('gemini to gemini', () => {
  it('gets every field as it was, written anew', () => {
    const fields = geminiFields.filter(({ path }) => !Object.hasOwn(says, path))
    expect(changedByItself(fields, asRequest(gemini, gemini, 'pool'))).toEqual([])
  })
  it('gets every byte as it was on the express lane', () => {
    for (const { path, value } of geminiFields) {
      const raw = rawOf(gemini.id, isRecord(value) ? value : {})
      expect(gemini.express.editRequest(raw, 'gemini-2.5-pro'), path).toBe(raw.bytes)
    }
    expect(geminiFields.length).toBeGreaterThan(90)
  })
})
