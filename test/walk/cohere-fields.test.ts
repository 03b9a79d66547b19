/** Every field of a request in Cohere's dialect and in that of completions, to and from the others: it arrives or is named as lost. */
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { cohereChat } from '../../src/dialects/cohere-chat/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import { openaiCompletions } from '../../src/dialects/openai-completions/index.ts'
import { refusals } from '../openai-schema.ts'
import { hasShared } from '../shared.ts'
import { cohereFields, completionsFields } from './cohere-fields.ts'
import { requests, tryWays } from './field-ways.ts'
import type { Way } from './field-ways.ts'
import { anthropicFields, openaiFields } from './request-fields.ts'

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
  requests({
    from: cohereChat,
    to: openaiChat,
    fields: cohereFields,
    models: ['gpt-5.1'],
    saysNothing: { '.response_format(text)': isText },
    complaints: refusals,
  }),
  requests({
    from: cohereChat,
    to: anthropicMessages,
    fields: cohereFields,
    models: ['claude-sonnet-4-5'],
    saysNothing: {
      '.response_format(text)': isText,
      '.strict_tools=false': 'no call is held to its schema unless it is asked for',
    },
  }),
  requests({
    from: openaiChat,
    to: cohereChat,
    fields: hasShared ? openaiFields() : [],
    models: ['command-a-reasoning-08-2025'],
    saysNothing: {
      ...usual,
      '.response_format(json_schema).json_schema.strict': 'Cohere always holds an answer to its schema',
      '.parallel_tool_calls': 'Cohere calls tools in parallel',
    },
  }),
  requests({
    from: anthropicMessages,
    to: cohereChat,
    fields: hasShared ? anthropicFields() : [],
    models: ['command-a-reasoning-08-2025'],
    saysNothing: {
      '.messages[](assistant).content(array)[](tool_use).caller(direct)':
        'nobody but the model calls the tools of Cohere',
      '.tools[](custom).type': 'a tool is of this type unless it says another',
      '.service_tier=auto': isUsual,
      '.service_tier=standard_only': isUsual,
    },
  }),
  requests({
    from: openaiCompletions,
    to: openaiChat,
    fields: completionsFields,
    models: ['gpt-4o'],
    saysNothing: { '.stream_options.include_usage': 'usage is asked for whatever the client wants' },
    complaints: refusals,
  }),
  requests({
    from: openaiChat,
    to: openaiCompletions,
    fields: hasShared ? openaiFields() : [],
    models: ['gpt-3.5-turbo-instruct'],
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
  }),
]

tryWays(ways)
