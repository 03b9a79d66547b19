/** The configured scores of the demo house: how often each model was right, by task, on half of the recordings. */
import { halfOf } from './recordings.ts'
import type { Recordings } from './recordings.ts'

/** Model id to task to the share of right answers in [0, 1]; `*` is over all tasks. */
export type ConfiguredQuality = Readonly<Record<string, Readonly<Record<string, number>>>>

interface Tally {
  right: number
  asked: number
}

/** Finer differences than a hundredth are chance: a half has at most 350 prompts of a task. */
const rounded = ({ right, asked }: Tally): number => Math.round((100 * right) / asked) / 100

/** Counted on the `configured` half alone, so that the other half can measure what a policy makes of it. */
export const configuredQuality = ({ prompts }: Pick<Recordings, 'prompts'>): ConfiguredQuality => {
  const tallies = new Map<string, Map<string, Tally>>()
  for (const { id, task, scores } of prompts) {
    if (halfOf(id) !== 'configured') continue
    for (const [model, isRight] of Object.entries(scores)) {
      const byTask = tallies.get(model) ?? new Map<string, Tally>()
      tallies.set(model, byTask)
      for (const name of [task, '*']) {
        const tally = byTask.get(name) ?? { right: 0, asked: 0 }
        byTask.set(name, { right: tally.right + Number(isRight), asked: tally.asked + 1 })
      }
    }
  }
  return Object.fromEntries(
    [...tallies].map(([model, byTask]) => [
      model,
      Object.fromEntries([...byTask].map(([name, tally]) => [name, rounded(tally)])),
    ]),
  )
}
