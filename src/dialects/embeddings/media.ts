/** Pictures among what is embedded, as addresses with or without their bytes. */
import type { MediaPart, Part } from '../../domain/message.ts'

/** The picture at this address, which may hold its bytes. */
export const imageAt = (url: string): MediaPart => {
  const [whole, mediaType = '', base64 = ''] = /^data:([^;,]*)(?:;[^,]*)?;base64,(.*)$/s.exec(url) ?? []
  return whole === undefined
    ? { type: 'image', mediaType: '', source: { url } }
    : { type: 'image', mediaType, source: { base64 } }
}

/** The address of a picture; undefined of what is none, or lies with one provider. */
export const addressOf = (part: Part): string | undefined => {
  if (part.type !== 'image') return undefined
  const { source, mediaType } = part
  if ('url' in source) return source.url
  return 'base64' in source ? `data:${mediaType === '' ? 'image/png' : mediaType};base64,${source.base64}` : undefined
}
