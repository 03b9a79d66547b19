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

/** How many numbers are packed in it; 0 where it is no base64, or where bytes are left over. */
export const packedLength = (base64: string): number => {
  if (!/^[A-Za-z\d+/]*={0,2}$/.test(base64)) return 0
  const letters = base64.indexOf('=') < 0 ? base64.length : base64.indexOf('=')
  const bytes = Math.floor((letters * 3) / 4)
  return bytes % 4 === 0 ? bytes / 4 : 0
}

/** The numbers as base64, rounded to 32 bits. */
export const packed = (vector: readonly number[]): string => {
  const view = new DataView(new ArrayBuffer(vector.length * 4))
  for (const [place, number] of vector.entries()) view.setFloat32(place * 4, number, true)
  let text = ''
  for (const byte of new Uint8Array(view.buffer)) text += String.fromCharCode(byte)
  return btoa(text)
}
