/** Trains the predictors anew and says how good they are: `node scripts/train-predictors.mjs [--data DIR]`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { learnDifficulty, learnTask } from '../benchmarks/predictors/learn.mjs'
import { difficultyReport, taskReport, transferReport } from '../benchmarks/predictors/report.mjs'
import { readSentences, readSets } from '../benchmarks/predictors/rows.mjs'
import { difficultiesTold, tasksTold, timeFor } from '../benchmarks/predictors/told.mjs'
import { tasks } from '../src/domain/task.ts'
import { probabilities, scorer } from '../src/signals/predict-scores.ts'
import { signsOf } from '../src/signals/predict-signs.ts'

const root = resolve(import.meta.dirname, '..')
const { values } = parseArgs({ options: { data: { type: 'string' } } })
const folder = resolve(values.data ?? resolve(root, '../shared/data/routing'))
const published = readSets(folder)
if (published.length === 0) throw new Error(`no sets in ${folder}: --data names the folder of <set>.dev.jsonl.gz`)
const rows = [...published, ...readSentences(tasks, published)]
for (const row of rows) row.signs = signsOf(row.request)
const inPart = (part, from = rows) => from.filter(row => row.part === part && row.onlyMeasured !== true)
const withTask = from => from.filter(({ task }) => task !== undefined)
const withOutcome = from => from.filter(({ failure }) => failure !== undefined)

const taskOf = ({ weights, temperature }) => {
  const scoresOf = scorer(weights)
  return signs => {
    const chances = probabilities(scoresOf(signs), temperature)
    const confidence = Math.max(...chances)
    return { task: tasks[chances.indexOf(confidence)], confidence }
  }
}
const difficultyOf = ({ weights, curve }) => {
  const scoresOf = scorer(weights)
  return signs => 1 / (1 + Math.exp(-(curve.slope * scoresOf(signs)[0] + curve.shift)))
}

const write = (name, lines) => writeFileSync(resolve(root, 'src/signals/weights', name), `${lines.join('\n')}\n`)
const writeWeights = (task, difficulty) => {
  const weightsIn = ({ scales, packed }) =>
    `{\n  scales: ${JSON.stringify(scales).replaceAll(',', ', ')},\n  packed:\n    '${packed}',\n}`
  const note = '// Written by scripts/train-predictors.mjs; change that, not this.'
  const type = "import type { Weights } from '../predict-scores.ts'"
  write('task.ts', [
    '/** What the predictor of tasks has learned. */',
    note,
    type,
    '',
    `export const taskWeights: Weights = ${weightsIn(task.weights)}`,
    `export const taskTemperature = ${String(task.temperature)}`,
  ])
  write('difficulty.ts', [
    '/** What the predictor of difficulty has learned. */',
    note,
    type,
    '',
    `export const difficultyWeights: Weights = ${weightsIn(difficulty.weights)}`,
    `export const difficultyCurve = { slope: ${String(difficulty.curve.slope)}, shift: ${String(difficulty.curve.shift)} }`,
  ])
}

/** Each fifth of our sentences, told by a predictor that never saw it: more rows than the part that is held back has. */
const foldsTold = () => {
  const folds = 5
  const own = withTask(rows).filter(({ set }) => set === 'sentences')
  const foldOf = ({ seedText }) =>
    [...seedText].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 1_000_003, 7) % folds
  const others = withTask(inPart('train', published))
  return Array.from({ length: folds }, (_, fold) => {
    const learned = learnTask([...others, ...own.filter(row => foldOf(row) !== fold)], withTask(inPart('calibrate')))
    return tasksTold(
      own.filter(row => foldOf(row) === fold),
      taskOf(learned),
    )
  }).flat()
}

/** Each set, told by a predictor that never saw any of it. */
const transferTold = () =>
  [...new Set(published.map(({ set }) => set))].flatMap(set => {
    const rest = withOutcome(rows).filter(row => row.set !== set)
    const learned = learnDifficulty(inPart('train', rest), inPart('calibrate', rest))
    return difficultiesTold(
      inPart('test', published).filter(row => row.set === set),
      difficultyOf(learned),
    )
  })

const begun = '<!-- figures, written by scripts/train-predictors.mjs -->'
const ended = '<!-- end of figures -->'
const writePage = figures => {
  const path = resolve(root, 'docs/predictors.md')
  const page = readFileSync(path, 'utf8')
  const [from, to] = [page.indexOf(begun), page.indexOf(ended)]
  if (from < 0 || to < from) throw new Error(`${path} lacks the lines ${begun} and ${ended}`)
  writeFileSync(path, `${page.slice(0, from + begun.length)}\n\n${figures}\n\n${page.slice(to)}`)
}

const task = learnTask(withTask(inPart('train')), withTask(inPart('calibrate')))
const difficulty = learnDifficulty(withOutcome(inPart('train')), withOutcome(inPart('calibrate')))
writeWeights(task, difficulty)
const heldBack = rows.filter(({ part }) => part === 'test')
const told = foldsTold()
const [tellTask, tellDifficulty] = [taskOf(task), difficultyOf(difficulty)]
const times = [200, 8_192, 1_048_576].map(size => timeFor(size, signs => [tellTask(signs), tellDifficulty(signs)]))
const figures = [
  '### Tasks, on rows that were held back',
  taskReport(tasksTold(heldBack, taskOf(task)), tasks),
  '### Tasks, on each fifth of our sentences by a predictor trained without it',
  taskReport(told, tasks),
  '### Difficulty, on rows that were held back',
  difficultyReport(difficultiesTold(heldBack, difficultyOf(difficulty))),
  '### Difficulty, on sets of which no row was trained on',
  transferReport(transferTold()),
  '### Time for all four signals',
  ...times.map(
    ({ size, median, most }) =>
      `${String(size)} characters: ${String(median)} µs, 99 of 100 within ${String(most)} µs.`,
  ),
].join('\n\n')
writePage(figures)
console.log(figures)
