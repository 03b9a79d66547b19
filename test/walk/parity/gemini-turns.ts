/** Contents of Google's generateContent, written and read by the published reference. */
import { inputOf, joined, record, records, text, told } from './meaning.ts'
import type { Ask, Choice, Json, Media, Thought, Turn } from './meaning.ts'

const media = ({ mediaType, base64 }: Media): Json => ({ inlineData: { mimeType: mediaType, data: base64 } })
const callId = (place: number): string => `call-${place}`
export const partsOf = ({ thoughts = [], text: words, calls = [] }: Choice, first = 0): readonly Json[] => {
  const parts: Json[] = [
    ...thoughts.map(one => ({ text: one.text, thought: true })),
    ...(words === undefined ? [] : [{ text: words }]),
    ...calls.map(({ name, input }, at) => ({ functionCall: { id: callId(first + at), name, args: input } })),
  ]
  // Google signs what follows the thought: the first call, or the words.
  const signature = thoughts.find(one => one.signature !== undefined)?.signature
  const place = parts.findIndex(part => part['functionCall'] !== undefined)
  const signed = place === -1 ? parts.length - 1 : place
  return signature === undefined
    ? parts
    : parts.map((part, at) => (at === signed ? { ...part, thoughtSignature: signature } : part))
}
export const contents = ({ turns }: Ask): readonly Json[] => {
  let calls = 0
  const names: string[] = []
  return turns.map((turn): Json => {
    if (turn.by === 'user')
      return { role: 'user', parts: [{ text: turn.text ?? '' }, ...(turn.media ?? []).map(media)] }
    if (turn.by === 'tools')
      return {
        role: 'user',
        parts: turn.results.map(({ call, text: output }) => ({
          functionResponse: { id: callId(call), name: names[call], response: { output } },
        })),
      }
    const parts = partsOf(turn, calls)
    names.push(...(turn.calls ?? []).map(({ name }) => name))
    calls += turn.calls?.length ?? 0
    return { role: 'model', parts }
  })
}
export const wordsIn = (parts: readonly Json[]): string =>
  parts
    .filter(part => part['thought'] !== true)
    .map(part => text(part['text']))
    .join('')
/** The signature of what was thought stands at another part. */
const readThoughts = (parts: readonly Json[]): readonly Thought[] => {
  const words = parts
    .filter(part => part['thought'] === true)
    .map(part => text(part['text']))
    .join('')
  const signature = text(parts.find(part => typeof part['thoughtSignature'] === 'string')?.['thoughtSignature'])
  return words === '' && signature === '' ? [] : [told({ text: words, signature })]
}
export const callsIn = (parts: readonly Json[]): readonly Json[] =>
  parts.flatMap(part => (part['functionCall'] === undefined ? [] : [record(part['functionCall'])]))
export const readParts = (parts: readonly Json[]): Choice =>
  told({
    thoughts: readThoughts(parts),
    text: wordsIn(parts),
    calls: callsIn(parts).map(({ name, args }) => ({ name: text(name), input: inputOf(args ?? {}) })),
  })
const readMedia = (part: Json): readonly Media[] => {
  const { mimeType, data } = record(part['inlineData'])
  if (data === undefined) return []
  return [
    { kind: text(mimeType).startsWith('image/') ? 'image' : 'file', mediaType: text(mimeType), base64: text(data) },
  ]
}
/** What a function gave, whatever its one member is called. */
const outputOf = (response: unknown): string => {
  const values = Object.values(record(response))
  return values.length === 1 && typeof values[0] === 'string' ? values[0] : JSON.stringify(response)
}
export const readTurns = (all: readonly Json[]): readonly Turn[] => {
  const calls: { readonly id: string; readonly name: string; isAnswered: boolean }[] = []
  /** By its id where it has one, else by its name in order. */
  const callOf = ({ id, name }: Json): number => {
    const found = calls.findIndex(one => !one.isAnswered && (text(id) === '' ? one.name === name : one.id === id))
    if (calls[found] !== undefined) calls[found].isAnswered = true
    return found
  }
  return joined(
    all.flatMap(({ role, parts: given }): readonly Turn[] => {
      const parts = records(given)
      if (role === 'model') {
        calls.push(...callsIn(parts).map(({ id, name }) => ({ id: text(id), name: text(name), isAnswered: false })))
        return [{ by: 'model', ...readParts(parts) }]
      }
      const results = parts.flatMap(part => {
        const result = record(part['functionResponse'])
        return part['functionResponse'] === undefined
          ? []
          : [{ call: callOf(result), text: outputOf(result['response']) }]
      })
      const user = told({ text: wordsIn(parts), media: parts.flatMap(readMedia) })
      return [
        ...(results.length > 0 ? [{ by: 'tools' as const, results }] : []),
        ...(Object.keys(user).length > 0 ? [{ by: 'user' as const, ...user }] : []),
      ]
    }),
  )
}
