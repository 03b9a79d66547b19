/** OpenAI's completions, as clients of before chat ask them. */
import { decode, number, record, records, text, told } from './meaning.ts'
import type { Answer, Choice, End, Json, Tongue, Usage } from './meaning.ts'
import { openaiChat, openaiFault } from './openai-chat.ts'
import { payloads } from './sse.ts'

const readUsage = (value: unknown): Usage | undefined => {
  const used = record(value)
  const input = number(used['prompt_tokens'])
  if (input === undefined) return undefined
  return told({
    input,
    cached: number(record(used['prompt_tokens_details'])['cached_tokens']),
    written: number(record(used['prompt_tokens_details'])['cache_write_tokens']),
    output: number(used['completion_tokens']) ?? 0,
    reasoning: number(record(used['completion_tokens_details'])['reasoning_tokens']),
  })
}
const ends: Readonly<Record<string, End>> = { stop: 'stop', length: 'length', content_filter: 'refused' }
const readChoices = (choices: readonly Json[]): readonly Choice[] =>
  [...new Set(choices.map(one => Number(one['index'])))].toSorted().map(place => {
    const mine = choices.filter(one => one['index'] === place)
    const reason = text(mine.findLast(one => typeof one['finish_reason'] === 'string')?.['finish_reason'])
    return told({ text: mine.map(one => text(one['text'])).join(''), end: ends[reason] })
  })

export const openaiCompletions: Tongue = {
  ...openaiChat,
  id: 'openai-completions',
  path: () => '/v1/completions',
  ask: ({ turns: [first], ...ask }, model) =>
    told({
      model,
      prompt: first?.by === 'user' ? first.text : '',
      stop: ask.stop,
      max_tokens: ask.length,
      temperature: ask.temperature,
      top_p: ask.topP,
      frequency_penalty: ask.frequency,
      presence_penalty: ask.presence,
      seed: ask.seed,
      n: ask.answers,
      ...(ask.stream && { stream: true, stream_options: { include_usage: true } }),
    }),
  hear: (body, path) => {
    const { turns: _turns, ...rest } = openaiChat.hear(body, path)
    return { ...rest, turns: [{ by: 'user', text: text(body['prompt']) }] }
  },
  understand: ({ body: bytes }): Answer => {
    const body = record(JSON.parse(decode(bytes)))
    if (body['error'] !== undefined) return { choices: [], fault: openaiFault(body['error']), isWhole: false }
    return told({ choices: readChoices(records(body['choices'])), usage: readUsage(body['usage']), isWhole: true })
  },
  understandStream: wire => {
    const { all, isDone } = payloads(wire)
    const error = all.find(one => one['error'] !== undefined)?.['error']
    return told({
      choices: readChoices(all.flatMap(chunk => records(chunk['choices']))),
      usage: readUsage(all.findLast(chunk => chunk['usage'] !== undefined && chunk['usage'] !== null)?.['usage']),
      fault: error === undefined ? undefined : openaiFault(error),
      isWhole: isDone && error === undefined,
    })
  },
}
