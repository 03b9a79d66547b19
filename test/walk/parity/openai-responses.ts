/** OpenAI's responses, written and read by its published reference. */
import { decode, firstOfAnswer, inputOf, list, number, plainSchema, record, records, text, told } from './meaning.ts'
import type { Answer, Ask, Choice, End, Json, Tongue, Usage } from './meaning.ts'
import { openaiFault } from './openai-chat.ts'
import { event, payloads } from './sse.ts'
import { callItem, items, readItems, readThought, thoughtItem, wordsOf } from './openai-responses-turns.ts'

const choiceOf = (choice: string | undefined): unknown =>
  choice?.startsWith('named:') ? { type: 'function', name: choice.slice(6) } : choice
const readChoice = (choice: unknown): string | undefined => {
  const { name } = record(choice)
  if (typeof name === 'string') return `named:${name}`
  return choice === 'auto' ? undefined : text(choice)
}
const efforts: Readonly<Record<string, Ask['thinks']>> = { minimal: 'low', low: 'low', medium: 'medium', high: 'high' }

const usage = (used: Usage | undefined): Json | undefined =>
  used && {
    input_tokens: used.input,
    input_tokens_details: {
      cached_tokens: used.cached ?? 0,
      ...(used.written && { cache_write_tokens: used.written }),
    },
    output_tokens: used.output,
    output_tokens_details: { reasoning_tokens: used.reasoning ?? 0 },
    total_tokens: used.input + used.output,
  }
const readUsage = (value: unknown): Usage | undefined => {
  const used = record(value)
  const input = number(used['input_tokens'])
  if (input === undefined) return undefined
  const ofInput = record(used['input_tokens_details'])
  return told({
    input,
    cached: number(ofInput['cached_tokens']),
    written: number(ofInput['cache_write_tokens']),
    output: number(used['output_tokens']) ?? 0,
    reasoning: number(record(used['output_tokens_details'])['reasoning_tokens']),
  })
}

const outputOf = ({ thoughts = [], text: words, refusal, calls = [] }: Choice): readonly Json[] => {
  const content = [
    ...(words === undefined ? [] : [{ type: 'output_text', text: words, annotations: [], logprobs: [] }]),
    ...(refusal === undefined ? [] : [{ type: 'refusal', refusal }]),
  ]
  const message =
    content.length === 0 ? [] : [{ id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content }]
  return [
    ...thoughts.map(thoughtItem),
    ...message,
    ...calls.map(({ name, input }) => callItem(name, input, firstOfAnswer())),
  ]
}
const whyOf: Partial<Record<End, string>> = { length: 'max_output_tokens', refused: 'content_filter' }
const responseOf = ({ choices, usage: used }: Answer, more: Json = {}): Json => {
  const [choice = {}] = choices
  const why = whyOf[choice.end ?? 'stop']
  const isCut = why !== undefined && choice.refusal === undefined
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1_750_000_000,
    status: isCut ? 'incomplete' : 'completed',
    error: null,
    incomplete_details: isCut ? { reason: why } : null,
    instructions: null,
    metadata: {},
    model: 'upstream-model',
    output: outputOf(choice),
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: usage(used),
    ...more,
  }
}

const endIn = (response: Json, choice: Choice): End | undefined => {
  const { reason } = record(response['incomplete_details'])
  if (reason === 'max_output_tokens') return 'length'
  if (reason === 'content_filter' || choice.refusal !== undefined) return 'refused'
  return choice.calls === undefined ? 'stop' : 'calls'
}
const readOutput = (response: Json): Choice => {
  const output = records(response['output'])
  const parts = output.filter(({ type }) => type === 'message').flatMap(item => records(item['content']))
  const choice: Choice = told({
    thoughts: output.filter(({ type }) => type === 'reasoning').map(readThought),
    text: parts.map(part => text(part['text'])).join(''),
    refusal: parts.map(part => text(part['refusal'])).join(''),
    calls: output
      .filter(({ type }) => type === 'function_call')
      .map(item => ({ name: text(item['name']), input: inputOf(item['arguments']) })),
  })
  return told({ ...choice, end: endIn(response, choice) })
}

/** The events that tell one item. */
const itemEvents = (item: Json, output_index: number): readonly Json[] => {
  const at = { item_id: item['id'], output_index }
  const around = (begun: Json, inner: readonly Json[]): readonly Json[] => [
    { type: 'response.output_item.added', output_index, item: { ...item, ...begun } },
    ...inner,
    { type: 'response.output_item.done', output_index, item },
  ]
  if (item['type'] === 'function_call')
    return around({ arguments: '', status: 'in_progress' }, [
      ...text(item['arguments'])
        .split('')
        .map(delta => ({ type: 'response.function_call_arguments.delta', ...at, delta })),
      { type: 'response.function_call_arguments.done', ...at, arguments: item['arguments'] },
    ])
  if (item['type'] === 'reasoning')
    return around(
      { summary: [] },
      records(item['summary']).flatMap((part, summary_index) => [
        { type: 'response.reasoning_summary_part.added', ...at, summary_index, part: { ...part, text: '' } },
        { type: 'response.reasoning_summary_text.delta', ...at, summary_index, delta: part['text'] },
        { type: 'response.reasoning_summary_text.done', ...at, summary_index, text: part['text'] },
        { type: 'response.reasoning_summary_part.done', ...at, summary_index, part },
      ]),
    )
  return around(
    { content: [], status: 'in_progress' },
    records(item['content']).flatMap((part, content_index) => {
      const place = { ...at, content_index }
      const kind = part['type'] === 'refusal' ? 'refusal' : 'output_text'
      const said = text(part['text'] ?? part['refusal'])
      return [
        {
          type: 'response.content_part.added',
          ...place,
          part: { ...part, [kind === 'refusal' ? 'refusal' : 'text']: '' },
        },
        { type: `response.${kind}.delta`, ...place, delta: said.slice(0, 3), logprobs: [] },
        { type: `response.${kind}.delta`, ...place, delta: said.slice(3), logprobs: [] },
        { type: `response.${kind}.done`, ...place, [kind === 'refusal' ? 'refusal' : 'text']: said, logprobs: [] },
        { type: 'response.content_part.done', ...place, part },
      ]
    }),
  )
}

