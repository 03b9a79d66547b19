/** Cohere's chat, written and read by its published reference. */
import { asMuch, decode, firstOfAnswer, list, number, plainSchema, record, records, text, told } from './meaning.ts'
import type { Answer, Choice, End, Fault, Json, Tongue, Usage } from './meaning.ts'
import { event, payloads } from './sse.ts'
import { messageOf, messages, readMessage, readTurns, wordsOf } from './cohere-chat-turns.ts'

const budgets = { low: 2048, medium: 8192, high: 16_384 }

const usage = (used: Usage | undefined): Json | undefined =>
  used && {
    billed_units: { input_tokens: used.input, output_tokens: used.output },
    tokens: told({ input_tokens: used.input, output_tokens: used.output, reasoning_tokens: used.reasoning }),
    ...(used.cached && { cached_tokens: used.cached }),
  }
const readUsage = (value: unknown): Usage | undefined => {
  const used = record(value)
  const tokens = record(used['tokens'])
  const input = number(tokens['input_tokens'])
  if (input === undefined) return undefined
  return told({
    input,
    cached: number(used['cached_tokens']),
    output: number(tokens['output_tokens']) ?? 0,
    reasoning: number(tokens['reasoning_tokens']),
  })
}
/** Cohere has no word for a refusal. */
const endOf: Readonly<Record<End, string>> = {
  stop: 'COMPLETE',
  length: 'MAX_TOKENS',
  calls: 'TOOL_CALL',
  refused: 'COMPLETE',
}
const reasonOf = ({ end = 'stop', stoppedBy }: Choice): string =>
  stoppedBy === undefined ? endOf[end] : 'STOP_SEQUENCE'
const readEnd = (reason: unknown): End | undefined => {
  if (reason === 'COMPLETE' || reason === 'STOP_SEQUENCE') return 'stop'
  if (reason === 'MAX_TOKENS') return 'length'
  return reason === 'TOOL_CALL' ? 'calls' : undefined
}
const faultOf = (status: number, body: Json): Fault => ({
  whose: status === 429 ? 'limit' : status < 500 ? 'request' : 'server',
  message: text(body['message']),
})

const events = (choice: Choice): readonly Json[] => {
  const message = messageOf({ ...choice, ...(choice.refusal && { text: choice.refusal }) }, firstOfAnswer())
  const halves = (whole: string): readonly string[] => [whole.slice(0, 3), whole.slice(3)].filter(half => half !== '')
  const at = (type: string, index: number, inner?: Json): Json => ({
    type,
    index,
    ...(inner && { delta: { message: inner } }),
  })
  const contents = records(message['content']).flatMap((part, index) => {
    const member = part['type'] === 'thinking' ? 'thinking' : 'text'
    return [
      at('content-start', index, { content: { type: member, [member]: '' } }),
      ...halves(text(part[member])).map(half => at('content-delta', index, { content: { [member]: half } })),
      at('content-end', index),
    ]
  })
  const calls = records(message['tool_calls']).flatMap((call, index) => {
    const { name, arguments: input } = record(call['function'])
    return [
      at('tool-call-start', index, { tool_calls: { ...call, function: { name, arguments: '' } } }),
      ...halves(text(input)).map(half =>
        at('tool-call-delta', index, { tool_calls: { function: { arguments: half } } }),
      ),
      at('tool-call-end', index),
    ]
  })
  return [...contents, ...calls]
}
const grown = (all: readonly Json[]): Json => {
  const contents: { type: string; text: string; thinking: string }[] = []
  const calls: { id: string; function: { name: string; arguments: string } }[] = []
  for (const one of all) {
    const index = Number(one['index'])
    const { content, tool_calls: call } = record(record(one['delta'])['message'])
    if (/^content-(?:start|delta)$/.test(text(one['type']))) {
      const { type, text: words, thinking } = record(content)
      const part = (contents[index] ??= { type: text(type), text: '', thinking: '' })
      part.text += text(words)
      part.thinking += text(thinking)
    }
    if (/^tool-call-(?:start|delta)$/.test(text(one['type']))) {
      const { name, arguments: input } = record(record(call)['function'])
      const made = (calls[index] ??= { id: text(record(call)['id']), function: { name: text(name), arguments: '' } })
      made.function.arguments += text(input)
    }
  }
  return { content: contents.filter(Boolean), tool_calls: calls.filter(Boolean) }
}

