/** How OpenAI and its look-alikes tell of thoughts: in the count alone, in a member of its own, or in parts of the content. */
import { estimateTokens } from './estimate-tokens.ts'
import type { Json, Reply } from './speech.ts'

/** Where a provider puts them. */
export type ThoughtManner = 'hidden' | 'member' | 'parts'

const thinkingPart = (text: string): Json => ({ type: 'thinking', thinking: [{ type: 'text', text }] })

/** The members of a whole message that tell of the thought; its content as well, where the thought is a part of it. */
export const thoughtMembers = ({ thought, text }: Reply, manner: ThoughtManner): Json => {
  if (thought === undefined || manner === 'hidden') return {}
  if (manner === 'member') return { reasoning_content: thought }
  return { content: [thinkingPart(thought), ...(text === '' ? [] : [{ type: 'text', text }])] }
}

/** What a stream says of the thought before the words, each with the tokens that it took. */
export const thoughtDeltas = (
  { thought, cut }: Reply,
  manner: ThoughtManner,
): readonly (readonly [delta: Json, tokens: number])[] => {
  if (thought === undefined || manner === 'hidden') return []
  return cut(thought).map(piece => [
    manner === 'member' ? { reasoning_content: piece } : { content: [thinkingPart(piece)] },
    estimateTokens(piece),
  ])
}
