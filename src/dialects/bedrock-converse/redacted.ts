/** Encrypted reasoning: Bedrock tells it as bytes, in base64; what Claude itself writes is text, which Anthropic's own door takes as such. */

/** Stands before bytes that are no text, so that they can go back as they came. */
const mark = 'aws_blob:'
const plain = /^[\w+/=.:~-]+$/

const bytesIn = (base64: string): string | undefined => {
  try {
    return atob(base64)
  } catch {
    // No base64: whoever sent it means the text itself.
    return undefined
  }
}

/** The text that the model wrote, or the bytes with a mark. */
export const readRedacted = (blob: string): string => {
  const text = bytesIn(blob)
  const isText = text !== undefined && plain.test(text) && !text.startsWith(mark) && btoa(text) === blob
  return isText ? text : `${mark}${blob}`
}

const encoded = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), byte => String.fromCharCode(byte)).join(''))

/** The way back. */
export const writeRedacted = (redacted: string): string => {
  const blob = redacted.startsWith(mark) ? redacted.slice(mark.length) : undefined
  return blob !== undefined && bytesIn(blob) !== undefined ? blob : encoded(redacted)
}

/** Pieces of bytes as one. */
export const joinedBlobs = (pieces: readonly string[]): string => {
  const [only] = pieces
  if (pieces.length === 1 && only !== undefined) return only
  const all = pieces.map(bytesIn)
  return all.some(one => one === undefined) ? pieces.join('') : btoa(all.join(''))
}
