/** The configured scores are those of their half of the recordings, and say nothing about the other. */
import { describe, expect, it } from 'vitest'
import { configuredQuality } from './configured-quality.ts'
import { recordedModels } from './models.ts'
import { halfOf, loadRecordings } from './recordings.ts'
import type { RecordedPrompt } from './recordings.ts'

const recordings = await loadRecordings()
const quality = configuredQuality(recordings)
const tasks = ['code-reasoning', 'competition-math', 'math-word-problem']
const accuracy = (model: string, of: readonly RecordedPrompt[]): number =>
  of.filter(({ scores }) => scores[model]).length / of.length

describe('configured quality', () => {
  it('names every model with every task and all of them', () => {
    expect(Object.keys(quality).sort()).toEqual(recordedModels.map(({ id }) => id).sort())
    for (const scores of Object.values(quality)) expect(Object.keys(scores).sort()).toEqual(['*', ...tasks])
  })

  it('is the share of right answers on the configured half, to a hundredth', () => {
    const half = recordings.prompts.filter(({ id }) => halfOf(id) === 'configured')
    for (const { id } of recordedModels) {
      expect(Math.abs((quality[id]?.['*'] ?? -1) - accuracy(id, half))).toBeLessThanOrEqual(0.005 + 1e-9)
      for (const task of tasks) {
        const of = half.filter(one => one.task === task)
        expect(Math.abs((quality[id]?.[task] ?? -1) - accuracy(id, of))).toBeLessThanOrEqual(0.005 + 1e-9)
      }
    }
  })

  it('does not change with the answers of the other half', () => {
    const turned = recordings.prompts.map(prompt =>
      halfOf(prompt.id) === 'measured'
        ? { ...prompt, scores: Object.fromEntries(Object.keys(prompt.scores).map(model => [model, false])) }
        : prompt,
    )
    expect(configuredQuality({ prompts: turned })).toEqual(quality)
  })

  it('foretells the other half to within three times what chance allows', () => {
    const other = recordings.prompts.filter(({ id }) => halfOf(id) === 'measured')
    for (const { id } of recordedModels)
      expect(Math.abs((quality[id]?.['*'] ?? -1) - accuracy(id, other))).toBeLessThan(0.08)
  })
})
