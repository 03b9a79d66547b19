/** Anthropic's messages, written and read by its published reference. */
import { asMuch, decode, firstOfAnswer, list, number, plainSchema, record, records, text, told } from './meaning.ts'
import type { Answer, Ask, Choice, End, Fault, Json, Tongue, Usage } from './meaning.ts'
import { event, payloads } from './sse.ts'
import { blocksOf, messages, readBlocks, readTurns, wordsOf } from './anthropic-messages-turns.ts'

const choiceOf = (choice: string | undefined): Json | undefined => {
  if (choice === undefined) return undefined
  if (choice.startsWith('named:')) return { type: 'tool', name: choice.slice(6) }
  return { type: choice === 'required' ? 'any' : choice }
}
const readChoice = (choice: unknown): string | undefined => {
  const { type, name } = record(choice)
  if (type === 'tool') return `named:${text(name)}`
  return type === 'any' ? 'required' : type === 'auto' ? undefined : text(type)
}
const budgets = { low: 1024, medium: 4096, high: 16_384 }
const readThinks = (body: Json): Ask['thinks'] => {
  const { type, budget_tokens: budget } = record(body['thinking'])
  if (type === 'enabled') return asMuch(number(budget))
  if (type !== 'adaptive') return undefined
  const { effort } = record(body['output_config'])
  return effort === 'low' || effort === 'medium' ? effort : 'high'
}

const usage = (used: Usage | undefined): Json => ({
  input_tokens: (used?.input ?? 0) - (used?.cached ?? 0) - (used?.written ?? 0),
  cache_read_input_tokens: used?.cached ?? 0,
  cache_creation_input_tokens: used?.written ?? 0,
  output_tokens: used?.output ?? 0,
  ...(used?.reasoning && { output_tokens_details: { thinking_tokens: used.reasoning } }),
})
const readUsage = (used: Json): Usage | undefined => {
  const [cached, written] = [
    number(used['cache_read_input_tokens']) ?? 0,
    number(used['cache_creation_input_tokens']) ?? 0,
  ]
  return told({
    input: (number(used['input_tokens']) ?? 0) + cached + written,
    cached,
    written,
    output: number(used['output_tokens']) ?? 0,
    reasoning: number(record(used['output_tokens_details'])['thinking_tokens']),
  })
}

const endOf: Readonly<Record<End, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  calls: 'tool_use',
  refused: 'refusal',
}
const reasonOf = ({ end = 'stop', stoppedBy }: Choice): Json => ({
  stop_reason: stoppedBy === undefined ? endOf[end] : 'stop_sequence',
  stop_sequence: stoppedBy ?? null,
})
const readEnd = ({ stop_reason: reason, stop_sequence: sequence }: Json): Pick<Choice, 'end' | 'stoppedBy'> => {
  if (reason === 'stop_sequence') return { end: 'stop', stoppedBy: text(sequence) }
  const end = (Object.keys(endOf) as End[]).find(one => endOf[one] === reason)
  return end === undefined ? {} : { end }
}
const messageOf = (content: readonly Json[], more: Json): Json => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'upstream-model',
  content,
  ...more,
})

const types = { limit: 'rate_limit_error', request: 'invalid_request_error', server: 'api_error' } as const
const errorOf = ({ whose, message }: Fault): Json => ({ type: 'error', error: { type: types[whose], message } })
const readFault = (body: Json): Fault => {
  const { type, message } = record(body['error'])
  return {
    whose: type === types.limit ? 'limit' : type === types.request ? 'request' : 'server',
    message: text(message),
  }
}

const blockEvents = (block: Json, index: number): readonly Json[] => {
  const delta = (members: Json): Json => ({ type: 'content_block_delta', index, delta: members })
  const halves = (whole: string): readonly string[] => [whole.slice(0, 3), whole.slice(3)].filter(half => half !== '')
  const [start, inner] =
    block['type'] === 'text'
      ? [{ ...block, text: '' }, halves(text(block['text'])).map(half => delta({ type: 'text_delta', text: half }))]
      : block['type'] === 'thinking'
        ? [
            { ...block, thinking: '', signature: '' },
            [
              ...halves(text(block['thinking'])).map(half => delta({ type: 'thinking_delta', thinking: half })),
              delta({ type: 'signature_delta', signature: block['signature'] }),
            ],
          ]
        : [
            { ...block, input: {} },
            halves(JSON.stringify(block['input'])).map(half => delta({ type: 'input_json_delta', partial_json: half })),
          ]
  return [{ type: 'content_block_start', index, content_block: start }, ...inner, { type: 'content_block_stop', index }]
}
const grown = (all: readonly Json[]): readonly Json[] => {
  const blocks: Record<string, unknown>[] = []
  for (const one of all) {
    const index = Number(one['index'])
    if (one['type'] === 'content_block_start') blocks[index] = { ...record(one['content_block']), input: '' }
    if (one['type'] !== 'content_block_delta') continue
    const delta = record(one['delta'])
    const block = blocks[index] ?? {}
    for (const [from, to] of [
      ['text', 'text'],
      ['thinking', 'thinking'],
      ['signature', 'signature'],
      ['partial_json', 'input'],
    ] as const)
      if (typeof delta[from] === 'string') block[to] = `${text(block[to])}${delta[from]}`
  }
  return blocks
}

