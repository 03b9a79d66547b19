/** Figures of how good predictions are. */

/** Rows of `{ truth, said, confidence }`. */
export const accuracyOf = rows => rows.filter(({ truth, said }) => truth === said).length / Math.max(1, rows.length)

/** Precision, recall and F1 of each name. */
export const byName = (rows, names) =>
  names.map(name => {
    const right = rows.filter(({ truth, said }) => truth === name && said === name).length
    const told = rows.filter(({ said }) => said === name).length
    const there = rows.filter(({ truth }) => truth === name).length
    const precision = told === 0 ? 0 : right / told
    const recall = there === 0 ? 0 : right / there
    return {
      name,
      rows: there,
      precision,
      recall,
      f1: right === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    }
  })

export const macroF1 = (rows, names) => {
  const there = byName(rows, names).filter(one => one.rows > 0)
  return there.reduce((sum, { f1 }) => sum + f1, 0) / Math.max(1, there.length)
}

/** How many of each truth were said to be what. */
export const confusion = (rows, names) =>
  names.map(truth => names.map(said => rows.filter(row => row.truth === truth && row.said === said).length))

/** Means of what was said and what was so, in tenths of what was said; rows of `{ chance, so }`. */
export const reliability = rows =>
  Array.from({ length: 10 }, (_, at) => {
    const mine = rows.filter(({ chance }) => Math.min(9, Math.floor(chance * 10)) === at)
    const mean = pick => mine.reduce((sum, row) => sum + pick(row), 0) / mine.length
    return { from: at / 10, rows: mine.length, said: mean(row => row.chance), so: mean(row => row.so) }
  }).filter(tenth => tenth.rows > 0)

/** Expected calibration error over tenths. */
export const calibrationError = rows =>
  reliability(rows).reduce((sum, tenth) => sum + (tenth.rows / rows.length) * Math.abs(tenth.said - tenth.so), 0)

const ranksOf = numbers => {
  const order = numbers.map((value, at) => [value, at]).toSorted(([a], [b]) => a - b)
  const ranks = Array.from({ length: numbers.length }, () => 0)
  for (let from = 0; from < order.length;) {
    let to = from
    while (to < order.length && order[to][0] === order[from][0]) to += 1
    for (let at = from; at < to; at += 1) ranks[order[at][1]] = (from + to - 1) / 2
    from = to
  }
  return ranks
}

/** Spearman's rank correlation of rows of `{ chance, so }`. */
export const rankCorrelation = rows => {
  const [a, b] = [ranksOf(rows.map(({ chance }) => chance)), ranksOf(rows.map(({ so }) => so))]
  const mean = (rows.length - 1) / 2
  const product = (x, y) => x.reduce((sum, value, at) => sum + (value - mean) * (y[at] - mean), 0)
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b))
}

/** Probability that of two rows, one failed by most and one not, the failed one was said to be harder. */
export const areaUnder = rows => {
  const ranks = ranksOf(rows.map(({ chance }) => chance))
  const failed = rows.map(({ so }) => so > 0.5)
  const hard = failed.filter(Boolean).length
  if (hard === 0 || hard === rows.length) return undefined
  const sum = ranks.reduce((all, rank, at) => all + (failed[at] ? rank + 1 : 0), 0)
  return (sum - (hard * (hard + 1)) / 2) / (hard * (rows.length - hard))
}
