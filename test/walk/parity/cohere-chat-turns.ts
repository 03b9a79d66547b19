/** Messages of Cohere's chat, written and read by the published reference. */
import { inputOf, joined, record, records, text, told } from './meaning.ts'
import type { Ask, Choice, Json, Turn } from './meaning.ts'

const callId = (place: number): string => `call_${place}`
export const messageOf = ({ thoughts = [], text: words, calls = [] }: Choice, first = 0): Json => ({
  role: 'assistant',
  ...((thoughts.length > 0 || words !== undefined) && {
    content: [
      ...thoughts.map(one => ({ type: 'thinking', thinking: one.text })),
      ...(words === undefined ? [] : [{ type: 'text', text: words }]),
    ],
  }),
  ...(calls.length > 0 && {
    tool_calls: calls.map(({ name, input }, at) => ({
      id: callId(first + at),
      type: 'function',
      function: { name, arguments: JSON.stringify(input) },
    })),
  }),
})
export const messages = ({ system, turns }: Ask): readonly Json[] => {
  let calls = 0
  const all: Json[] = system === undefined ? [] : [{ role: 'system', content: system }]
  for (const turn of turns) {
    if (turn.by === 'user') {
      // A file has no place in a message of Cohere's.
      const images = (turn.media ?? []).filter(({ kind }) => kind === 'image')
      const parts = images.map(({ mediaType, base64 }) => ({
        type: 'image_url',
        image_url: { url: `data:${mediaType};base64,${base64}` },
      }))
      all.push({ role: 'user', content: [{ type: 'text', text: turn.text ?? '' }, ...parts] })
    } else if (turn.by === 'model') {
      all.push(messageOf(turn, calls))
      calls += turn.calls?.length ?? 0
    } else
      for (const { call, text: content } of turn.results)
        all.push({ role: 'tool', tool_call_id: callId(call), content })
  }
  return all
}
export const wordsOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : records(content)
        .map(
          part =>
            text(part['text']) ||
            text(record(record(part['document'])['data'])['content'] ?? record(part['document'])['data']),
        )
        .join('')
export const readMessage = (message: Json): Choice =>
  told({
    thoughts: records(message['content'])
      .filter(({ type }) => type === 'thinking')
      .map(one => ({ text: text(one['thinking']) })),
    text: wordsOf(message['content']),
    calls: records(message['tool_calls']).map(call => {
      const { name, arguments: input } = record(call['function'])
      return { name: text(name), input: inputOf(input) }
    }),
  })
export const readTurns = (all: readonly Json[]): readonly Turn[] => {
  const ids: string[] = []
  return joined(
    all.flatMap((message): readonly Turn[] => {
      const { role, content } = message
      if (role === 'tool')
        return [
          { by: 'tools', results: [{ call: ids.indexOf(text(message['tool_call_id'])), text: wordsOf(content) }] },
        ]
      if (role === 'assistant') {
        ids.push(...records(message['tool_calls']).map(({ id }) => text(id)))
        return [{ by: 'model', ...readMessage(message) }]
      }
      if (role !== 'user') return []
      const media = records(content).flatMap(part => {
        const [, mediaType = '', base64 = ''] =
          /^data:([^;]+);base64,(.*)$/.exec(text(record(part['image_url'])['url'])) ?? []
        return base64 === '' ? [] : [{ kind: 'image' as const, mediaType, base64 }]
      })
      return [told({ by: 'user' as const, text: wordsOf(content), media })]
    }),
  )
}
