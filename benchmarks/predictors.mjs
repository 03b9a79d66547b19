/** Measures the predictors that are shipped: `node benchmarks/predictors.mjs [--data DIR]`. */
import { parseArgs } from 'node:util'
import { resolve } from 'node:path'
import { tasks } from '../src/domain/task.ts'
import { predictDifficulty } from '../src/signals/predict-difficulty.ts'
import { predictTask } from '../src/signals/predict-task.ts'
import { signsOf } from '../src/signals/predict-signs.ts'
import { difficultyReport, taskReport } from './predictors/report.mjs'
import { readSentences, readSets } from './predictors/rows.mjs'
import { difficultiesTold, tasksTold, timeFor } from './predictors/told.mjs'

const { values } = parseArgs({ options: { data: { type: 'string' } } })
const folder = resolve(values.data ?? resolve(import.meta.dirname, '../../shared/data/routing'))
const published = readSets(folder)
if (published.length === 0) console.error(`no sets in ${folder}: only our own sentences are measured`)
const rows = [...published, ...readSentences(tasks, published)].filter(({ part }) => part === 'test')
for (const row of rows) row.signs = signsOf(row.request)

console.log(`# Tasks\n\n${taskReport(tasksTold(rows, predictTask), tasks)}\n`)
const difficulties = difficultiesTold(rows, predictDifficulty)
if (difficulties.length > 0) console.log(`# Difficulty\n\n${difficultyReport(difficulties)}\n`)
for (const size of [200, 8_192, 1_048_576]) {
  const { median, most } = timeFor(size, signs => [predictTask(signs), predictDifficulty(signs)])
  console.log(`${String(size)} characters: ${String(median)} µs, 99 of 100 within ${String(most)} µs`)
}
