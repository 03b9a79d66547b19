/** Every field of a request for a response, to and from the others: it arrives or is named as lost. */
import { describe, expect, it } from 'vitest'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/index.ts'
import { refusals } from '../openai-schema.ts'
import { hasShared } from '../shared.ts'
import { asRequest, changedByItself, requests, tryWays } from './field-ways.ts'
import type { Way } from './field-ways.ts'
import { anthropicFields, openaiFields } from './request-fields.ts'
import { responsesFields } from './responses-fields.ts'

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
  requests({
    from: openaiResponses,
    to: openaiChat,
    fields: own,
    models: ['gpt-5.1', 'mistral-large-latest'],
    saysNothing: ofResponses,
    complaints: refusals,
  }),
  requests({
    from: openaiResponses,
    to: anthropicMessages,
    fields: own,
    models: ['claude-sonnet-4-5'],
    saysNothing: {
      ...ofResponses,
      '.parallel_tool_calls': 'Anthropic calls tools in parallel unless it is told not to',
      '.text.format(json_schema).strict': 'Anthropic always holds an answer to its schema',
    },
  }),
  requests({
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
  }),
  requests({
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
  }),
]

tryWays(ways)

describe.skipIf(!hasShared)('openai-responses to itself', () => {
  it('gets every field as it was, written anew', () => {
    expect(changedByItself(own, asRequest(openaiResponses, openaiResponses, 'pool'))).toEqual([])
    expect(own.length).toBeGreaterThan(100)
  })
})
