/** What the parts of a message say in words, for a model that takes nothing else. */
import type { MediaPart, Part, ToolResultPart } from '../../domain/message.ts'
import type { Losses } from '../own-members.ts'

const decodeText = (base64: string): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(atob(base64), one => one.charCodeAt(0)))
  } catch {
    // No base64, or no text behind it: nothing that can be told.
    return undefined
  }
}

const nothing = (losses: Losses, field: string, why: string): undefined => {
  losses.add(`messages.${field}`, why)
  return undefined
}

const ofMedia = ({ type, source, mediaType }: MediaPart, losses: Losses): string | undefined => {
  if ('text' in source) return source.text
  const isText = 'base64' in source && mediaType.startsWith('text/')
  const text = isText ? decodeText(source.base64) : undefined
  return text ?? nothing(losses, type, 'completions take nothing but text')
}

const ofResult = ({ output, isError }: ToolResultPart, losses: Losses): string => {
  losses.add('messages.tool-result', 'completions know no tools; the result was told in words')
  return `${isError ? 'Error' : 'Result'} of the call: ${output.flatMap(part => wordsOf(part, losses) ?? []).join('\n')}`
}

/** The words of a part; none, with a loss, where it has no words. */
export const wordsOf = (part: Part, losses: Losses): string | undefined => {
  losses.addForeign(part.extensions, 'messages.')
  if (part.cache !== undefined) losses.add('messages.cache', 'completions take no cache marks')
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text
    case 'reasoning':
      return nothing(losses, 'reasoning', 'completions take no reasoning back')
    case 'tool-call':
      losses.add('messages.tool-call', 'completions know no tools; the call was told in words')
      return `Called ${part.name} with ${part.input === '' ? '{}' : part.input}`
    case 'tool-result':
      return ofResult(part, losses)
    case 'opaque':
      losses.add(
        `messages.${part.kind}`,
        `only ${part.dialect} knows this part${part.words === undefined ? '' : '; it was told in words'}`,
      )
      return part.words
    default:
      return ofMedia(part, losses)
  }
}
