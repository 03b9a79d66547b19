/** Draws that leave one on top: by weight and seed, with the exact chance of each. */
import type { Way } from '../ports/strategy.ts'
import { sharesOf } from './draw.ts'

const noKeys = (count: number): readonly undefined[] => Array.from({ length: count }, () => undefined)

/** No opinion: whatever comes next decides. */
export const noOpinion = (count: number): readonly Way[] => [{ chance: 1, keys: noKeys(count) }]

/** One way for each that may come out on top, by weight; none for those without. */
export const waysByWeight = (weights: readonly number[]): readonly Way[] =>
  sharesOf(weights).flatMap((chance, place) => {
    const keys: (number | undefined)[] = [...noKeys(weights.length)]
    keys[place] = 0
    return chance > 0 ? [{ chance, keys }] : []
  })
