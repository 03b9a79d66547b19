/** Strikes a credential out of what a server says, byte for byte, so that lengths stay as they were told. */

/** Shorter ones are words that servers without keys are given, such as `none`: an answer may well hold them. */
const shortest = 16
const star = 42

/** Takes an answer apart as it comes; what may be the beginning of the secret waits for what follows. */
export interface Mask {
  /** A header's value without the secret. */
  text(value: string): string
  push(chunk: Uint8Array): Uint8Array
  /** What still waited. */
  rest(): Uint8Array
}

const nothing = new Uint8Array(0)

const open: Mask = { text: value => value, push: chunk => chunk, rest: () => nothing }

/** So many bytes of the secret stand at this place, up to the end of either. */
const sameAt = (bytes: Uint8Array, place: number, secret: Uint8Array): number => {
  let count = 0
  while (count < secret.length && place + count < bytes.length && bytes[place + count] === secret[count]) count += 1
  return count
}

const joined = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  if (left.length === 0) return right
  const all = new Uint8Array(left.length + right.length)
  all.set(left)
  all.set(right, left.length)
  return all
}

/** Stars in the places of the secret, and where its beginning stands at the very end; the bytes that came stay as they are. */
const struck = (bytes: Uint8Array, secret: Uint8Array): { readonly bytes: Uint8Array; readonly waitsAt: number } => {
  const [first = 0] = secret
  let clean = bytes
  for (let place = bytes.indexOf(first); place >= 0; place = bytes.indexOf(first, place + 1)) {
    const count = sameAt(bytes, place, secret)
    if (count < secret.length) {
      if (place + count === bytes.length) return { bytes: clean, waitsAt: place }
      continue
    }
    if (clean === bytes) clean = bytes.slice()
    clean.fill(star, place, place + count)
    place += count - 1
  }
  return { bytes: clean, waitsAt: bytes.length }
}

/** A mask for this secret; one that hides nothing where there is none worth the name. */
export const maskFor = (given: string | undefined): Mask => {
  const word = given?.trim() ?? ''
  if (word.length < shortest) return open
  const secret = new TextEncoder().encode(word)
  let waiting = nothing
  return {
    text: value => value.replaceAll(word, '*'.repeat(word.length)),
    push: chunk => {
      const { bytes, waitsAt } = struck(joined(waiting, chunk), secret)
      waiting = bytes.slice(waitsAt)
      return bytes.subarray(0, waitsAt)
    },
    rest: () => waiting,
  }
}
