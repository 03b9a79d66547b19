/** Every field of an answer of Gemini to the others, and of theirs to Gemini, whole and streamed: it arrives or is named as lost. */
import { describe, expect, it } from 'vitest'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { gemini } from '../../src/dialects/gemini/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import { hasShared } from '../shared.ts'
import { anthropicWholes, openaiWholes } from './answer-fields.ts'
import { answers, asAnswer, asStream, changedByItself, tryWays } from './field-ways.ts'
import type { Way } from './field-ways.ts'
import { geminiAnswerFields } from './gemini-fields.ts'

const sum = 'tokens that are not told to be anything else are of text'
const ways: readonly Way[] = [
  answers({
    from: gemini,
    to: openaiChat,
    fields: geminiAnswerFields,
    saysNothing: { '.usageMetadata.promptTokensDetails(text)': sum },
  }),
  answers({
    from: gemini,
    to: anthropicMessages,
    fields: geminiAnswerFields,
    saysNothing: {
      '.createTime': 'no answer of Anthropic tells its time',
      '.usageMetadata.promptTokensDetails(text)': sum,
    },
  }),
  answers({
    from: openaiChat,
    to: gemini,
    fields: hasShared ? openaiWholes() : [],
    saysNothing: { '.service_tier=default': 'requests are served as usual unless something else is told' },
  }),
  answers({
    from: anthropicMessages,
    to: gemini,
    fields: hasShared ? anthropicWholes() : [],
    saysNothing: {
      '.content[](tool_use).caller(direct)': 'nobody but the model calls the tools of Gemini',
      '.stop_reason=end_turn': 'Gemini says STOP of every answer that ends by itself',
      '.stop_reason=stop_sequence': 'Gemini says STOP; the sequence itself is named as lost',
      '.stop_reason=tool_use': 'the call itself says so',
    },
  }),
]

tryWays(ways)

describe('answers of Gemini to its own clients', () => {
  it('have every field as it was, whole and streamed', () => {
    for (const make of [asAnswer, asStream])
      expect(changedByItself(geminiAnswerFields, make(gemini, gemini))).toEqual([])
  })
})
