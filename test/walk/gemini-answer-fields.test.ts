/** Every field of an answer of Gemini to the others, and of theirs to Gemini, whole and streamed: it arrives or is named as lost. */
import { describe, expect, it } from 'vitest'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { gemini } from '../../src/dialects/gemini/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import type { Instant } from '../../src/domain/units.ts'
import type { AnswerContext, Dialect } from '../../src/ports/dialect.ts'
import type { Field } from '../schema-fields.ts'
import { hasShared } from '../shared.ts'
import { anthropicWholes, openaiWholes } from './answer-fields.ts'
import { changes, fateOf, goldenPage, isTold, pageOf, wire } from './every-field.ts'
import type { Made } from './every-field.ts'
import { geminiAnswerFields } from './gemini-fields.ts'

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
const sum = 'tokens that are not told to be anything else are of text'
const ways: readonly Way[] = [
  {
    name: 'gemini to openai-chat',
    from: gemini,
    to: openaiChat,
    fields: geminiAnswerFields,
    saysNothing: { '.usageMetadata.promptTokensDetails(text)': sum },
  },
  {
    name: 'gemini to anthropic-messages',
    from: gemini,
    to: anthropicMessages,
    fields: geminiAnswerFields,
    saysNothing: {
      '.createTime': 'no answer of Anthropic tells its time',
      '.usageMetadata.promptTokensDetails(text)': sum,
    },
  },
  {
    name: 'openai-chat to gemini',
    from: openaiChat,
    to: gemini,
    fields: hasShared ? openaiWholes() : [],
    saysNothing: { '.service_tier=default': 'requests are served as usual unless something else is told' },
  },
  {
    name: 'anthropic-messages to gemini',
    from: anthropicMessages,
    to: gemini,
    fields: hasShared ? anthropicWholes() : [],
    saysNothing: {
      '.content[](tool_use).caller(direct)': 'nobody but the model calls the tools of Gemini',
      '.stop_reason=end_turn': 'Gemini says STOP of every answer that ends by itself',
      '.stop_reason=stop_sequence': 'Gemini says STOP; the sequence itself is named as lost',
      '.stop_reason=tool_use': 'the call itself says so',
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

describe('answers of Gemini to its own clients', () => {
  it('have every field as it was, whole and streamed', () => {
    for (const make of [whole(gemini, gemini), streamed(gemini, gemini)]) {
      const changed = geminiAnswerFields.flatMap(({ path, value }) => {
        const { sent, losses } = make(value)
        const found = [...changes(value, sent), ...losses.map(({ field }) => `${field} is lost`)]
        return found.length === 0 ? [] : [`${path}: ${found.join('; ')}`]
      })
      expect(changed).toEqual([])
    }
  })
})