export const cohereChat: Tongue = {
  id: 'cohere-chat',
  path: () => '/v2/chat',
  ask: (ask, model) =>
    told({
      model,
      messages: messages(ask),
      stop_sequences: ask.stop,
      max_tokens: ask.length,
      temperature: ask.temperature,
      p: ask.topP,
      k: ask.topK,
      frequency_penalty: ask.frequency,
      presence_penalty: ask.presence,
      seed: ask.seed,
      tools: ask.tools?.map(({ name, description, schema }) => ({
        type: 'function',
        function: { name, description, parameters: schema },
      })),
      tool_choice: ask.choice?.startsWith('named:') ? undefined : ask.choice?.toUpperCase(),
      response_format: ask.schema && { type: 'json_object', json_schema: ask.schema },
      thinking: ask.thinks && { type: 'enabled', token_budget: budgets[ask.thinks] },
      stream: ask.stream,
    }),
  hear: body => {
    const all = records(body['messages'])
    const [format, thinking] = [record(body['response_format']), record(body['thinking'])]
    const choice = text(body['tool_choice']).toLowerCase()
    return told({
      system: all
        .filter(({ role }) => role === 'system')
        .map(one => wordsOf(one['content']))
        .join('\n'),
      turns: readTurns(all),
      stop: list(body['stop_sequences']).map(String),
      length: number(body['max_tokens']),
      temperature: number(body['temperature']),
      topP: number(body['p']),
      topK: number(body['k']),
      frequency: number(body['frequency_penalty']),
      presence: number(body['presence_penalty']),
      seed: number(body['seed']),
      tools: records(body['tools']).map(tool => {
        const { name, description, parameters } = record(tool['function'])
        return { name: text(name), description: text(description), schema: plainSchema(parameters) }
      }),
      choice,
      schema: plainSchema(format['json_schema'] ?? format['schema']),
      thinks: thinking['type'] === 'enabled' ? (asMuch(number(thinking['token_budget'])) ?? 'high') : undefined,
      stream: body['stream'] === true,
    })
  },
  say: ({ choices: [choice = {}], usage: used }) => ({
    id: 'c1',
    message: messageOf({ ...choice, ...(choice.refusal && { text: choice.refusal }) }, firstOfAnswer()),
    finish_reason: reasonOf(choice),
    usage: usage(used),
  }),
  sayPieces: ({ choices: [choice = {}], usage: used, fault }) => {
    const start = {
      type: 'message-start',
      id: 'c1',
      delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] } },
    }
    const end =
      fault === undefined
        ? { type: 'message-end', id: 'c1', delta: { finish_reason: reasonOf(choice), usage: usage(used) } }
        : { type: 'message-end', id: 'c1', delta: { finish_reason: 'ERROR', error: fault.message } }
    const said = events(choice)
    return [start, ...(fault === undefined ? said : said.slice(0, -1)), end].map(one =>
      event(one, text(record(one)['type'])),
    )
  },
  streamType: 'text/event-stream',
  refuse: ({ whose, message }) => ({
    status: { limit: 429, request: 400, server: 500 }[whose],
    body: { id: 'e1', message },
  }),
  understand: ({ status, body: bytes }): Answer => {
    const body = record(JSON.parse(decode(bytes)))
    if (status >= 400) return { choices: [], fault: faultOf(status, body), isWhole: false }
    return told({
      choices: [told({ ...readMessage(record(body['message'])), end: readEnd(body['finish_reason']) })],
      usage: readUsage(body['usage']),
      isWhole: true,
    })
  },
  understandStream: wire => {
    const { all } = payloads(wire)
    const {
      finish_reason: reason,
      usage: used,
      error,
    } = record(all.find(({ type }) => type === 'message-end')?.['delta'])
    return told({
      choices: [told({ ...readMessage(grown(all)), end: readEnd(reason) })],
      usage: readUsage(used),
      fault: text(error) !== '' ? { whose: 'server' as const, message: text(error) } : undefined,
      isWhole: text(error) === '' && reason !== undefined,
    })
  },
  goOn: (asked, answered, results) => {
    const message = record(answered['message'])
    const ids = records(message['tool_calls']).map(({ id }) => id)
    return {
      ...asked,
      messages: [
        ...list(asked['messages']),
        message,
        ...results.map((content, at) => ({ role: 'tool', tool_call_id: ids[at], content })),
      ],
    }
  },
}
