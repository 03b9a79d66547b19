/** Chance from a seed, so that the same requests in the same order meet the same luck. */

/** A source of numbers in [0, 1). */
export type Chance = () => number

/** 32 bits that name the text. */
export const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let place = 0; place < text.length; place++) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** The same numbers for the same seed. */
export const chanceOf = (seed: string): Chance => {
  let state = hashOf(seed)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** A factor around 1, log-normal: e to the power of a normal number with this deviation. */
export const lognormal = (chance: Chance, deviation: number): number => {
  const radius = Math.sqrt(-2 * Math.log(1 - chance()))
  return Math.exp(deviation * radius * Math.cos(2 * Math.PI * chance()))
}

/** So many letters of the alphabet. */
export const letters = (chance: Chance, count: number, alphabet: string): string => {
  let text = ''
  while (text.length < count) text += alphabet.charAt(Math.floor(chance() * alphabet.length))
  return text
}

/** What ids are written in. */
export const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** What hexadecimal ids are written in. */
export const hex = '0123456789abcdef'