/** A response as its events tell it, without looking at what the last of them sums up. */
const grown = (all: readonly Json[]): Json => {
  const output = all.filter(({ type }) => type === 'response.output_item.done').map(one => record(one['item']))
  const said = all
    .filter(({ type }) => type === 'response.output_text.delta')
    .map(one => text(one['delta']))
    .join('')
  const final = record(
    all.findLast(({ type }) => /^response\.(?:completed|incomplete)$/.test(text(type)))?.['response'],
  )
  // Words that were cut off have no end of their own.
  const cut =
    output.some(({ type }) => type === 'message') || said === ''
      ? []
      : [{ type: 'message', content: [{ type: 'output_text', text: said }] }]
  return { ...final, output: [...output, ...cut] }
}

export const openaiResponses: Tongue = {
  id: 'openai-responses',
  path: () => '/v1/responses',
  ask: (ask, model) =>
    told({
      model,
      instructions: ask.system,
      input: items(ask),
      max_output_tokens: ask.length,
      temperature: ask.temperature,
      top_p: ask.topP,
      tools: ask.tools?.map(({ name, description, schema }) => ({
        type: 'function',
        name,
        description,
        parameters: schema,
        strict: false,
      })),
      tool_choice: choiceOf(ask.choice),
      text: ask.schema && { format: { type: 'json_schema', name: 'person', strict: true, schema: ask.schema } },
      reasoning: ask.thinks && { effort: ask.thinks, summary: 'auto' },
      include: ask.thinks && ['reasoning.encrypted_content'],
      ...(ask.stream && { stream: true }),
    }),
  hear: body => {
    const format = record(record(body['text'])['format'])
    const told_ = records(body['input']).filter(({ role }) => role === 'system' || role === 'developer')
    return told({
      system: [text(body['instructions']), ...told_.map(one => wordsOf(one['content']))]
        .filter(one => one !== '')
        .join('\n'),
      turns: readItems(body['input']),
      length: number(body['max_output_tokens']),
      temperature: number(body['temperature']),
      topP: number(body['top_p']),
      tools: records(body['tools']).map(({ name, description, parameters }) => ({
        name: text(name),
        description: text(description),
        schema: plainSchema(parameters),
      })),
      choice: readChoice(body['tool_choice']),
      schema: format['type'] === 'json_schema' ? plainSchema(format['schema']) : undefined,
      thinks: efforts[text(record(body['reasoning'])['effort'])],
      stream: body['stream'] === true,
    })
  },
  say: answer => responseOf(answer),
  sayPieces: answer => {
    const begun = responseOf(
      { choices: [], isWhole: false },
      { status: 'in_progress', incomplete_details: null, usage: null },
    )
    const { fault } = answer
    const whole = responseOf(answer)
    const said = records(whole['output']).flatMap(itemEvents)
    const end =
      fault === undefined
        ? { type: `response.${text(whole['status'])}`, response: whole }
        : {
            type: 'response.failed',
            response: { ...begun, status: 'failed', error: { code: 'server_error', message: fault.message } },
          }
    const all = [
      { type: 'response.created', response: begun },
      { type: 'response.in_progress', response: begun },
      // What breaks off ends nothing.
      ...(fault === undefined ? said : said.filter(({ type }) => !text(type).endsWith('done'))),
      end,
    ]
    return all.map((one, sequence_number) => event({ ...one, sequence_number }, text(record(one)['type'])))
  },
  streamType: 'text/event-stream',
  refuse: ({ whose, message }) => ({
    status: { limit: 429, request: 400, server: 500 }[whose],
    body: {
      error: {
        message,
        type: { limit: 'rate_limit_error', request: 'invalid_request_error', server: 'server_error' }[whose],
        param: null,
        code: null,
      },
    },
  }),
  understand: wire => {
    const body = record(JSON.parse(decode(wire.body)))
    if (body['object'] !== 'response') return { choices: [], fault: openaiFault(body['error']), isWhole: false }
    return told({ choices: [readOutput(body)], usage: readUsage(body['usage']), isWhole: true })
  },
  understandStream: wire => {
    const { all } = payloads(wire)
    const last = all.at(-1) ?? {}
    const [failed, error] = [last['type'] === 'response.failed', last['type'] === 'error']
    const response = grown(all)
    const fault = failed
      ? { whose: 'server' as const, message: text(record(record(last['response'])['error'])['message']) }
      : openaiFault(last['error'])
    return told({
      choices: [failed || error ? told({ ...readOutput(response), end: undefined }) : readOutput(response)],
      usage: readUsage(response['usage']),
      fault: failed || error ? fault : undefined,
      isWhole: /^response\.(?:completed|incomplete)$/.test(text(last['type'])),
    })
  },
  goOn: (asked, answered, results) => {
    const output = records(answered['output'])
    const ids = output.filter(({ type }) => type === 'function_call').map(item => item['call_id'])
    return {
      ...asked,
      input: [
        ...list(asked['input']),
        ...output,
        ...results.map((one, at) => ({ type: 'function_call_output', call_id: ids[at], output: one })),
      ],
    }
  },
}
