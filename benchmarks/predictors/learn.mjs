/** Trains both predictors and packs them as they are shipped. */
import { tasks } from '../../src/domain/task.ts'
import { scorer } from '../../src/signals/predict-scores.ts'
import { slotCount } from '../../src/signals/predict-signs.ts'
import { curveFor, fit, pack, temperatureFor } from './fit.mjs'

const most = 500
const isOwn = ({ set }) => set === 'sentences'

const countBy = (rows, keyOf) => {
  const counts = new Map()
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1)
  return counts
}

/** So many rows of each source and task, the first in the file. */
const bounded = rows => {
  const seen = new Map()
  return rows.filter(row => {
    const key = `${row.source} ${row.task}`
    seen.set(key, (seen.get(key) ?? 0) + 1)
    return isOwn(row) || seen.get(key) <= most
  })
}

/** Every task counts the same, our sentences more than the sets, and of the sets each the same within a task. */
const weigh = (rows, { ours = 4_000, theirs = 1_200, cap = 10 } = {}) => {
  const keyOf = row => `${row.task} ${row.source}`
  const counts = countBy(rows, keyOf)
  const sources = countBy(
    [...counts.keys()].filter(key => !key.endsWith(' sentences')),
    key => key.split(' ')[0],
  )
  return rows.map(row => {
    const whole = isOwn(row) ? ours : theirs / sources.get(row.task)
    return { row, weight: Math.min(cap, whole / counts.get(keyOf(row))) }
  })
}
const oneOf = task => tasks.map(name => (name === task ? 1 : 0))

/** `{ weights, temperature }` from the rows to train and those to calibrate. */
export const learnTask = (training, calibrating) => {
  const rows = weigh(bounded(training)).map(({ row, weight }) => ({
    signs: row.signs,
    wanted: oneOf(row.task),
    weight,
  }))
  const raw = fit(rows, { slots: slotCount, outputs: tasks.length, exclusive: true, rate: 0.15, decay: 0.015 })
  const weights = pack(raw, tasks.length)
  const scoresOf = scorer(weights)
  const told = weigh(calibrating).map(({ row, weight }) => ({
    scores: scoresOf(row.signs),
    wanted: oneOf(row.task),
    weight,
  }))
  return { weights, temperature: temperatureFor(told) }
}

/** How much a set counts in all; the more models a set has, the surer its share of failures. */
const setWeight = { sentences: 2_000, routerarena10: 300 }
const weighSets = rows => {
  const counts = countBy(rows, ({ set }) => set)
  return rows.map(row => ({ row, weight: Math.min(4, (setWeight[row.set] ?? 1_500) / counts.get(row.set)) }))
}

/** `{ weights, curve }` from the rows to train and those to calibrate. */
export const learnDifficulty = (training, calibrating) => {
  const rows = weighSets(training).map(({ row, weight }) => ({ signs: row.signs, wanted: [row.failure], weight }))
  const raw = fit(rows, { slots: slotCount, outputs: 1, exclusive: false, rounds: 6, rate: 0.05, decay: 0.001 })
  const weights = pack(raw, 1)
  const scoresOf = scorer(weights)
  const told = weighSets(calibrating).map(({ row, weight }) => ({
    score: scoresOf(row.signs)[0],
    wanted: row.failure,
    weight,
  }))
  return { weights, curve: curveFor(told) }
}
