/** The drive is a fair, repeatable mix of prompts that no configured score knows, beside what the best would have made of them. */
import { describe, expect, it } from 'vitest'
import { configuredQuality } from './configured-quality.ts'
import { askedAlone, bestModel, pickPrompts } from './drive.ts'
import { recordedModels } from './models.ts'
import { halfOf, loadRecordings } from './recordings.ts'

const recordings = await loadRecordings()
const measured = recordings.prompts.filter(({ id }) => halfOf(id) === 'measured')

describe('the picked prompts', () => {
  it('are as many as asked for, of the measured half, and none twice', () => {
    const picked = pickPrompts(recordings, 300, 'a')
    expect(picked).toHaveLength(300)
    expect(new Set(picked).size).toBe(300)
    expect(picked.every(({ id }) => halfOf(id) === 'measured')).toBe(true)
  })

  it('are the same for the same seed', () => {
    expect(pickPrompts(recordings, 50, 'a')).toEqual(pickPrompts(recordings, 50, 'a'))
    expect(pickPrompts(recordings, 50, 'b')).not.toEqual(pickPrompts(recordings, 50, 'a'))
  })

  it('come in a mix of tasks like that of the half', () => {
    const picked = pickPrompts(recordings, 300, 'a')
    for (const task of new Set(measured.map(one => one.task))) {
      const share = (of: readonly { readonly task: string }[]): number =>
        of.filter(one => one.task === task).length / of.length
      expect(Math.abs(share(picked) - share(measured))).toBeLessThan(0.08)
    }
    expect(new Set(picked.slice(0, 12).map(({ task }) => task)).size).toBe(3)
  })

  it('come again only when all have come', () => {
    const picked = pickPrompts(recordings, measured.length + 10, 'a')
    expect(new Set(picked.slice(0, measured.length)).size).toBe(measured.length)
    expect(picked.slice(measured.length)).not.toEqual(picked.slice(0, 10))
    expect(picked).toHaveLength(measured.length + 10)
  })

  it('are none where none are wanted or recorded', () => {
    expect(pickPrompts(recordings, 0, 'a')).toEqual([])
    expect(pickPrompts({ prompts: [] }, 5, 'a')).toEqual([])
  })
})

describe('asked alone', () => {
  const [prompt] = measured
  const model = recordedModels[0]!

  it('a model costs what its recorded answer costs at its prices', () => {
    const answer = recordings.answer(prompt!, model.id) ?? ''
    const tokens = (text: string): number => Math.ceil(text.length / 4)
    const usd = (tokens(prompt!.prompt) * model.price.input + tokens(answer) * model.price.output) / 1e6
    expect(askedAlone(recordings, prompt!, model)).toEqual({ isRight: prompt!.scores[model.id], usd })
    expect(usd).toBeGreaterThan(0)
  })

  it('a model under another name gives the answers that it stands for', () => {
    const renamed = { ...model, id: 'mine', answersAs: model.id }
    expect(askedAlone(recordings, prompt!, renamed)).toEqual(askedAlone(recordings, prompt!, model))
  })

  it('a model that was not recorded is not known', () => {
    expect(askedAlone(recordings, prompt!, { ...model, id: 'mine' })).toBeUndefined()
  })
})

describe('the best model', () => {
  it('is the one with the best score over all tasks', () => {
    const quality = configuredQuality(recordings)
    const best = bestModel(recordedModels, quality)
    for (const { id } of recordedModels) expect(quality[best!.id]!['*']).toBeGreaterThanOrEqual(quality[id]!['*']!)
    expect(bestModel([], quality)).toBeUndefined()
  })
})
