/** Turns of OpenAI's chat completions, written and read by the published reference. */
import { inputOf, joined, record, records, text, told } from './meaning.ts'
import type { Ask, Choice, Json, Media, Thought, Turn } from './meaning.ts'

const media = ({ kind, mediaType, base64, name }: Media): Json =>
  kind === 'image'
    ? { type: 'image_url', image_url: { url: `data:${mediaType};base64,${base64}` } }
    : { type: 'file', file: { filename: `${name ?? 'file'}.pdf`, file_data: `data:${mediaType};base64,${base64}` } }
const callId = (place: number): string => `call_${place}`
export const called = (calls: Choice['calls'], first: number): readonly Json[] =>
  (calls ?? []).map(({ name, input }, at) => ({
    id: callId(first + at),
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }))
export const details = (thoughts: readonly Thought[]): readonly Json[] =>
  thoughts.map(one => told({ type: 'reasoning.text', text: one.text, signature: one.signature }))

export const messages = ({ system, turns }: Ask): readonly Json[] => {
  let calls = 0
  const all: Json[] = system === undefined ? [] : [{ role: 'system', content: system }]
  for (const turn of turns) {
    if (turn.by === 'user') {
      const words = turn.text ?? ''
      const parts = (turn.media ?? []).map(media)
      all.push({ role: 'user', content: parts.length === 0 ? words : [{ type: 'text', text: words }, ...parts] })
    } else if (turn.by === 'model') {
      const made = called(turn.calls, calls)
      calls += made.length
      const thoughts = turn.thoughts === undefined ? {} : { reasoning_details: details(turn.thoughts) }
      all.push(told({ role: 'assistant', content: turn.text ?? null, tool_calls: made, ...thoughts }))
    } else
      for (const { call, text: content } of turn.results)
        all.push({ role: 'tool', tool_call_id: callId(call), content })
  }
  return all
}
export const choiceOf = (choice: string | undefined): unknown =>
  choice?.startsWith('named:') ? { type: 'function', function: { name: choice.slice(6) } } : choice

const readData = (url: unknown): { readonly mediaType: string; readonly base64: string } => {
  const [, mediaType = '', base64 = ''] = /^data:([^;]+);base64,(.*)$/.exec(text(url)) ?? []
  return { mediaType, base64 }
}
const readMedia = (part: Json): readonly Media[] => {
  if (part['type'] === 'image_url') return [{ kind: 'image', ...readData(record(part['image_url'])['url']) }]
  if (part['type'] !== 'file') return []
  const { filename, file_data: data } = record(part['file'])
  return [told({ kind: 'file' as const, ...readData(data), name: text(filename).replace(/\.pdf$/, '') })]
}
export const wordsOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : records(content)
        .map(part => text(part['text']))
        .join('')
export const readThoughts = (message: Json): readonly Thought[] => {
  const detailed = records(message['reasoning_details']).map(one =>
    told({ text: text(one['text'] ?? one['summary']), signature: text(one['signature'] ?? one['data']) }),
  )
  const google = text(record(record(message['extra_content'])['google'])['thought_signature'])
  const plain = text(message['reasoning_content'] ?? message['reasoning'])
  return detailed.length > 0 || (plain === '' && google === '') ? detailed : [told({ text: plain, signature: google })]
}
export const readCalls = (calls: unknown): NonNullable<Choice['calls']> =>
  records(calls).map(call => {
    const { name, arguments: input } = record(call['function'])
    return { name: text(name), input: inputOf(input) }
  })

export const readTurns = (all: readonly Json[]): readonly Turn[] => {
  const ids: string[] = []
  return joined(
    all.flatMap((message): readonly Turn[] => {
      const { role, content } = message
      if (role === 'user')
        return [told({ by: 'user' as const, text: wordsOf(content), media: records(content).flatMap(readMedia) })]
      if (role === 'tool')
        return [
          { by: 'tools', results: [{ call: ids.indexOf(text(message['tool_call_id'])), text: wordsOf(content) }] },
        ]
      if (role !== 'assistant') return []
      ids.push(...records(message['tool_calls']).map(({ id }) => text(id)))
      return [
        told({
          by: 'model' as const,
          thoughts: readThoughts(message),
          text: wordsOf(content),
          calls: readCalls(message['tool_calls']),
        }),
      ]
    }),
  )
}
