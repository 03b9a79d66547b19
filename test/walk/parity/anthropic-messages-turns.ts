/** Turns of Anthropic's messages, written and read by the published reference. */
import { inputOf, joined, record, records, text, told } from './meaning.ts'
import type { Ask, Choice, Json, Media, Turn } from './meaning.ts'

const media = ({ kind, mediaType, base64, name }: Media): Json => ({
  type: kind === 'image' ? 'image' : 'document',
  source: { type: 'base64', media_type: mediaType, data: base64 },
  ...(kind === 'file' && { title: `${name ?? 'file'}.pdf` }),
})
const callId = (place: number): string => `toolu_${place}`
export const blocksOf = ({ thoughts = [], text: words, calls = [] }: Choice, first = 0): readonly Json[] => [
  ...thoughts.map(one => ({ type: 'thinking', thinking: one.text, signature: one.signature ?? '' })),
  ...(words === undefined ? [] : [{ type: 'text', text: words, citations: null }]),
  ...calls.map(({ name, input }, at) => ({ type: 'tool_use', id: callId(first + at), name, input })),
]
export const messages = ({ turns }: Ask): readonly Json[] => {
  let calls = 0
  return turns.map((turn): Json => {
    if (turn.by === 'user')
      return { role: 'user', content: [...(turn.media ?? []).map(media), { type: 'text', text: turn.text ?? '' }] }
    if (turn.by === 'tools')
      return {
        role: 'user',
        content: turn.results.map(({ call, text: content }) => ({
          type: 'tool_result',
          tool_use_id: callId(call),
          content,
        })),
      }
    const content = blocksOf(turn, calls).map(({ citations: _citations, ...block }) => block)
    calls += turn.calls?.length ?? 0
    return { role: 'assistant', content }
  })
}
export const wordsOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : records(content)
        .map(part => text(part['text']))
        .join('')
const readMedia = (block: Json): readonly Media[] => {
  const { media_type: mediaType, data } = record(block['source'])
  const told_ = { mediaType: text(mediaType), base64: text(data) }
  if (block['type'] === 'image') return [{ kind: 'image', ...told_ }]
  return block['type'] === 'document'
    ? [
        {
          kind: 'file',
          ...told_,
          ...(text(block['title']) !== '' && { name: text(block['title']).replace(/\.pdf$/, '') }),
        },
      ]
    : []
}
export const readBlocks = (blocks: readonly Json[]): Choice =>
  told({
    thoughts: blocks
      .filter(({ type }) => type === 'thinking' || type === 'redacted_thinking')
      .map(one => told({ text: text(one['thinking']), signature: text(one['signature'] ?? one['data']) })),
    text: blocks
      .filter(({ type }) => type === 'text')
      .map(one => text(one['text']))
      .join(''),
    calls: blocks
      .filter(({ type }) => type === 'tool_use')
      .map(one => ({ name: text(one['name']), input: inputOf(one['input']) })),
  })
export const readTurns = (all: readonly Json[]): readonly Turn[] => {
  const ids: string[] = []
  return joined(
    all.flatMap(({ role, content }): readonly Turn[] => {
      const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : records(content)
      if (role === 'assistant') {
        ids.push(...blocks.filter(({ type }) => type === 'tool_use').map(({ id }) => text(id)))
        return [{ by: 'model', ...readBlocks(blocks) }]
      }
      const results = blocks
        .filter(({ type }) => type === 'tool_result')
        .map(one => ({ call: ids.indexOf(text(one['tool_use_id'])), text: wordsOf(one['content']) }))
      const user = told({
        text: blocks
          .filter(({ type }) => type === 'text')
          .map(one => text(one['text']))
          .join(''),
        media: blocks.flatMap(readMedia),
      })
      return [
        ...(results.length > 0 ? [{ by: 'tools' as const, results }] : []),
        ...(Object.keys(user).length > 0 ? [{ by: 'user' as const, ...user }] : []),
      ]
    }),
  )
}
