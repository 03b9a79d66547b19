/** Every field of a request and of an answer in Bedrock's dialect, to and from the others: it arrives or is named as lost. */
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { bedrockConverse } from '../../src/dialects/bedrock-converse/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import { breaches, refusals } from '../openai-schema.ts'
import { hasShared } from '../shared.ts'
import { anthropicWholes, openaiWholes } from './answer-fields.ts'
import { converseAnswerFields, converseFields } from './converse-fields.ts'
import { answers, requests, tryWays } from './field-ways.ts'
import type { Way } from './field-ways.ts'
import { anthropicFields, openaiFields } from './request-fields.ts'

const claude = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0'
const isText = 'an answer is text unless something else is asked for'
const isUsual = 'requests are served as usual unless something else is asked for'
const isFree = 'a model is free to call tools unless it is told otherwise'
const inPath = 'the path says whether it streams'
const isDirect = 'nobody but the model calls the tools of Bedrock'
const isMeasured = 'how long it took is no part of the answer, and the house measures it itself'
const isFine = 'a result is a success unless it says otherwise'

const ways: readonly Way[] = [
  requests({
    from: bedrockConverse,
    to: openaiChat,
    models: ['gpt-5.1'],
    fields: converseFields,
    saysNothing: { '.messages[](user).content[].toolResult.status=success': isFine },
    complaints: refusals,
  }),
  requests({
    from: bedrockConverse,
    to: anthropicMessages,
    models: ['claude-sonnet-4-5'],
    fields: converseFields,
    saysNothing: {
      '.messages[](user).content[].toolResult.status=success': isFine,
      '.outputConfig.textFormat.structure.jsonSchema.name': 'it names the schema and asks for nothing',
    },
  }),
  requests({
    from: openaiChat,
    to: bedrockConverse,
    models: [claude],
    fields: hasShared ? openaiFields() : [],
    saysNothing: {
      '.response_format(text)': isText,
      '.service_tier=auto': isUsual,
      '.tool_choice=auto': isFree,
      '.function_call=auto': isFree,
      '.stream_options.include_usage': 'usage is always told',
      '.stream': inPath,
      '.parallel_tool_calls': 'tools are called in parallel unless it is told not to',
      '.response_format(json_schema).json_schema.strict': 'an answer is always held to its schema',
    },
  }),
  requests({
    from: anthropicMessages,
    to: bedrockConverse,
    models: [claude],
    fields: hasShared ? anthropicFields() : [],
    saysNothing: {
      '.service_tier=auto': isUsual,
      '.stream': inPath,
      '.messages[](assistant).content(array)[](tool_use).caller(direct)': isDirect,
      '.tools[](custom).type': 'a tool is of this type unless it says another',
    },
  }),
  answers({
    from: bedrockConverse,
    to: openaiChat,
    fields: converseAnswerFields,
    saysNothing: {
      '.stopReason=stop_sequence': 'OpenAI says stop; the sequence, where it is told, is named as lost',
      '.metrics.latencyMs': isMeasured,
    },
    complaints: sent => breaches('CreateChatCompletionResponse', sent),
  }),
  answers({
    from: bedrockConverse,
    to: anthropicMessages,
    fields: converseAnswerFields,
    saysNothing: { '.metrics.latencyMs': isMeasured },
  }),
  answers({
    from: openaiChat,
    to: bedrockConverse,
    fields: hasShared ? openaiWholes() : [],
    saysNothing: {},
  }),
  answers({
    from: anthropicMessages,
    to: bedrockConverse,
    fields: anthropicWholes(),
    saysNothing: {
      '.content[](redacted_thinking).data': 'it arrives as bytes',
      '.content[](tool_use).caller(direct)': isDirect,
      '.stop_reason=end_turn': 'an answer ends by itself unless it says otherwise',
    },
  }),
]

tryWays(ways)
