/** Fits linear models to signs, the same on every machine for the same rows. */

/** A fixed order that is not the order of the files. */
const shuffled = (count, round) => {
  const order = Uint32Array.from({ length: count }, (_, at) => at)
  let state = 12_345 + round
  for (let at = count - 1; at > 0; at -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const other = Math.floor((state / 2 ** 32) * (at + 1))
    const kept = order[at]
    order[at] = order[other]
    order[other] = kept
  }
  return order
}

const softmax = sums => {
  const most = Math.max(...sums)
  let total = 0
  for (let at = 0; at < sums.length; at += 1) total += sums[at] = Math.exp(sums[at] - most)
  for (let at = 0; at < sums.length; at += 1) sums[at] /= total
}
const logistic = sums => {
  for (let at = 0; at < sums.length; at += 1) sums[at] = 1 / (1 + Math.exp(-sums[at]))
}

const addScores = ({ slots, values }, weights, sums) => {
  const outputs = sums.length
  for (let at = 0; at < slots.length; at += 1)
    for (let output = 0, from = slots[at] * outputs; output < outputs; output += 1)
      sums[output] += values[at] * weights[from + output]
}

/** The scores of a row under weights that are not packed yet. */
export const scoresOf = (signs, weights, outputs) => {
  const sums = new Float64Array(outputs)
  addScores(signs, weights, sums)
  return sums
}

/** One pass down the slope for one row, with a step of its own for each weight. */
const descend = ({ slots, values }, errors, { weights, squares, rate, decay }) => {
  const outputs = errors.length
  for (let at = 0; at < slots.length; at += 1)
    for (let output = 0, from = slots[at] * outputs; output < outputs; output += 1) {
      const place = from + output
      const slope = errors[output] * values[at] + decay * weights[place]
      squares[place] += slope * slope
      weights[place] -= (rate * slope) / (Math.sqrt(squares[place]) + 1e-6)
    }
}

/**
 * Weights for rows of `{ signs, wanted, weight }`, where `wanted` has one number for each output: a kind of many
 * (`exclusive`), or a probability each.
 */
export const fit = (rows, { slots, outputs, exclusive, rounds = 8, rate = 0.08, decay = 1e-6 }) => {
  const weights = new Float32Array(slots * outputs)
  const squares = new Float32Array(slots * outputs)
  for (let round = 0; round < rounds; round += 1)
    for (const at of shuffled(rows.length, round)) {
      const { signs, wanted, weight } = rows[at]
      const sums = scoresOf(signs, weights, outputs)
      if (exclusive) softmax(sums)
      else logistic(sums)
      const errors = sums.map((sum, output) => (sum - wanted[output]) * weight)
      descend(signs, errors, { weights, squares, rate, decay })
    }
  return weights
}

/** The roots of weights as bytes in base64, and the largest weight of each output. */
export const pack = (weights, outputs) => {
  const scales = Array.from({ length: outputs }, (_, output) => {
    const most = weights.reduce(
      (all, weight, at) => (at % outputs === output ? Math.max(all, Math.abs(weight)) : all),
      0,
    )
    return Number((most || 1).toPrecision(6))
  })
  const bytes = Int8Array.from(weights, (weight, at) => {
    const root = Math.sqrt(Math.min(1, Math.abs(weight) / scales[at % outputs]))
    return Math.round(Math.sign(weight) * root * 127)
  })
  return { scales, packed: Buffer.from(bytes.buffer).toString('base64') }
}

/** The temperature with the least surprise over rows of `{ scores, wanted, weight }`. */
export const temperatureFor = rows => {
  const surprise = temperature =>
    rows.reduce((sum, { scores, wanted, weight }) => {
      const powers = scores.map(score => score / temperature)
      const most = Math.max(...powers)
      const total = powers.reduce((all, power) => all + Math.exp(power - most), 0)
      return sum + weight * (Math.log(total) + most - powers[wanted.indexOf(1)])
    }, 0)
  const tried = Array.from({ length: 60 }, (_, at) => Number((0.3 * 1.05 ** at).toFixed(3)))
  return tried.reduce((best, one) => (surprise(one) < surprise(best) ? one : best))
}

/** The slope and shift that turn a score into a probability with the least surprise, over rows of `{ score, wanted, weight }`. */
export const curveFor = rows => {
  let [slope, shift] = [1, 0]
  const total = rows.reduce((sum, { weight }) => sum + weight, 0)
  for (let round = 0; round < 4_000; round += 1) {
    let [bySlope, byShift] = [0, 0]
    for (const { score, wanted, weight } of rows) {
      const error = (1 / (1 + Math.exp(-(slope * score + shift))) - wanted) * weight
      bySlope += error * score
      byShift += error
    }
    slope -= (0.5 * bySlope) / total
    shift -= (0.5 * byShift) / total
  }
  return { slope: Number(slope.toFixed(4)), shift: Number(shift.toFixed(4)) }
}
