/** What OpenAI's three formats say: chat completions, responses, completions. */
import type { FinishReason } from '../../src/domain/stream-event.ts'
import { at, count, inputOf, isRecord, record, records, words } from './seen.ts'
import type { Json, Payload, Reader, Seen } from './seen.ts'

interface Choice {
  text: string
  thoughts: string
  refusal: string
  calls: { index: unknown; name: string; input: string }[]
  finish: string | undefined
}

const reasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  '': 'stop',
  end_turn: 'stop',
  length: 'length',
  model_length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'refused',
}
const finishOf = ({ finish, calls }: Choice): readonly FinishReason[] => {
  // One who says nothing after calling tools wants their results.
  const reason = finish === undefined ? (calls.length > 0 ? 'stop' : 'other') : (reasons[finish] ?? 'other')
  return [reason === 'stop' && calls.length > 0 ? 'tool-calls' : reason]
}

const thoughtsIn = (message: Json): string =>
  words(message['reasoning_content']) ||
  words(message['reasoning']) ||
  records(message['reasoning_details'])
    .map(one => words(one['text']) || words(one['summary']))
    .join('')

const addMessage = (choice: Choice, message: Json, isWhole: boolean): void => {
  const { content } = message
  choice.text += words(content)
  for (const part of records(content)) {
    if (part['type'] === 'text') choice.text += words(part['text'])
    for (const thought of records(part['thinking'])) choice.thoughts += words(thought['text'])
  }
  choice.thoughts += thoughtsIn(message)
  choice.refusal += words(message['refusal'])
  const legacy = [{ index: 0, function: message['function_call'] }].filter(
    one => words(at(one, 'function.name')) !== '' || (!isWhole && isRecord(one.function)),
  )
  for (const call of [...records(message['tool_calls']), ...legacy]) {
    const index: unknown = 'index' in call ? call.index : undefined
    const known = isWhole || index === undefined ? undefined : choice.calls.find(one => one.index === index)
    const open = known ?? { index, name: '', input: '' }
    if (known === undefined) choice.calls.push(open)
    open.name ||= words(at(call, 'function.name')) || words(at(call, 'custom.name'))
    const given = at(call, 'function.arguments') ?? at(call, 'custom.input')
    open.input += typeof given === 'string' ? given : given === undefined || given === null ? '' : JSON.stringify(given)
  }
}

const chatUsage = (usage: unknown): readonly number[] | undefined => {
  if (!isRecord(usage)) return undefined
  const prompt = count(usage, 'prompt_tokens')
  const completion = count(usage, 'completion_tokens')
  const beyond = Math.max(0, count(usage, 'total_tokens') - prompt - completion)
  // What the total counts beyond the sum is sound that was heard, or reasoning that the completion leaves out.
  const isSound = beyond > 0 && beyond === count(usage, 'prompt_tokens_details.audio_tokens')
  const cached =
    at(usage, 'prompt_tokens_details.cached_tokens') ??
    at(usage, 'prompt_cache_hit_tokens') ??
    at(usage, 'cached_tokens') ??
    at(usage, 'num_cached_tokens') ??
    0
  const reasoning = at(usage, 'completion_tokens_details.reasoning_tokens') ?? at(usage, 'reasoning_tokens') ?? 0
  return [prompt + (isSound ? beyond : 0), Number(cached), completion + (isSound ? 0 : beyond), Number(reasoning)]
}

/** Who tells both means the message in a whole answer and the delta in a stream. */
const messageOf = (choice: Json, isWhole: boolean): unknown =>
  isWhole ? (choice['message'] ?? choice['delta']) : (choice['delta'] ?? choice['message'])

const chatSeen = (bodies: readonly Json[], isWhole: boolean): Seen => {
  const choices: Choice[] = []
  let usage: readonly number[] | undefined
  for (const body of bodies) {
    const all = records(body['choices'])
    usage = chatUsage(body['usage']) ?? chatUsage(at(body, 'x_groq.usage')) ?? chatUsage(at(all[0], 'usage')) ?? usage
    for (const [place, one] of all.entries()) {
      const index = typeof one['index'] === 'number' ? one['index'] : place
      const choice = (choices[index] ??= { text: '', thoughts: '', refusal: '', calls: [], finish: undefined })
      addMessage(choice, record(messageOf(one, isWhole) ?? { content: one['text'] }), isWhole)
      if (typeof one['finish_reason'] === 'string') choice.finish = one['finish_reason'] || choice.finish || ''
    }
  }
  return {
    text: choices.map(({ text }) => text).join(''),
    thoughts: choices.map(({ thoughts }) => thoughts).join(''),
    refusal: choices.map(({ refusal }) => refusal).join(''),
    calls: choices.flatMap(({ calls }) => calls.map(({ name, input }) => [name, inputOf(input)] as const)),
    finish: choices.flatMap(finishOf),
    usage,
  }
}
/** Chat completions, and completions, whose choices hold their text themselves. */
export const chat: Reader = {
  whole: body => chatSeen([body], true),
  streamed: events =>
    chatSeen(
      events.map(({ body }) => body),
      false,
    ),
}

/** Whatever waits for the client's turn. */
const waiting =
  /^(?:function_call|custom_tool_call|computer_call|local_shell_call|shell_call|apply_patch_call|mcp_approval_request)$/
const saidIn = (output: readonly Json[], type: string, member: string): string =>
  output
    .flatMap(item => [...records(item['content']), ...records(item['summary'])])
    .filter(part => part['type'] === type)
    .map(part => words(part[member]))
    .join('')
const responseFinish = (response: Json, output: readonly Json[]): readonly FinishReason[] => {
  const details = words(at(response, 'incomplete_details.reason'))
  if (details !== '') return [details === 'content_filter' ? 'refused' : 'length']
  return [output.some(item => waiting.test(words(item['type']))) ? 'tool-calls' : 'stop']
}
const response = (body: Json): Seen => {
  const output = records(body['output'])
  const { usage } = body
  const calls = output.filter(item => item['type'] === 'function_call')
  return {
    text: saidIn(output, 'output_text', 'text'),
    thoughts: saidIn(output, 'summary_text', 'text') + saidIn(output, 'reasoning_text', 'text'),
    refusal: saidIn(output, 'refusal', 'refusal'),
    calls: calls.map(item => [words(item['name']), inputOf(item['arguments'])] as const),
    finish: responseFinish(body, output),
    usage: isRecord(usage)
      ? [
          count(usage, 'input_tokens'),
          count(usage, 'input_tokens_details.cached_tokens'),
          count(usage, 'output_tokens'),
          count(usage, 'output_tokens_details.reasoning_tokens'),
        ]
      : undefined,
  }
}
/** Texts as each was told at its end. */
const textsIn = (events: readonly Payload[]): string =>
  events
    .filter(({ body }) => body['type'] === 'response.output_text.done')
    .map(({ body }) => words(body['text']))
    .join('')
/** Responses: a stream ends with the whole of what it said; in one recording the texts before it were shortened by hand. */
export const responses: Reader = {
  whole: response,
  streamed: events => {
    const last = events.find(({ body }) => /^response\.(?:completed|incomplete)$/.test(words(body['type'])))
    const seen = response(record(last?.body['response']))
    return { ...seen, text: textsIn(events) || seen.text }
  },
}
