/** Sound to base64 and back. */

/** Undefined for a text that is no base64. */
export const bytesOf = (base64: string): Uint8Array | undefined => {
  let text: string
  try {
    text = atob(base64)
  } catch {
    // Whoever asks says what makes no sense.
    return undefined
  }
  const bytes = new Uint8Array(text.length)
  for (let place = 0; place < text.length; place++) bytes[place] = text.charCodeAt(place)
  return bytes
}

/** As many as one call takes as its arguments without harm to the stack. */
const run = 8192

/** The bytes as base64. */
export const base64Of = (bytes: Uint8Array): string => {
  let text = ''
  for (let place = 0; place < bytes.length; place += run) {
    text += String.fromCharCode(...bytes.subarray(place, place + run))
  }
  return btoa(text)
}
