/** OpenAI's chat completions, written and read by its published reference. */
import { decode, firstOfAnswer, list, number, plainSchema, record, records, text, told } from './meaning.ts'
import type { Answer, Ask, Choice, End, Fault, Json, Tongue, Usage, Wire } from './meaning.ts'
import { event, payloads } from './sse.ts'
import {
  called,
  choiceOf,
  details,
  messages,
  readCalls,
  readThoughts,
  readTurns,
  wordsOf,
} from './openai-chat-turns.ts'

const efforts: Readonly<Record<string, Ask['thinks']>> = { minimal: 'low', low: 'low', medium: 'medium', high: 'high' }
const readChoice = (choice: unknown): string | undefined => {
  const name = record(record(choice)['function'])['name']
  if (typeof name === 'string') return `named:${name}`
  return choice === 'auto' ? undefined : text(choice)
}

const endOf: Readonly<Record<End, string>> = {
  stop: 'stop',
  length: 'length',
  calls: 'tool_calls',
  refused: 'content_filter',
}
/** OpenAI says what it refuses in a member of its own, and ends as ever. */
const reasonOf = ({ refusal, end = 'stop' }: Choice): string => (refusal === undefined ? endOf[end] : 'stop')
const readEnd = (reason: unknown): End | undefined => (Object.keys(endOf) as End[]).find(end => endOf[end] === reason)

const usage = (used: Usage | undefined): Json | undefined =>
  used && {
    prompt_tokens: used.input,
    completion_tokens: used.output,
    total_tokens: used.input + used.output,
    prompt_tokens_details: {
      cached_tokens: used.cached ?? 0,
      ...(used.written && { cache_write_tokens: used.written }),
    },
    completion_tokens_details: { reasoning_tokens: used.reasoning ?? 0 },
  }
const readUsage = (value: unknown): Usage | undefined => {
  const used = record(value)
  const input = number(used['prompt_tokens'])
  if (input === undefined) return undefined
  const ofInput = record(used['prompt_tokens_details'])
  return told({
    input,
    cached: number(ofInput['cached_tokens']),
    written: number(ofInput['cache_write_tokens']),
    output: number(used['completion_tokens']) ?? 0,
    reasoning: number(record(used['completion_tokens_details'])['reasoning_tokens']),
  })
}

const head = { id: 'chatcmpl-1', created: 1_750_000_000, model: 'upstream-model' }
const message = ({ text: words, refusal, calls, thoughts = [] }: Choice): Json => {
  const signed = thoughts.some(({ signature }) => signature !== undefined)
  return {
    role: 'assistant',
    content: words ?? null,
    refusal: refusal ?? null,
    ...(calls && { tool_calls: called(calls, firstOfAnswer()) }),
    ...(thoughts.length > 0 &&
      (signed
        ? { reasoning_details: details(thoughts) }
        : { reasoning_content: thoughts.map(one => one.text).join('') })),
  }
}
const deltas = (choice: Choice): readonly Json[] => {
  const { text: words = '', refusal, calls = [], thoughts = [] } = choice
  const halves = (whole: string): readonly string[] => [whole.slice(0, 3), whole.slice(3)].filter(half => half !== '')
  return [
    { role: 'assistant', content: '' },
    ...thoughts.flatMap((one): readonly Json[] =>
      one.signature === undefined
        ? halves(one.text).map(half => ({ reasoning_content: half }))
        : [{ reasoning_details: details([one]) }],
    ),
    ...halves(words).map(content => ({ content })),
    ...halves(refusal ?? '').map(half => ({ refusal: half })),
    ...called(calls, firstOfAnswer()).flatMap((call, index) => {
      const { name, arguments: input } = record(call['function'])
      return [
        { tool_calls: [{ ...call, index, function: { name, arguments: '' } }] },
        ...halves(text(input)).map(half => ({ tool_calls: [{ index, function: { arguments: half } }] })),
      ]
    }),
  ]
}
const types = { limit: 'rate_limit_error', request: 'invalid_request_error', server: 'server_error' } as const
const errorOf = ({ whose, message: words }: Fault): Json => ({
  error: { message: words, type: types[whose], param: null, code: null },
})
/** Whose fault an error of OpenAI's was, by its type. */
export const openaiFault = (error: unknown): Fault => {
  const { type, message: words } = record(error)
  const whose = (Object.keys(types) as (keyof typeof types)[]).find(one => types[one] === type)
  return { whose: whose ?? 'server', message: text(words) }
}

const read = (message: Json, reason: unknown): Choice =>
  told({
    thoughts: readThoughts(message),
    text: wordsOf(message['content']),
    refusal: text(message['refusal']),
    calls: readCalls(message['tool_calls']),
    end: text(message['refusal']) === '' ? readEnd(reason) : 'refused',
  })

