/** What predictors say of rows, and how long they take. */
import { textOf } from '../../src/signals/request-text.ts'
import { signsIn } from '../../src/signals/predict-signs.ts'
import { languageOf } from '../../src/signals/language.ts'
import { requestOf, user } from './rows.mjs'

/** Rows with a known task, each with what was said; `predict` tells the task of signs. */
export const tasksTold = (rows, predict) =>
  rows
    .filter(({ task }) => task !== undefined)
    .map(({ set, source, task, signs }) => {
      const { task: said, confidence } = predict(signs)
      return { set: source === 'routellm/mt-bench' ? 'mt-bench' : set, truth: task, said, confidence }
    })

/** Rows whose outcomes are published, each with what was said. */
export const difficultiesTold = (rows, predict) =>
  rows
    .filter(({ failure, set, onlyMeasured }) => failure !== undefined && set !== 'sentences' && onlyMeasured !== true)
    .map(({ set, failure, signs }) => ({ set, chance: predict(signs), so: failure }))

const words = 'When the council met on Tuesday, 42 members asked how the x = y + 3 of last year could be explained? '
const requestsOf = size =>
  Array.from({ length: 40 }, (_, at) =>
    requestOf([user(`${String(at)} ${words.repeat(Math.ceil(size / words.length)).slice(0, size)}`)]),
  )

/** Microseconds from request to all four signals: median and 99 of 100. */
export const timeFor = (size, predict) => {
  const requests = requestsOf(size)
  const times = []
  for (let round = 0; round < 30; round += 1)
    for (const request of requests) {
      const started = performance.now()
      const text = textOf(request)
      predict(signsIn(request, text))
      languageOf(text.last)
      if (round >= 10) times.push((performance.now() - started) * 1_000)
    }
  const sorted = times.toSorted((a, b) => a - b)
  return {
    size,
    median: Math.round(sorted[sorted.length >> 1]),
    most: Math.round(sorted[Math.floor(sorted.length * 0.99)]),
  }
}
