/** Bedrock's Converse, written and read by AWS's published reference and with its own codec. */
import { EventStreamCodec } from '@smithy/eventstream-codec'
import { asMuch, decode, firstOfAnswer, list, number, plainSchema, record, records, text, told } from './meaning.ts'
import type { Answer, Choice, End, Fault, Json, Tongue, Usage } from './meaning.ts'
import { blocksOf, messages, readBlocks, readTurns, usesIn, wordsIn } from './bedrock-converse-turns.ts'

const codec = new EventStreamCodec(decode, words => new TextEncoder().encode(words))
const header = (value: string) => ({ type: 'string' as const, value })
const frame = (name: string, body: Json, kind: 'event' | 'exception' = 'event'): Uint8Array =>
  codec.encode({
    headers: {
      ':message-type': header(kind),
      [`:${kind}-type`]: header(name),
      ':content-type': header('application/json'),
    },
    body: new TextEncoder().encode(JSON.stringify(body)),
  })
interface Message {
  readonly name: string
  readonly isException: boolean
  readonly body: Json
}
const messagesIn = (bytes: Uint8Array): readonly Message[] => {
  const all: Message[] = []
  for (let at = 0; at < bytes.length;) {
    const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0)
    const { headers, body } = codec.decode(bytes.subarray(at, at + length))
    const isException = headers[':message-type']?.value === 'exception'
    const name = String(headers[isException ? ':exception-type' : ':event-type']?.value)
    all.push({ name, isException, body: record(JSON.parse(decode(body))) })
    at += length
  }
  return all
}

const choiceOf = (choice: string | undefined): Json | undefined => {
  if (choice === undefined || choice === 'none') return undefined
  return choice.startsWith('named:') ? { tool: { name: choice.slice(6) } } : { any: {} }
}
const readChoice = (choice: unknown): string | undefined => {
  const { tool, any } = record(choice)
  if (tool !== undefined) return `named:${text(record(tool)['name'])}`
  return any === undefined ? undefined : 'required'
}
const budgets = { low: 1024, medium: 4096, high: 16_384 }
const schemaIn = (body: Json): unknown => {
  const { schema } = record(record(record(record(body['outputConfig'])['textFormat'])['structure'])['jsonSchema'])
  return typeof schema === 'string' ? plainSchema(JSON.parse(schema)) : undefined
}

const usage = (used: Usage | undefined): Json | undefined =>
  used && {
    inputTokens: used.input - (used.cached ?? 0) - (used.written ?? 0),
    outputTokens: used.output,
    totalTokens: used.input + used.output,
    cacheReadInputTokens: used.cached ?? 0,
    cacheWriteInputTokens: used.written ?? 0,
  }
const readUsage = (value: unknown): Usage | undefined => {
  const used = record(value)
  const input = number(used['inputTokens'])
  if (input === undefined) return undefined
  const [cached, written] = [number(used['cacheReadInputTokens']) ?? 0, number(used['cacheWriteInputTokens']) ?? 0]
  return told({ input: input + cached + written, cached, written, output: number(used['outputTokens']) ?? 0 })
}
const endOf: Readonly<Record<End, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  calls: 'tool_use',
  refused: 'content_filtered',
}
const reasonOf = ({ end = 'stop', stoppedBy }: Choice): Json => ({
  stopReason: stoppedBy === undefined ? endOf[end] : 'stop_sequence',
  ...(stoppedBy !== undefined && { additionalModelResponseFields: { stop_sequence: stoppedBy } }),
})
const readEnd = ({
  stopReason: reason,
  additionalModelResponseFields: fields,
}: Json): Pick<Choice, 'end' | 'stoppedBy'> => {
  if (reason === 'stop_sequence')
    return told({ end: 'stop' as const, stoppedBy: text(record(fields)['stop_sequence']) })
  if (reason === 'guardrail_intervened') return { end: 'refused' }
  const end = (Object.keys(endOf) as End[]).find(one => endOf[one] === reason)
  return end === undefined ? {} : { end }
}

