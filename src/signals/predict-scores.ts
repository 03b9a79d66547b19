/** A linear model with weights of one byte each, as it is shipped. */
import type { Signs } from './predict-signs.ts'

/** One weight for each slot and output. */
export interface Weights {
  /** The largest weight of each output. */
  readonly scales: readonly number[]
  /**
   * Bytes from -127 to 127 in base64: slot by slot, of each slot one for each output. They are the square roots of weights,
   * so that small weights keep their steps beside a large one.
   */
  readonly packed: string
}

const full = 127

const unpacked = ({ scales, packed }: Weights): Float32Array => {
  const text = atob(packed)
  const weights = new Float32Array(text.length)
  for (let at = 0; at < text.length; at += 1) {
    const root = ((text.charCodeAt(at) << 24) >> 24) / full
    weights[at] = root * Math.abs(root) * (scales[at % scales.length] ?? 0)
  }
  return weights
}

/** The score of each output for these signs; the weights are unpacked once, when they are first asked for. */
export const scorer = (packed: Weights): ((signs: Signs) => readonly number[]) => {
  let weights: Float32Array | undefined
  const outputs = packed.scales.length
  return ({ slots, values }) => {
    weights ??= unpacked(packed)
    const sums = new Float64Array(outputs)
    for (let at = 0; at < slots.length; at += 1) {
      const from = (slots[at] ?? 0) * outputs
      const value = values[at] ?? 0
      for (let output = 0; output < outputs; output += 1)
        sums[output] = (sums[output] ?? 0) + value * (weights[from + output] ?? 0)
    }
    return [...sums]
  }
}

/** Scores as probabilities that sum to 1; a higher temperature makes them more alike. */
export const probabilities = (scores: readonly number[], temperature: number): readonly number[] => {
  const most = Math.max(...scores)
  const powers = scores.map(score => Math.exp((score - most) / temperature))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map(power => power / sum)
}
