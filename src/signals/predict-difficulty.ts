/** Predicts how hard a request is: the probability that a weak model fails at it. */
import { unit } from '../domain/units.ts'
import type { Unit } from '../domain/units.ts'
import { scorer } from './predict-scores.ts'
import type { Signs } from './predict-signs.ts'
import { difficultyCurve, difficultyWeights } from './weights/difficulty.ts'

const scoresOf = scorer(difficultyWeights)

/** From 0 to 1, in steps of a thousandth. */
export const predictDifficulty = (signs: Signs): Unit => {
  const { slope, shift } = difficultyCurve
  const chance = 1 / (1 + Math.exp(-(slope * (scoresOf(signs)[0] ?? 0) + shift)))
  return unit(Math.round(chance * 1_000) / 1_000)
}
