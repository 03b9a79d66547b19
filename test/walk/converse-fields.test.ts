/** Every field of a request and of an answer in Bedrock's dialect, to and from the others: it arrives or is named as lost. */
import { describe, expect, it } from 'vitest'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { bedrockConverse } from '../../src/dialects/bedrock-converse/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import type { Instant } from '../../src/domain/units.ts'
import type { Dialect } from '../../src/ports/dialect.ts'
import { rawOf, requestOf } from '../fake-dialect.ts'
import { breaches, refusals } from '../openai-schema.ts'
import type { Field } from '../schema-fields.ts'
import { hasShared } from '../shared.ts'
import { anthropicWholes, openaiWholes } from './answer-fields.ts'
import { converseAnswerFields, converseFields } from './converse-fields.ts'
import { fateOf, goldenPage, isRecord, isTold, pageOf, wire } from './every-field.ts'
import type { Made } from './every-field.ts'
import { anthropicFields, openaiFields } from './request-fields.ts'

const claude = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0'
const context = { id: 'req-1', model: 'pool', now: 1_750_000_000_000 as Instant, streamUsage: true }

/** The request of this body, written for a provider of the other dialect. */
const request =
  (from: Dialect, to: Dialect, model: string) =>
  (value: unknown): Made => {
    const body = isRecord(value) ? value : {}
    const read = from.decodeRequest(body, { model: 'pool', stream: false })
    if (!read.ok) throw new Error(`${read.why}: ${JSON.stringify(body)}`)
    const { value: sent, losses } = to.encodeRequest(requestOf({ ...read.value, raw: rawOf(from.id, body) }), model)
    return { sent: wire(sent), losses }
  }
/** The answer of this body, written for a client of the other dialect. */
const answer =
  (from: Dialect, to: Dialect) =>
  (value: unknown): Made => {
    const { value: sent, losses } = to.encodeAnswer(from.decodeAnswer(wire(value)), context)
    return { sent: wire(sent), losses }
  }

interface Way {
  readonly name: string
  readonly make: (value: unknown) => Made
  readonly fields: readonly Field[]
  /** What asks for nothing that the other dialect does not do anyhow, and why that is so. */
  readonly saysNothing: Readonly<Record<string, string>>
  /** What would be said against what was made, where there is a schema that tells. */
  readonly complaints: (sent: unknown) => readonly string[]
}
const none = (): readonly string[] => []

const isText = 'an answer is text unless something else is asked for'
const isUsual = 'requests are served as usual unless something else is asked for'
const isFree = 'a model is free to call tools unless it is told otherwise'
const inPath = 'the path says whether it streams'
const isDirect = 'nobody but the model calls the tools of Bedrock'
const isFine = 'a result is a success unless it says otherwise'

const ways: readonly Way[] = [
  {
    name: 'requests bedrock-converse to openai-chat',
    make: request(bedrockConverse, openaiChat, 'gpt-5.1'),
    fields: converseFields,
    saysNothing: { '.messages[](user).content[].toolResult.status=success': isFine },
    complaints: refusals,
  },
  {
    name: 'requests bedrock-converse to anthropic-messages',
    make: request(bedrockConverse, anthropicMessages, 'claude-sonnet-4-5'),
    fields: converseFields,
    saysNothing: {
      '.messages[](user).content[].toolResult.status=success': isFine,
      '.outputConfig.textFormat.structure.jsonSchema.name': 'it names the schema and asks for nothing',
    },
    complaints: none,
  },
  {
    name: 'requests openai-chat to bedrock-converse',
    make: request(openaiChat, bedrockConverse, claude),
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
    complaints: none,
  },
  {
    name: 'requests anthropic-messages to bedrock-converse',
    make: request(anthropicMessages, bedrockConverse, claude),
    fields: hasShared ? anthropicFields() : [],
    saysNothing: {
      '.service_tier=auto': isUsual,
      '.stream': inPath,
      '.messages[](assistant).content(array)[](tool_use).caller(direct)': isDirect,
      '.tools[](custom).type': 'a tool is of this type unless it says another',
    },
    complaints: none,
  },
  {
    name: 'answers bedrock-converse to openai-chat',
    make: answer(bedrockConverse, openaiChat),
    fields: converseAnswerFields,
    saysNothing: { '.stopReason=stop_sequence': 'OpenAI says stop; the sequence, where it is told, is named as lost' },
    complaints: sent => breaches('CreateChatCompletionResponse', sent),
  },
  {
    name: 'answers bedrock-converse to anthropic-messages',
    make: answer(bedrockConverse, anthropicMessages),
    fields: converseAnswerFields,
    saysNothing: {},
    complaints: none,
  },
  {
    name: 'answers openai-chat to bedrock-converse',
    make: answer(openaiChat, bedrockConverse),
    fields: hasShared ? openaiWholes() : [],
    saysNothing: {},
    complaints: none,
  },
  {
    name: 'answers anthropic-messages to bedrock-converse',
    make: answer(anthropicMessages, bedrockConverse),
    fields: anthropicWholes(),
    saysNothing: {
      '.content[](redacted_thinking).data': 'it arrives as bytes',
      '.content[](tool_use).caller(direct)': isDirect,
      '.stop_reason=end_turn': 'an answer ends by itself unless it says otherwise',
    },
    complaints: none,
  },
]

describe.skipIf(!hasShared).each(ways)('$name', ({ name, make, fields, saysNothing, complaints }) => {
  it('every field that is documented is on the page, with what becomes of it', () => {
    const page = pageOf(
      fields.map(field => fateOf(field, make)),
      saysNothing,
    )
    expect(page).toBe(goldenPage(name, page))
  })
  it('nothing is lost in silence', () => {
    const silent = fields
      .filter(({ path }) => saysNothing[path] === undefined)
      .filter(field => !isTold(fateOf(field, make)))
    expect(silent.map(({ path }) => path)).toEqual([])
  })
  it('has a field for what asks for nothing', () => {
    const paths = new Set(fields.map(({ path }) => path))
    expect(Object.keys(saysNothing).filter(path => !paths.has(path))).toEqual([])
  })
  it('nothing is made that would be refused', () => {
    const refused = fields.flatMap(({ path, value }) => {
      const said = complaints(make(value).sent)
      return said.length === 0 ? [] : [`${path}: ${said.slice(-3).join('; ')}`]
    })
    expect(refused).toEqual([])
  })
})
