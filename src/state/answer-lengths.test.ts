/** What answers were long. */
import { describe, expect, it } from 'vitest'
import { instant } from '../../test/live-events.ts'
import { AnswerLengths } from './answer-lengths.ts'

const hour = 3_600_000
const fill = (
  lengths: AnswerLengths,
  pool: string,
  task: string | undefined,
  tokens: readonly number[],
  at = 0,
): void => {
  for (const one of tokens) lengths.add(pool, task, { tokens: one, at: instant(at) })
}
const times = (count: number, tokens: number): readonly number[] => Array.from({ length: count }, () => tokens)

describe('answer lengths', () => {
  it('are not known until there are twenty', () => {
    const lengths = new AnswerLengths()
    fill(lengths, 'p', undefined, times(19, 100))
    expect(lengths.typical('p', undefined)).toBeUndefined()
    fill(lengths, 'p', undefined, [100])
    expect(lengths.typical('p', undefined)).toBeGreaterThan(97)
    expect(lengths.typical('p', undefined)).toBeLessThan(103)
    expect(lengths.typical('q', undefined)).toBeUndefined()
    expect(lengths.typical(undefined, undefined)).toBeUndefined()
  })

  it('are told by kind of work, else by the pool', () => {
    const lengths = new AnswerLengths()
    fill(lengths, 'p', 'code', times(30, 1_000))
    fill(lengths, 'p', 'chat', times(19, 10))
    expect(lengths.typical('p', 'code')).toBeGreaterThan(970)
    // Too few for chat alone: all work in the pool counts.
    expect(lengths.typical('p', 'chat')).toBeGreaterThan(970)
    fill(lengths, 'p', 'chat', [10])
    expect(lengths.typical('p', 'chat')).toBe(10)
  })

  it('are near the mean, and not moved by one runaway answer', () => {
    const lengths = new AnswerLengths()
    fill(lengths, 'p', undefined, [...Array.from({ length: 100 }, (_, place) => place + 1), 1e6])
    expect(lengths.typical('p', undefined)).toBeGreaterThan(60)
    expect(lengths.typical('p', undefined)).toBeLessThan(70)
  })

  it('outlast a quiet night, but not new answers', () => {
    const lengths = new AnswerLengths()
    fill(lengths, 'p', undefined, times(30, 1_000))
    expect(lengths.typical('p', undefined)).toBeGreaterThan(900)
    fill(lengths, 'p', undefined, times(30, 10), 2 * hour)
    expect(lengths.typical('p', undefined)).toBe(10)
  })

  it('are remembered for so many kinds of work only, pools before rare kinds', () => {
    const lengths = new AnswerLengths()
    fill(lengths, 'p', undefined, times(30, 100))
    for (let one = 0; one < 260; one++) lengths.add('p', `made up ${one}`, { tokens: 100, at: instant(1) })
    expect(lengths.histories).toBe(256)
    expect(lengths.typical('p', 'code')).toBeDefined()
  })
})
