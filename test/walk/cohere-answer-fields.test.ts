/** Every field of an answer of Cohere to the others, and of theirs to Cohere, whole and streamed: it arrives or is named as lost. */
import { describe, expect, it } from 'vitest'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { cohereChat } from '../../src/dialects/cohere-chat/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import { collect } from '../../src/domain/response.ts'
import { hasShared } from '../shared.ts'
import { anthropicWholes, openaiWholes } from './answer-fields.ts'
import { cohereAnswerFields } from './cohere-fields.ts'
import { answers, asAnswer, asStream, changedByItself, tryWays } from './field-ways.ts'
import type { Way } from './field-ways.ts'

const untold = 'Cohere does not tell which sequence it was, so that it is an end like any other'
const ways: readonly Way[] = [
  answers({
    from: cohereChat,
    to: openaiChat,
    fields: cohereAnswerFields,
    saysNothing: { '.finish_reason=STOP_SEQUENCE': untold },
  }),
  answers({
    from: cohereChat,
    to: anthropicMessages,
    fields: cohereAnswerFields,
    saysNothing: { '.finish_reason=STOP_SEQUENCE': untold, '.finish_reason=TOOL_CALL': 'the call itself says so' },
  }),
  answers({
    from: openaiChat,
    to: cohereChat,
    fields: hasShared ? openaiWholes() : [],
    saysNothing: {},
  }),
  answers({
    from: anthropicMessages,
    to: cohereChat,
    fields: hasShared ? anthropicWholes() : [],
    saysNothing: {
      '.content[](tool_use).caller(direct)': 'nobody but the model calls the tools of Cohere',
      '.stop_reason=end_turn': 'Cohere says COMPLETE, as of every answer that ends by itself',
      '.stop_reason=stop_sequence': 'Cohere says COMPLETE; the sequence itself is named as lost',
    },
  }),
]

tryWays(ways)

describe('answers of Cohere to its own clients', () => {
  it('have every field as it was, whole and streamed', () => {
    const good = cohereAnswerFields.filter(({ value }) => collect(cohereChat.decodeAnswer(value)).failure === undefined)
    for (const make of [asAnswer, asStream]) expect(changedByItself(good, make(cohereChat, cohereChat))).toEqual([])
    expect(good.length).toBeGreaterThan(20)
  })
})
