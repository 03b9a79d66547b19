/** Vectors that the world makes of texts: the same each time, of length one, and nearer where texts share words. */
import { chanceOf, hashOf } from '../chance.ts'

/** How many places of a vector a word moves. */
const spread = 24

/** The vector of a text; fewer numbers than the model's own are its first ones, made one long again. */
export const vectorOf = (text: string, full: number, wanted: number = full): readonly number[] => {
  const vector = new Float64Array(wanted)
  // A little of its own, so that no two texts are equal and none is nothing.
  const own = chanceOf(`vector ${text}`)
  for (let place = 0; place < wanted; place++) vector[place] = (own() - 0.5) * 0.02
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const chance = chanceOf(`word ${word}`)
    for (let step = 0; step < spread; step++) {
      const place = Math.floor(chance() * full)
      const move = chance() < 0.5 ? -1 : 1
      if (place < wanted) vector[place] = (vector[place] ?? 0) + move
    }
  }
  const length = Math.hypot(...vector)
  // As many digits as providers give.
  return Array.from(vector, value => Number((value / length).toPrecision(8)))
}

/** The numbers as 32-bit floats, the lowest byte first, in base64. */
export const floatsInBase64 = (vector: readonly number[]): string =>
  Buffer.from(new Float32Array(vector).buffer).toString('base64')

/** The numbers as signed bytes: a unit vector's parts are small, so they are spread first. */
export const signedBytes = (vector: readonly number[]): readonly number[] => {
  const most = Math.max(...vector.map(Math.abs))
  return vector.map(value => Math.round((value / most) * 127))
}

/** Their signs as bits, eight to a byte, the first the highest. */
export const signBits = (vector: readonly number[]): readonly number[] =>
  Array.from({ length: Math.ceil(vector.length / 8) }, (_, byte) =>
    vector.slice(8 * byte, 8 * byte + 8).reduce((bits, value, place) => bits | (value > 0 ? 128 >> place : 0), 0),
  )

/** How near two texts are by the words that they share, in [0, 1]; a little of chance keeps scores apart. */
export const nearness = (query: string, text: string): number => {
  const words = (from: string): ReadonlySet<string> => new Set(from.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
  const asked = words(query)
  const shared = [...words(text)].filter(word => asked.has(word)).length
  const share = asked.size === 0 ? 0 : shared / asked.size
  return Number((0.02 + 0.95 * share + (hashOf(`${query}\u0000${text}`) % 1000) / 50_000).toFixed(8))
}
