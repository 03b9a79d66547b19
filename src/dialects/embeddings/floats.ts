/** Vectors as OpenAI packs them: base64 of little-endian 32-bit floats. */

/** The numbers; what is no base64 gives none. */
export const floatsOf = (base64: string): readonly number[] => {
  let text: string
  try {
    text = atob(base64)
  } catch {
    // Nothing can be read of it; whoever asked for numbers gets none of this vector.
    return []
  }
  const bytes = Uint8Array.from(text, letter => letter.charCodeAt(0))
  const view = new DataView(bytes.buffer)
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, place) => view.getFloat32(place * 4, true))
}

/** The numbers as base64, rounded to 32 bits. */
export const packed = (vector: readonly number[]): string => {
  const view = new DataView(new ArrayBuffer(vector.length * 4))
  for (const [place, number] of vector.entries()) view.setFloat32(place * 4, number, true)
  let text = ''
  for (const byte of new Uint8Array(view.buffer)) text += String.fromCharCode(byte)
  return btoa(text)
}
