/** Seeded numbers for tests that try very many cases: quick, and the same again for the same seed. */

/** Draws that follow from one seed. */
export interface Chance {
  /** From 0 up to 1, which is never drawn. */
  next(): number
  /** A whole number from 0 up to `below`, which is never drawn. */
  whole(below: number): number
  /** A whole number from the least to the most. */
  between(least: number, most: number): number
  /** True with this probability. */
  is(probability: number): boolean
  pick<T>(from: readonly T[]): T
  /** Each with this probability, in the sequence in which they stand. */
  some<T>(from: readonly T[], probability?: number): readonly T[]
  shuffled<T>(from: readonly T[]): readonly T[]
  /** A list of so many. */
  many<T>(count: number, make: (at: number) => T): readonly T[]
  /** What is made with this probability, else nothing. */
  maybe<T>(probability: number, make: () => T): T | undefined
}

const shuffle = <T>(from: readonly T[], whole: Chance['whole']): readonly T[] => {
  const list = [...from]
  for (let end = list.length - 1; end > 0; end--) {
    const at = whole(end + 1)
    const held = list[end]
    const other = list[at]
    if (held === undefined || other === undefined) continue
    list[end] = other
    list[at] = held
  }
  return list
}

/** Mulberry32: 32 bits of state, of which every seed gives another sequence. */
export const chanceOf = (seed: number): Chance => {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (below: number): number => Math.floor(next() * below)
  const is = (probability: number): boolean => next() < probability
  return {
    next,
    whole,
    is,
    between: (least, most) => least + whole(most - least + 1),
    pick: from => {
      const found = from[whole(from.length)]
      if (found === undefined) throw new Error('nothing to pick from')
      return found
    },
    some: (from, probability = 0.5) => from.filter(() => is(probability)),
    shuffled: from => shuffle(from, whole),
    many: (count, make) => Array.from({ length: count }, (_, at) => make(at)),
    maybe: (probability, make) => (is(probability) ? make() : undefined),
  }
}

/** What sensors, clocks and providers have been seen to tell. */
const senseless = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, -0, 0, 1e308, 5e-324] as const

/** The usual number, and once in twelve one that makes no sense. */
export const weird = (chance: Chance, usual: number): number => (chance.is(1 / 12) ? chance.pick(senseless) : usual)
