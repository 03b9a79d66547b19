/** The shipped recordings are whole, are found by their text, and the check of an answer agrees with the scores. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { hasShared, shared } from '../../test/shared.ts'
import { checkAnswer } from './check-answer.ts'
import { recordedModels } from './models.ts'
import { halfOf, loadRecordings, worldData } from './recordings.ts'

const recordings = await loadRecordings()
const first = recordings.prompts[0]!

describe('the shipped recordings', () => {
  test('hold 1,437 prompts of three tasks, each with the answers and scores of the nine models', () => {
    expect(recordings.prompts).toHaveLength(1437)
    expect(new Set(recordings.prompts.map(one => one.id)).size).toBe(1437)
    expect(new Set(recordings.prompts.map(one => one.task))).toEqual(
      new Set(['code-reasoning', 'math-word-problem', 'competition-math']),
    )
    const models = recordedModels.map(model => model.id)
    expect(models).toHaveLength(9)
    for (const prompt of recordings.prompts) {
      expect(Object.keys(prompt.scores).sort()).toEqual([...models].sort())
      for (const model of models) expect(typeof recordings.answer(prompt, model)).toBe('string')
    }
  })

  test('give no answer for a model that was not recorded', () => {
    expect(recordings.answer(first, 'gpt-3')).toBeUndefined()
    expect(recordings.answer(first, '__proto__')).toBeUndefined()
  })

  test('are loaded once', async () => {
    expect(await loadRecordings()).toBe(recordings)
  })

  test('fall into two halves of about the same size in every task', () => {
    for (const task of new Set(recordings.prompts.map(one => one.task))) {
      const of = recordings.prompts.filter(one => one.task === task)
      const share = of.filter(one => halfOf(one.id) === 'configured').length / of.length
      expect(share).toBeGreaterThan(0.42)
      expect(share).toBeLessThan(0.58)
    }
  })

  test.skipIf(!hasShared)('are the published files, byte for byte', () => {
    const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')
    for (const name of ['recorded-answers.dev.jsonl.gz', 'models.json']) {
      expect(digest(`${worldData}/${name}`)).toBe(digest(`${shared}/data/recorded-world/${name}`))
    }
  })
})

describe('finding a prompt', () => {
  test('knows every prompt by its own text, trimmed or not', () => {
    for (const prompt of recordings.prompts) {
      expect(recordings.find(prompt.prompt)).toBe(prompt)
      expect(recordings.find(prompt.prompt.trim())).toBe(prompt)
    }
  })

  test('knows a prompt inside a longer text, after another text in the same form', () => {
    const text = `Be brief.\n## Question: \n\nwhat?\n\n${first.prompt}\nThank you.`
    expect(recordings.find(text)).toBe(first)
  })

  test('knows a bare question without its instructions', () => {
    const prompt = recordings.prompts.find(one => one.task === 'math-word-problem')!
    const question = prompt.prompt.split('## Question:')[1]!.split('## Instruction')[0]!
    expect(recordings.find(question)).toBe(prompt)
  })

  test('knows nothing of other texts', () => {
    for (const text of ['', 'hello', '## Question: \n\n', first.prompt.slice(0, -60), first.prompt.slice(60)]) {
      expect(recordings.find(text)).toBeUndefined()
    }
  })
})

describe('the check of an answer', () => {
  test('agrees with the published score of every one of the 12,933 answers', () => {
    const apart: string[] = []
    for (const prompt of recordings.prompts) {
      for (const { id } of recordedModels) {
        const right = checkAnswer(prompt, recordings.answer(prompt, id) ?? '')
        if (right !== prompt.scores[id]) apart.push(`${prompt.id} ${id}`)
      }
    }
    const all = recordings.prompts.length * recordedModels.length
    console.log(`the check agrees with ${all - apart.length} of ${all} recorded scores`)
    expect(apart).toEqual([])
  })

  test.each([
    ['```json\n{"reasoning": "x", "answer": "$1,234.50 dollars"}\n```', '1234.5', true],
    ['{"reasoning": "x", "answer": 42}', '42', true],
    ['{"answer": "1/2"}', '0.5', true],
    ['{"answer": "-7 cm"}', '7', false],
    ['"answer": 18,', '18', true],
    ['The answer: 18', '18', true],
    ['so it is $\\boxed{36}$', '36', true],
    ['{"reasoning": "broken "quotes" here", "answer": "12"}', '12', true],
    ['it is 42', '42', false],
    ['', '42', false],
    ['{"answer": "none"}', '0', false],
    ['{"answer": "1/0"}', '1', true],
  ])('reads the number of %s', (text, expected, right) => {
    expect(checkAnswer({ expected, check: 'number' }, text)).toBe(right)
  })

  test.each([
    ['{"answer": "\'abc\'"}', "'abc'", true],
    ['{"answer": "abc"}', "'abc'", true],
    ['{"answer": ["a", 1, true, null, {"k": "it\'s"}]}', "['a', 1, True, None, {'k': \"it's\"}]", true],
    ['{"answer": ""}', "''", true],
    ['{"answer": "a b"}', "'ab'", false],
    ['{"answer": "[1,2]"}', '[1, 2]', false],
    ['{"other": 1}', '1', false],
  ])('compares %s as text', (text, expected, right) => {
    expect(checkAnswer({ expected, check: 'exact' }, text)).toBe(right)
  })
})