export const anthropicMessages: Tongue = {
  id: 'anthropic-messages',
  path: () => '/v1/messages',
  ask: (ask, model) =>
    told({
      model,
      max_tokens: ask.length ?? 32_000,
      system: ask.system,
      messages: messages(ask),
      stop_sequences: ask.stop,
      temperature: ask.temperature,
      top_p: ask.topP,
      top_k: ask.topK,
      tools: ask.tools?.map(({ name, description, schema }) => ({ name, description, input_schema: schema })),
      tool_choice: choiceOf(ask.choice),
      thinking: ask.thinks && { type: 'enabled', budget_tokens: budgets[ask.thinks] },
      output_config: ask.schema && { format: { type: 'json_schema', schema: ask.schema } },
      ...(ask.stream && { stream: true }),
    }),
  hear: body => {
    const format = record(record(body['output_config'])['format'])
    return told({
      system: wordsOf(body['system']),
      turns: readTurns(records(body['messages'])),
      stop: list(body['stop_sequences']).map(String),
      length: number(body['max_tokens']),
      temperature: number(body['temperature']),
      topP: number(body['top_p']),
      topK: number(body['top_k']),
      tools: records(body['tools']).map(({ name, description, input_schema: schema }) => ({
        name: text(name),
        description: text(description),
        schema: plainSchema(schema),
      })),
      choice: readChoice(body['tool_choice']),
      schema: format['type'] === 'json_schema' ? plainSchema(format['schema']) : undefined,
      thinks: readThinks(body),
      stream: body['stream'] === true,
    })
  },
  say: ({ choices: [choice = {}], usage: used }) =>
    messageOf(blocksOf({ ...choice, ...(choice.refusal && { text: choice.refusal }) }, firstOfAnswer()), {
      ...reasonOf(choice),
      usage: usage(used),
    }),
  sayPieces: ({ choices: [choice = {}], usage: used, fault }) => {
    const blocks = blocksOf({ ...choice, ...(choice.refusal && { text: choice.refusal }) }, firstOfAnswer())
    const start = {
      type: 'message_start',
      message: messageOf([], { stop_reason: null, stop_sequence: null, usage: { ...usage(used), output_tokens: 1 } }),
    }
    const end = [{ type: 'message_delta', delta: reasonOf(choice), usage: usage(used) }, { type: 'message_stop' }]
    const said = blocks.flatMap(blockEvents)
    const all = fault === undefined ? [start, ...said, ...end] : [start, ...said.slice(0, -1), errorOf(fault)]
    return all.map(one => event(one, text(record(one)['type'])))
  },
  streamType: 'text/event-stream',
  refuse: fault => ({ status: { limit: 429, request: 400, server: 500 }[fault.whose], body: errorOf(fault) }),
  understand: (wire): Answer => {
    const body = record(JSON.parse(decode(wire.body)))
    if (body['type'] === 'error') return { choices: [], fault: readFault(body), isWhole: false }
    return told({
      choices: [told({ ...readBlocks(records(body['content'])), ...readEnd(body) })],
      usage: readUsage(record(body['usage'])),
      isWhole: true,
    })
  },
  understandStream: wire => {
    const { all } = payloads(wire)
    const error = all.find(({ type }) => type === 'error')
    const last = record(all.findLast(({ type }) => type === 'message_delta'))
    const first = record(record(all[0]?.['message'])['usage'])
    return told({
      choices: [told({ ...readBlocks(grown(all)), ...readEnd(record(last['delta'])) })],
      usage: error === undefined ? readUsage({ ...first, ...record(last['usage']) }) : undefined,
      fault: error && readFault(error),
      isWhole: all.at(-1)?.['type'] === 'message_stop',
    })
  },
  goOn: (asked, answered, results) => {
    const content = records(answered['content'])
    const ids = content.filter(({ type }) => type === 'tool_use').map(({ id }) => id)
    const told_ = results.map((one, at) => ({ type: 'tool_result', tool_use_id: ids[at], content: one }))
    return {
      ...asked,
      messages: [...list(asked['messages']), { role: 'assistant', content }, { role: 'user', content: told_ }],
    }
  },
}
