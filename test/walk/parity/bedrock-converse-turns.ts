/** Messages of Bedrock's Converse, written and read by the published reference. */
import { inputOf, joined, record, records, text, told } from './meaning.ts'
import type { Ask, Choice, Json, Media, Turn } from './meaning.ts'

const media = ({ kind, mediaType, base64, name }: Media): Json => {
  const source = { bytes: base64 }
  const format = mediaType.slice(mediaType.indexOf('/') + 1)
  return kind === 'image' ? { image: { format, source } } : { document: { format, name: name ?? 'file', source } }
}
const readMedia = (block: Json): readonly Media[] => {
  const [image, document] = [record(block['image']), record(block['document'])]
  const bytes = (one: Json): string => text(record(one['source'])['bytes'])
  if (block['image'] !== undefined)
    return [{ kind: 'image', mediaType: `image/${text(image['format'])}`, base64: bytes(image) }]
  if (block['document'] === undefined) return []
  return [
    {
      kind: 'file',
      mediaType: `application/${text(document['format'])}`,
      base64: bytes(document),
      name: text(document['name']),
    },
  ]
}
const callId = (place: number): string => `tooluse_${place}`
export const blocksOf = ({ thoughts = [], text: words, calls = [] }: Choice, first = 0): readonly Json[] => [
  ...thoughts.map(({ text: thought, signature }) => ({
    reasoningContent: { reasoningText: told({ text: thought, signature }) },
  })),
  ...(words === undefined ? [] : [{ text: words }]),
  ...calls.map(({ name, input }, at) => ({ toolUse: { toolUseId: callId(first + at), name, input } })),
]
export const messages = ({ turns }: Ask): readonly Json[] => {
  let calls = 0
  return turns.map((turn): Json => {
    if (turn.by === 'user')
      return { role: 'user', content: [{ text: turn.text ?? '' }, ...(turn.media ?? []).map(media)] }
    if (turn.by === 'tools')
      return {
        role: 'user',
        content: turn.results.map(({ call, text: words }) => ({
          toolResult: { toolUseId: callId(call), content: [{ text: words }] },
        })),
      }
    const content = blocksOf(turn, calls)
    calls += turn.calls?.length ?? 0
    return { role: 'assistant', content }
  })
}
export const wordsIn = (blocks: readonly Json[]): string => blocks.map(block => text(block['text'])).join('')
export const usesIn = (blocks: readonly Json[]): readonly Json[] =>
  blocks.flatMap(block => (block['toolUse'] === undefined ? [] : [record(block['toolUse'])]))
export const readBlocks = (blocks: readonly Json[]): Choice =>
  told({
    thoughts: blocks.flatMap(block => {
      if (block['reasoningContent'] === undefined) return []
      const { reasoningText, redactedContent } = record(block['reasoningContent'])
      const { text: words, signature } = record(reasoningText)
      return [told({ text: text(words), signature: text(signature ?? redactedContent) })]
    }),
    text: wordsIn(blocks),
    calls: usesIn(blocks).map(({ name, input }) => ({ name: text(name), input: inputOf(input) })),
  })
export const readTurns = (all: readonly Json[]): readonly Turn[] => {
  const ids: string[] = []
  return joined(
    all.flatMap(({ role, content }): readonly Turn[] => {
      const blocks = records(content)
      if (role === 'assistant') {
        ids.push(...usesIn(blocks).map(({ toolUseId }) => text(toolUseId)))
        return [{ by: 'model', ...readBlocks(blocks) }]
      }
      const results = blocks.flatMap(block => {
        const { toolUseId, content: inner } = record(block['toolResult'])
        const words = records(inner)
          .map(one => text(one['text']) || JSON.stringify(one['json']))
          .join('')
        return block['toolResult'] === undefined ? [] : [{ call: ids.indexOf(text(toolUseId)), text: words }]
      })
      const user = told({ text: wordsIn(blocks), media: blocks.flatMap(readMedia) })
      return [
        ...(results.length > 0 ? [{ by: 'tools' as const, results }] : []),
        ...(Object.keys(user).length > 0 ? [{ by: 'user' as const, ...user }] : []),
      ]
    }),
  )
}