const exceptions = {
  limit: 'ThrottlingException',
  request: 'ValidationException',
  server: 'InternalServerException',
} as const
const whose = (exception: string): Fault['whose'] =>
  /^throttling/i.test(exception) ? 'limit' : /^validation/i.test(exception) ? 'request' : 'server'
const small = (name: string): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}`

/** Text needs no start of its own. */
const blockFrames = (block: Json, contentBlockIndex: number): readonly Uint8Array[] => {
  const delta = (inner: Json): Uint8Array => frame('contentBlockDelta', { contentBlockIndex, delta: inner })
  const stop = frame('contentBlockStop', { contentBlockIndex })
  const halves = (whole: string): readonly string[] => [whole.slice(0, 3), whole.slice(3)].filter(half => half !== '')
  const { toolUse, reasoningContent } = block
  if (toolUse !== undefined) {
    const { input, ...start } = record(toolUse)
    return [
      frame('contentBlockStart', { contentBlockIndex, start: { toolUse: start } }),
      ...halves(JSON.stringify(input)).map(half => delta({ toolUse: { input: half } })),
      stop,
    ]
  }
  if (reasoningContent !== undefined) {
    const { text: words, signature } = record(record(reasoningContent)['reasoningText'])
    const proof = signature === undefined ? [] : [delta({ reasoningContent: { signature } })]
    return [...halves(text(words)).map(half => delta({ reasoningContent: { text: half } })), ...proof, stop]
  }
  return [...halves(text(block['text'])).map(half => delta({ text: half })), stop]
}
const grown = (all: readonly Message[]): readonly Json[] => {
  const blocks: {
    text?: string
    toolUse?: Record<string, unknown>
    reasoning?: { text: string; signature: string }
  }[] = []
  for (const { name, body } of all) {
    const block = (blocks[Number(body['contentBlockIndex'])] ??= {})
    if (name === 'contentBlockStart') block.toolUse = { ...record(record(body['start'])['toolUse']), input: '' }
    if (name !== 'contentBlockDelta') continue
    const { text: words, toolUse, reasoningContent } = record(body['delta'])
    if (typeof words === 'string') block.text = `${block.text ?? ''}${words}`
    if (toolUse !== undefined)
      block.toolUse = { ...block.toolUse, input: `${text(block.toolUse?.['input'])}${text(record(toolUse)['input'])}` }
    if (reasoningContent === undefined) continue
    const { text: thought, signature, redactedContent } = record(reasoningContent)
    block.reasoning ??= { text: '', signature: '' }
    block.reasoning.text += text(thought)
    block.reasoning.signature += text(signature ?? redactedContent)
  }
  return blocks.map(({ reasoning, ...block }) =>
    told({ ...block, reasoningContent: reasoning && { reasoningText: reasoning } }),
  )
}

export const bedrockConverse: Tongue = {
  id: 'bedrock-converse',
  path: (model, stream) => `/model/${encodeURIComponent(model)}/${stream ? 'converse-stream' : 'converse'}`,
  ask: ask => {
    const fields = told({
      top_k: ask.topK,
      thinking: ask.thinks && { type: 'enabled', budget_tokens: budgets[ask.thinks] },
    })
    const config = told({
      maxTokens: ask.length,
      temperature: ask.temperature,
      topP: ask.topP,
      stopSequences: ask.stop,
    })
    const jsonSchema = { name: 'person', schema: JSON.stringify(ask.schema) }
    return told({
      messages: messages(ask),
      system: ask.system && [{ text: ask.system }],
      inferenceConfig: Object.keys(config).length > 0 ? config : undefined,
      toolConfig:
        ask.tools &&
        told({
          tools: ask.tools.map(({ name, description, schema }) => ({
            toolSpec: { name, description, inputSchema: { json: schema } },
          })),
          toolChoice: choiceOf(ask.choice),
        }),
      outputConfig: ask.schema && { textFormat: { type: 'json_schema', structure: { jsonSchema } } },
      additionalModelRequestFields: Object.keys(fields).length > 0 ? fields : undefined,
    })
  },
  hear: (body, path) => {
    const [config, fields, tools] = [
      record(body['inferenceConfig']),
      record(body['additionalModelRequestFields']),
      record(body['toolConfig']),
    ]
    const { type, budget_tokens: budget } = record(fields['thinking'])
    return told({
      system: wordsIn(records(body['system'])),
      turns: readTurns(records(body['messages'])),
      stop: list(config['stopSequences']).map(String),
      length: number(config['maxTokens']),
      temperature: number(config['temperature']),
      topP: number(config['topP']),
      topK: number(fields['top_k']),
      tools: records(tools['tools']).map(tool => {
        const { name, description, inputSchema } = record(tool['toolSpec'])
        return { name: text(name), description: text(description), schema: plainSchema(record(inputSchema)['json']) }
      }),
      choice: readChoice(tools['toolChoice']),
      schema: schemaIn(body),
      thinks: type === 'enabled' ? asMuch(number(budget)) : undefined,
      stream: path.includes('converse-stream'),
    })
  },
  say: ({ choices: [choice = {}], usage: used }) => ({
    output: {
      message: {
        role: 'assistant',
        content: blocksOf({ ...choice, ...(choice.refusal && { text: choice.refusal }) }, firstOfAnswer()),
      },
    },
    ...reasonOf(choice),
    usage: usage(used),
    metrics: { latencyMs: 1 },
  }),
  sayPieces: ({ choices: [choice = {}], usage: used, fault }) => {
    const said = blocksOf({ ...choice, ...(choice.refusal && { text: choice.refusal }) }, firstOfAnswer()).flatMap(
      blockFrames,
    )
    const start = frame('messageStart', { role: 'assistant' })
    if (fault !== undefined)
      return [
        start,
        ...said.slice(0, -1),
        frame(small(exceptions[fault.whose]), { message: fault.message }, 'exception'),
      ]
    return [
      start,
      ...said,
      frame('messageStop', reasonOf(choice)),
      frame('metadata', { usage: usage(used), metrics: { latencyMs: 1 } }),
    ]
  },
  streamType: 'application/vnd.amazon.eventstream',
  refuse: fault => ({
    status: { limit: 429, request: 400, server: 500 }[fault.whose],
    headers: { 'x-amzn-errortype': exceptions[fault.whose] },
    body: { message: fault.message },
  }),
  understand: ({ headers, body: bytes }): Answer => {
    const body = record(JSON.parse(decode(bytes)))
    const exception = headers['x-amzn-errortype']
    if (exception !== undefined)
      return { choices: [], fault: { whose: whose(text(exception)), message: text(body['message']) }, isWhole: false }
    const content = records(record(record(body['output'])['message'])['content'])
    return told({
      choices: [told({ ...readBlocks(content), ...readEnd(body) })],
      usage: readUsage(body['usage']),
      isWhole: true,
    })
  },
  understandStream: wire => {
    const all = messagesIn(wire.body)
    const exception = all.find(one => one.isException)
    const stop = all.find(({ name }) => name === 'messageStop')
    const grew = grown(all.filter(({ name }) => name.startsWith('contentBlock')))
    return told({
      choices: [told({ ...readBlocks(grew), ...readEnd(stop?.body ?? {}) })],
      usage: readUsage(all.find(({ name }) => name === 'metadata')?.body['usage']),
      fault: exception && { whose: whose(exception.name), message: text(exception.body['message']) },
      isWhole: stop !== undefined && exception === undefined,
    })
  },
  goOn: (asked, answered, results) => {
    const message = record(record(answered['output'])['message'])
    const ids = usesIn(records(message['content'])).map(({ toolUseId }) => toolUseId)
    const content = results.map((one, at) => ({ toolResult: { toolUseId: ids[at], content: [{ text: one }] } }))
    return { ...asked, messages: [...list(asked['messages']), message, { role: 'user', content }] }
  },
}
