/** Chance without luck: numbers that depend only on a seed and a label. */

const start = 0x811c9dc5

/** FNV-1a over code points, continued from `hash`. */
const absorb = (hash: number, text: string): number => {
  let mixed = hash
  for (let place = 0; place < text.length; place++) {
    const point = text.codePointAt(place) ?? 0
    if (point > 0xffff) place++
    mixed = Math.imul(mixed ^ point, 0x01000193)
  }
  return mixed
}

/** Every bit of the hash moves every bit of the result, which lies in (0, 1), both ends out of reach. */
const settle = (hash: number): number => {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (((mixed ^ (mixed >>> 16)) >>> 0) + 0.5) / 2 ** 32
}

/** Many labels under one seed, which is then read only once. */
export const drawer = (seed: string): ((label: string) => number) => {
  const seeded = absorb(absorb(start, seed), '\u0000')
  return label => settle(absorb(seeded, label))
}

/** A number in (0, 1) that depends only on its two words. By request it spreads, by session it stays put. */
export const uniform = (seed: string, label: string): number => drawer(seed)(label)

/**
 * The key by which sorting is a weighted random permutation (A-Res); smaller comes first.
 * When a candidate goes away nobody else's key changes, so only those who had it first move. Undefined without weight.
 */
export const weightedKey = (draw: number, weight: number): number | undefined =>
  weight > 0 ? -Math.log(draw) / weight : undefined

/** Weights by the largest, so that neither sums nor keys leave what numbers can hold; where nobody has any, all have the same. */
export const relativeWeights = (given: readonly (number | undefined)[]): readonly number[] => {
  const found = given.map(weight => (weight !== undefined && Number.isFinite(weight) && weight > 0 ? weight : 0))
  const largest = Math.max(0, ...found)
  return largest > 0 ? found.map(weight => weight / largest) : found.map(() => 1)
}

/** The weights as shares of 1. */
export const sharesOf = (weights: readonly number[]): readonly number[] => {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map(weight => weight / sum)
}
