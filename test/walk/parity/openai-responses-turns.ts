/** Items of OpenAI's responses, written and read by the published reference. */
import { inputOf, joined, records, text, told } from './meaning.ts'
import type { Ask, Json, Media, Thought, Turn } from './meaning.ts'

const media = ({ kind, mediaType, base64, name }: Media): Json =>
  kind === 'image'
    ? { type: 'input_image', detail: 'auto', image_url: `data:${mediaType};base64,${base64}` }
    : { type: 'input_file', filename: `${name ?? 'file'}.pdf`, file_data: `data:${mediaType};base64,${base64}` }
const readData = (url: unknown): { readonly mediaType: string; readonly base64: string } => {
  const [, mediaType = '', base64 = ''] = /^data:([^;]+);base64,(.*)$/.exec(text(url)) ?? []
  return { mediaType, base64 }
}
const readMedia = (part: Json): readonly Media[] => {
  if (part['type'] === 'input_image') return [{ kind: 'image', ...readData(part['image_url']) }]
  if (part['type'] !== 'input_file') return []
  return [
    told({ kind: 'file' as const, ...readData(part['file_data']), name: text(part['filename']).replace(/\.pdf$/, '') }),
  ]
}

const callId = (place: number): string => `call_${place}`
export const thoughtItem = ({ text: words, signature }: Thought, at: number): Json => ({
  id: `rs_${at}`,
  type: 'reasoning',
  summary: words === '' ? [] : [{ type: 'summary_text', text: words }],
  ...(signature !== undefined && { encrypted_content: signature }),
})
export const callItem = (name: string, input: unknown, place: number): Json => ({
  id: `fc_${place}`,
  type: 'function_call',
  status: 'completed',
  call_id: callId(place),
  name,
  arguments: JSON.stringify(input),
})

export const items = ({ turns }: Ask): readonly Json[] => {
  let calls = 0
  return turns.flatMap((turn): readonly Json[] => {
    if (turn.by === 'user')
      return [
        {
          type: 'message',
          role: 'user',
          content: [{ type: 'input_text', text: turn.text ?? '' }, ...(turn.media ?? []).map(media)],
        },
      ]
    if (turn.by === 'tools')
      return turn.results.map(({ call, text: output }) => ({
        type: 'function_call_output',
        call_id: callId(call),
        output,
      }))
    const words =
      turn.text === undefined
        ? []
        : [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: turn.text, annotations: [] }] }]
    return [
      ...(turn.thoughts ?? []).map(thoughtItem),
      ...words,
      ...(turn.calls ?? []).map(({ name, input }) => callItem(name, input, calls++)),
    ]
  })
}
export const wordsOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : records(content)
        .map(part => text(part['text']))
        .join('')
export const readThought = (item: Json): Thought =>
  told({
    text: [...records(item['summary']), ...records(item['content'])].map(part => text(part['text'])).join(''),
    signature: text(item['encrypted_content']),
  })
export const readItems = (input: unknown): readonly Turn[] => {
  if (typeof input === 'string') return [{ by: 'user', text: input }]
  const ids: string[] = []
  return joined(
    records(input).flatMap((item): readonly Turn[] => {
      const { type = 'message', role, content } = item
      if (type === 'reasoning') return [{ by: 'model', thoughts: [readThought(item)] }]
      if (type === 'function_call') {
        ids.push(text(item['call_id']))
        return [{ by: 'model', calls: [{ name: text(item['name']), input: inputOf(item['arguments']) }] }]
      }
      if (type === 'function_call_output')
        return [{ by: 'tools', results: [{ call: ids.indexOf(text(item['call_id'])), text: wordsOf(item['output']) }] }]
      if (role === 'assistant') return [told({ by: 'model' as const, text: wordsOf(content) })]
      if (role !== 'user') return []
      return [told({ by: 'user' as const, text: wordsOf(content), media: records(content).flatMap(readMedia) })]
    }),
  )
}
