/** Every field of an answer of Cohere to the others, and of theirs to Cohere, whole and streamed: it arrives or is named as lost. */
import { describe, expect, it } from 'vitest'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { cohereChat } from '../../src/dialects/cohere-chat/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import { collect } from '../../src/domain/response.ts'
import type { Instant } from '../../src/domain/units.ts'
import type { AnswerContext, Dialect } from '../../src/ports/dialect.ts'
import type { Field } from '../schema-fields.ts'
import { hasShared } from '../shared.ts'
import { anthropicWholes, openaiWholes } from './answer-fields.ts'
import { cohereAnswerFields } from './cohere-fields.ts'
import { changes, fateOf, goldenPage, isTold, pageOf, wire } from './every-field.ts'
import type { Made } from './every-field.ts'

const context: AnswerContext = { id: 'req-1', model: 'asked-for', now: 1_750_000_000_000 as Instant, streamUsage: true }

const whole =
  (from: Dialect, to: Dialect) =>
  (value: unknown): Made => {
    const { value: sent, losses } = to.encodeAnswer(from.decodeAnswer(value), context)
    return { sent: wire(sent), losses }
  }
/** What a client puts together of the stream that it gets. */
const streamed =
  (from: Dialect, to: Dialect) =>
  (value: unknown): Made => {
    const encoder = to.encodeStream(context)
    const decoder = to.decodeStream()
    const frames = from.decodeAnswer(value).flatMap(event => encoder.push(event))
    const events = [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
    return { sent: wire(to.encodeAnswer(events, context).value), losses: encoder.losses() }
  }

interface Way {
  readonly name: string
  readonly from: Dialect
  readonly to: Dialect
  readonly fields: readonly Field[]
  /** What says no more than what is so anyhow, and why. */
  readonly saysNothing: Readonly<Record<string, string>>
}
const untold = 'Cohere does not tell which sequence it was, so that it is an end like any other'
const ways: readonly Way[] = [
  {
    name: 'cohere-chat to openai-chat',
    from: cohereChat,
    to: openaiChat,
    fields: cohereAnswerFields,
    saysNothing: { '.finish_reason=STOP_SEQUENCE': untold },
  },
  {
    name: 'cohere-chat to anthropic-messages',
    from: cohereChat,
    to: anthropicMessages,
    fields: cohereAnswerFields,
    saysNothing: { '.finish_reason=STOP_SEQUENCE': untold, '.finish_reason=TOOL_CALL': 'the call itself says so' },
  },
  {
    name: 'openai-chat to cohere-chat',
    from: openaiChat,
    to: cohereChat,
    fields: hasShared ? openaiWholes() : [],
    saysNothing: {},
  },
  {
    name: 'anthropic-messages to cohere-chat',
    from: anthropicMessages,
    to: cohereChat,
    fields: hasShared ? anthropicWholes() : [],
    saysNothing: {
      '.content[](tool_use).caller(direct)': 'nobody but the model calls the tools of Cohere',
      '.stop_reason=end_turn': 'Cohere says COMPLETE, as of every answer that ends by itself',
      '.stop_reason=stop_sequence': 'Cohere says COMPLETE; the sequence itself is named as lost',
    },
  },
]

describe.skipIf(!hasShared).each(ways)('answers $name', ({ name, from, to, fields, saysNothing }) => {
  it('every field that is documented is on the page, with what becomes of it', () => {
    const page = pageOf(
      fields.map(field => fateOf(field, whole(from, to))),
      saysNothing,
    )
    expect(page).toBe(goldenPage(`answers ${name}`, page))
  })
  it('nothing is lost in silence, whole or streamed', () => {
    for (const make of [whole(from, to), streamed(from, to)]) {
      const silent = fields
        .filter(({ path }) => saysNothing[path] === undefined)
        .filter(field => !isTold(fateOf(field, make)))
      expect(silent.map(({ path }) => path)).toEqual([])
    }
  })
  it('has a field for what says nothing', () => {
    const paths = new Set(fields.map(({ path }) => path))
    expect(Object.keys(saysNothing).filter(path => !paths.has(path))).toEqual([])
  })
})

describe('answers of Cohere to its own clients', () => {
  it('have every field as it was, whole and streamed', () => {
    for (const make of [whole(cohereChat, cohereChat), streamed(cohereChat, cohereChat)]) {
      for (const { path, value } of cohereAnswerFields) {
        if (collect(cohereChat.decodeAnswer(value)).failure !== undefined) continue
        const { sent, losses } = make(value)
        expect([...changes(value, sent), ...losses.map(({ field }) => `${field} is lost`)], path).toEqual([])
      }
    }
  })
})
