/** What Gemini tells beside words, calls and pictures, where Google itself tells it to clients of this dialect. */
import type { Extensions } from '../../domain/message.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord, recordOf } from '../fields.ts'

/** The members of Gemini's that are told as `extra_content`, so that nothing is lost by them. */
export const toldAsExtra: ReadonlySet<string> = new Set(['thoughtSignature'])

/** Gemini's proof of its thoughts, which it wants back with the call or the words; ready to be spread. */
export const extraContent = (extensions: Extensions | undefined): Json => {
  const signature = extensions?.['gemini']?.['thoughtSignature']
  return isWord(signature) ? { extra_content: { google: { thought_signature: signature } } } : {}
}

/** A picture of Gemini's as look-alikes tell one; undefined for any other part. */
export const pictureOf = (part: { readonly dialect: string; readonly value: unknown }): Json | undefined => {
  if (part.dialect !== 'gemini' || !isRecord(part.value) || !isRecord(part.value['inlineData'])) return undefined
  const { mimeType, data } = part.value['inlineData']
  if (!isWord(mimeType) || !isWord(data) || !mimeType.startsWith('image/')) return undefined
  return { type: 'image_url', image_url: { url: `data:${mimeType};base64,${data}` } }
}

const records = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isRecord) : [])
const encoder = new TextEncoder()

const oddsOf = ({ token, logProbability }: Json): Json => ({
  token: isWord(token) ? token : '',
  logprob: typeof logProbability === 'number' ? logProbability : 0,
  bytes: [...encoder.encode(isWord(token) ? token : '')],
})
/** The member of Gemini's that tells log probabilities, which are told at the end of a choice. */
export const toldAtEnd: ReadonlySet<string> = new Set(['logprobsResult'])
/** Gemini's log probabilities as OpenAI tells them; undefined where it told none. */
export const logprobsOf = (extensions: Extensions | undefined): Json | undefined => {
  const result = extensions?.['gemini']?.['logprobsResult']
  if (!isRecord(result)) return undefined
  const others = records(result['topCandidates'])
  const content = records(result['chosenCandidates']).map((chosen, place) => ({
    ...oddsOf(chosen),
    top_logprobs: records(others[place]?.['candidates']).map(oddsOf),
  }))
  return content.length === 0 ? undefined : { content, refusal: null }
}

/** Google counts bytes where OpenAI counts characters. */
const placeOf = (text: Uint8Array, bytes: unknown): number =>
  new TextDecoder().decode(text.subarray(0, typeof bytes === 'number' ? bytes : 0)).length

/** The pages behind what was said, as OpenAI cites them. */
export const citationsOf = (extensions: Extensions | undefined, text: string): readonly Json[] => {
  const grounding = recordOf({ ...extensions?.['gemini'] }, 'groundingMetadata')
  const chunks = records(grounding['groundingChunks'])
  const supports = records(grounding['groundingSupports'])
  if (chunks.length === 0 || supports.length === 0) return []
  const bytes = encoder.encode(text)
  return supports.flatMap(support => {
    const { startIndex, endIndex } = recordOf(support, 'segment')
    const [start, end] = [placeOf(bytes, startIndex), placeOf(bytes, endIndex)]
    const pages = Array.isArray(support['groundingChunkIndices']) ? support['groundingChunkIndices'] : []
    return pages.flatMap((page: unknown) => {
      const { uri, title } = recordOf({ ...chunks[Number(page)] }, 'web')
      if (!isWord(uri)) return []
      const citation = { start_index: start, end_index: end, url: uri, title: isWord(title) ? title : uri }
      return [{ type: 'url_citation', url_citation: citation }]
    })
  })
}
