/** Predictions on sentences that nothing was trained on: good enough, and with a confidence that can be believed. */
import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { tasks } from '../domain/task.ts'
import type { Task } from '../domain/task.ts'
import { predictDifficulty } from './predict-difficulty.ts'
import { probabilities } from './predict-scores.ts'
import { signsOf, slotCount } from './predict-signs.ts'
import type { Predictable } from './predict-signs.ts'
import { predictTask } from './predict-task.ts'

const folder = new URL('../../benchmarks/predictors/', import.meta.url)
const linesOf = (name: string): readonly string[] =>
  readFileSync(new URL(`${name}.txt`, folder), 'utf8')
    .split('\n')
    .filter(line => line !== '')

/** The same division as `benchmarks/predictors/rows.mjs` makes. */
const isHeldBack = (text: string): boolean => {
  const plain = text.toLowerCase().replace(/\s+/g, ' ').trim()
  return createHash('sha256').update(`predictors|${plain}`).digest().readUInt32BE(0) % 10 < 2
}
const tool = { name: 'search', description: 'Searches.', inputSchema: { type: 'object' } }
const requestOf = (task: Task, sentence: string, passage: string): Predictable => {
  const text = sentence.replaceAll('{}', () => passage)
  const [system, asked] = text.includes(' ||| ') ? text.split(' ||| ') : [undefined, text]
  return {
    messages: [
      ...(system === undefined ? [] : [{ role: 'system' as const, parts: [{ type: 'text' as const, text: system }] }]),
      { role: 'user', parts: [{ type: 'text', text: asked ?? '' }] },
    ],
    tools: task === 'function-calling' ? [tool] : [],
    output: { type: 'text' },
  }
}

const passages = linesOf('passages').map(line => line.slice(3))
const heldBack = tasks.flatMap(task =>
  linesOf(task)
    .map(line => line.replace(/^\w\w \d /, '').replaceAll('\\n', '\n'))
    .filter(isHeldBack)
    .map((sentence, at) => ({ task, request: requestOf(task, sentence, passages[at % passages.length] ?? '') })),
)
const told = heldBack.map(({ task, request }) => {
  const { task: said, confidence } = predictTask(signsOf(request))
  return { task, said, confidence }
})
const shareRight = (some: typeof told): number => some.filter(one => one.task === one.said).length / some.length

describe('the predicted task', () => {
  it('is right for most sentences of every kind that were held back', () => {
    expect(told.length).toBeGreaterThan(100)
    expect(shareRight(told)).toBeGreaterThan(0.78)
    for (const task of tasks) expect(shareRight(told.filter(one => one.task === task)), task).toBeGreaterThan(0.55)
  })

  it('is right more often where it is surer', () => {
    const sure = told.filter(({ confidence }) => confidence >= 0.9)
    const unsure = told.filter(({ confidence }) => confidence < 0.7)
    expect(shareRight(sure)).toBeGreaterThan(0.9)
    expect(shareRight(sure)).toBeGreaterThan(shareRight(unsure))
  })

  it('is always function calling where tools may be called', () => {
    const withTools = heldBack.map(({ request }) => predictTask(signsOf({ ...request, tools: [tool] })).task)
    expect(withTools.filter(task => task !== 'function-calling').length / withTools.length).toBeLessThan(0.05)
  })

  it('stands in these numbers, which change only with the weights or with what is read', () => {
    const confidence = told.reduce((sum, one) => sum + one.confidence, 0) / told.length
    const difficulties = heldBack.map(({ request }) => predictDifficulty(signsOf(request)))
    const difficulty = difficulties.reduce((sum: number, one) => sum + one, 0) / difficulties.length
    expect([confidence.toFixed(6), difficulty.toFixed(6)]).toEqual(['0.891220', '0.338791'])
  })
})

describe('signs', () => {
  it('have slots in range and a bounded number', () => {
    for (const { request } of heldBack.slice(0, 20)) {
      const { slots, values } = signsOf(request)
      expect(slots.length).toBe(values.length)
      expect(Math.max(...slots)).toBeLessThan(slotCount)
      expect(values.every(value => value > 0 && Number.isFinite(value))).toBe(true)
    }
    const { request } = heldBack[0] ?? { request: requestOf('chat', '', '') }
    const huge = {
      ...request,
      messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: '{} '.repeat(500_000) }] }],
    }
    expect(signsOf(huge).slots.length).toBeLessThan(16_000)
  })
})

describe('the predicted difficulty', () => {
  it('is in range, in thousandths', () => {
    for (const { request } of heldBack) {
      const difficulty = predictDifficulty(signsOf(request))
      expect(difficulty).toBeGreaterThanOrEqual(0)
      expect(difficulty).toBeLessThanOrEqual(1)
      expect(Math.abs(difficulty * 1_000 - Math.round(difficulty * 1_000))).toBeLessThan(1e-6)
    }
  })
})

describe('probabilities', () => {
  it('sum to one, are steady for large scores, and nearer to one another at a higher temperature', () => {
    const [first = 0, second = 0] = probabilities([1_000, 999], 1)
    expect(first + second).toBeCloseTo(1, 12)
    expect(first).toBeCloseTo(0.731, 3)
    expect(probabilities([1_000, 999], 4)[0]).toBeLessThan(first)
  })
})
