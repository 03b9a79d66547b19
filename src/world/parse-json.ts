/** JSON from bytes. */

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The value in these bytes; undefined if they are no UTF-8 or hold no JSON. */
export const parseJson = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch {
    // Whoever was asked says so in its own words.
    return undefined
  }
}