/** A message put together from its deltas. */
const grown = (all: readonly Json[]): Json => {
  const calls: { id: string; function: { name: string; arguments: string } }[] = []
  const thoughts: { text: string; signature: string }[] = []
  for (const delta of all) {
    for (const call of records(delta['tool_calls'])) {
      const { name, arguments: input } = record(call['function'])
      const one = (calls[Number(call['index'])] ??= {
        id: text(call['id']),
        function: { name: text(name), arguments: '' },
      })
      one.function.arguments += text(input)
    }
    for (const detail of records(delta['reasoning_details'])) {
      const place = number(detail['index']) ?? 0
      const one = (thoughts[place] ??= { text: '', signature: '' })
      one.text += text(detail['text'] ?? detail['summary'])
      one.signature += text(detail['signature'] ?? detail['data'])
    }
  }
  const whole = (member: string): string => all.map(delta => text(delta[member])).join('')
  return {
    content: whole('content'),
    refusal: whole('refusal'),
    reasoning_content: whole('reasoning_content'),
    ...(thoughts.length > 0 && { reasoning_details: thoughts.filter(Boolean) }),
    tool_calls: calls,
    extra_content: all.find(delta => delta['extra_content'] !== undefined)?.['extra_content'],
  }
}

export const openaiChat: Tongue = {
  id: 'openai-chat',
  path: () => '/v1/chat/completions',
  ask: (ask, model) =>
    told({
      model,
      messages: messages(ask),
      stop: ask.stop,
      max_tokens: ask.length,
      temperature: ask.temperature,
      top_p: ask.topP,
      frequency_penalty: ask.frequency,
      presence_penalty: ask.presence,
      seed: ask.seed,
      tools: ask.tools?.map(({ name, description, schema }) => ({
        type: 'function',
        function: { name, description, parameters: schema },
      })),
      tool_choice: choiceOf(ask.choice),
      response_format: ask.schema && {
        type: 'json_schema',
        json_schema: { name: 'person', strict: true, schema: ask.schema },
      },
      reasoning_effort: ask.thinks,
      n: ask.answers,
      ...(ask.stream && { stream: true, stream_options: { include_usage: true } }),
    }),
  hear: body => {
    const all = records(body['messages'])
    const format = record(body['response_format'])
    return told({
      system: all
        .filter(({ role }) => role === 'system' || role === 'developer')
        .map(one => wordsOf(one['content']))
        .join('\n'),
      turns: readTurns(all),
      stop: list(body['stop']).map(String),
      length: number(body['max_tokens'] ?? body['max_completion_tokens']),
      temperature: number(body['temperature']),
      topP: number(body['top_p']),
      topK: number(body['top_k']),
      frequency: number(body['frequency_penalty']),
      presence: number(body['presence_penalty']),
      seed: number(body['seed']),
      tools: records(body['tools']).map(tool => {
        const { name, description, parameters } = record(tool['function'])
        return { name: text(name), description: text(description), schema: plainSchema(parameters) }
      }),
      choice: readChoice(body['tool_choice']),
      schema: format['type'] === 'json_schema' ? plainSchema(record(format['json_schema'])['schema']) : undefined,
      thinks: efforts[text(body['reasoning_effort'])],
      answers: number(body['n']),
      stream: body['stream'] === true,
    })
  },
  say: ({ choices, usage: used }) => ({
    ...head,
    object: 'chat.completion',
    choices: choices.map((choice, index) => ({
      index,
      message: message(choice),
      logprobs: null,
      finish_reason: reasonOf(choice),
    })),
    usage: usage(used),
  }),
  sayPieces: ({ choices, usage: used, fault }) => {
    const chunk = (members: Json): string => event({ ...head, object: 'chat.completion.chunk', ...members })
    const said = choices.flatMap((choice, index) => [
      ...deltas(choice).map(delta => chunk({ choices: [{ index, delta, finish_reason: null }] })),
      ...(fault === undefined ? [chunk({ choices: [{ index, delta: {}, finish_reason: reasonOf(choice) }] })] : []),
    ])
    if (fault !== undefined) return [...said, event(errorOf(fault))]
    return [...said, chunk({ choices: [], usage: usage(used) }), 'data: [DONE]\n\n']
  },
  streamType: 'text/event-stream',
  refuse: fault => ({ status: { limit: 429, request: 400, server: 500 }[fault.whose], body: errorOf(fault) }),
  understand: (wire: Wire): Answer => {
    const body = record(JSON.parse(decode(wire.body)))
    if (body['error'] !== undefined) return { choices: [], fault: openaiFault(body['error']), isWhole: false }
    return told({
      choices: records(body['choices']).map(choice => read(record(choice['message']), choice['finish_reason'])),
      usage: readUsage(body['usage']),
      isWhole: true,
    })
  },
  understandStream: wire => {
    const { all, isDone } = payloads(wire)
    const choices = all.flatMap(chunk => records(chunk['choices']))
    const places = [...new Set(choices.map(choice => Number(choice['index'])))].toSorted()
    const error = all.find(one => one['error'] !== undefined)?.['error']
    return told({
      choices: places.map(place => {
        const mine = choices.filter(choice => choice['index'] === place)
        return read(
          grown(mine.map(choice => record(choice['delta']))),
          mine.findLast(choice => typeof choice['finish_reason'] === 'string')?.['finish_reason'],
        )
      }),
      usage: readUsage(all.findLast(chunk => chunk['usage'] !== undefined && chunk['usage'] !== null)?.['usage']),
      fault: error === undefined ? undefined : openaiFault(error),
      isWhole: isDone && error === undefined,
    })
  },
  goOn: (asked, answered, results) => {
    const said = record(records(answered['choices'])[0]?.['message'])
    const ids = records(said['tool_calls']).map(({ id }) => id)
    return {
      ...asked,
      messages: [
        ...list(asked['messages']),
        said,
        ...results.map((content, at) => ({ role: 'tool', tool_call_id: ids[at], content })),
      ],
    }
  },
}
