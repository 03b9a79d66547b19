/** What Gemini tells beside words, calls and pictures, where Google itself tells it to clients of this dialect. */
import type { Extensions } from '../../domain/message.ts'
import { isRecord, isWord } from './wire.ts'
import type { Json } from './wire.ts'

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
