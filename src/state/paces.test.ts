/** How fast a deployment answers what is like this request. */
import { describe, expect, it } from 'vitest'
import { instant } from '../../test/live-events.ts'
import { millis } from '../domain/units.ts'
import { Paces, sizeOfInput } from './paces.ts'
import type { PaceQuestion, Shape } from './paces.ts'

const short: Shape = { operation: 'chat', streamed: true, inputTokens: 50 }
const long: Shape = { operation: 'chat', streamed: true, inputTokens: 20_000 }
const at = instant(1_000)

const filled = (...parts: readonly (readonly [Shape, times: number, first: number, perToken?: number])[]): Paces => {
  const paces = new Paces()
  for (const [shape, times, first, perToken] of parts)
    for (let time = 0; time < times; time++) paces.add(shape, { first, perToken }, at)
  return paces
}
const read = (paces: Paces, question: PaceQuestion, now = at) => paces.read(question, now)

describe('sizes', () => {
  it('go by powers of four', () => {
    const sizes = [0, 64, 65, 256, 257, 1_024, 4_096, 16_384, 65_536, 262_144, 262_145, 1e9]
    expect(sizes.map(sizeOfInput)).toEqual([0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 7])
    expect([undefined, Number.NaN, -1].map(sizeOfInput)).toEqual([-1, -1, -1])
  })
})

describe('the pace', () => {
  it('is that of the size where twenty ended, else that of all sizes', () => {
    const paces = filled([short, 20, 100], [long, 19, 2_000])
    expect(read(paces, short)?.p95).toBeCloseTo(100, -1)
    expect(read(paces, short)?.samples).toBe(20)
    expect(read(paces, long)).toMatchObject({ samples: 39 })
    paces.add(long, { first: 2_000 }, at)
    expect(read(paces, long)?.samples).toBe(20)
    expect(read(paces, long)?.p50).toBeGreaterThan(1_900)
    expect(read(paces, { operation: 'chat', streamed: true })?.samples).toBe(40)
  })

  it('of streams, of whole answers and of other operations are apart', () => {
    const paces = filled([short, 3, 100])
    expect(read(paces, { ...short, streamed: false })).toBeUndefined()
    expect(read(paces, { ...short, operation: 'embeddings' })).toBeUndefined()
  })

  it('expects a stream to end after its first token and all the others, 19 times of 20 each', () => {
    const paces = filled([short, 20, 400, 20])
    const known = read(paces, { ...short, outputTokens: 101 })
    expect(known?.expected).toBeCloseTo((known?.p95 ?? 0) + 100 * 20, -2)
    expect((known?.expected ?? 0) / 2_400).toBeCloseTo(1, 1)
    expect((known?.throughput ?? 0) / 50).toBeCloseTo(1, 1)
    expect(read(paces, short)).not.toHaveProperty('expected')
    expect(read(filled([short, 20, 400]), { ...short, outputTokens: 101 })).not.toHaveProperty('expected')
  })

  it('of a whole answer is all that is expected', () => {
    const whole: Shape = { operation: 'chat', streamed: false, inputTokens: 50 }
    const known = read(filled([whole, 5, 3_000]), { ...whole, outputTokens: 9_999 })
    expect(known?.expected).toBe(known?.p95)
    expect(known).not.toHaveProperty('throughput')
  })

  it('looks back a minute unless it is asked to look further', () => {
    const paces = filled([short, 25, 100])
    expect(read(paces, { ...short, window: millis(30_000) }, instant(29_000))?.samples).toBe(25)
    expect(read(paces, { ...short, window: millis(30_000) }, instant(35_000))).toBeUndefined()
    expect(read(paces, short, instant(35_000))?.samples).toBe(25)
    const later = instant(100_000)
    expect(read(paces, short, later)).toBeUndefined()
    expect(read(paces, { ...short, window: millis(120_000) }, later)?.samples).toBe(25)
    expect(read(paces, { ...short, window: millis(300_000) }, instant(310_000))).toBeUndefined()
  })

  it('is found again after it was saved, each size and all together', () => {
    const unknown: Shape = { operation: 'chat', streamed: true }
    const paces = filled([short, 25, 100, 5], [long, 30, 2_000, 9], [unknown, 7, 500])
    const restored = new Paces()
    restored.restore(JSON.parse(JSON.stringify(paces.save(at))), { now: at, shift: 0 })
    for (const shape of [short, long, unknown]) {
      const question = { ...shape, outputTokens: 40 }
      expect(read(restored, question)).toEqual(read(paces, question))
      expect(read(restored, question)).toBeDefined()
    }
  })

  it('is not restored from damage', () => {
    const paces = new Paces()
    const damage = [
      null,
      4,
      { operation: 'chat' },
      { operation: 'dance', size: 1, first: [[1_000, 5, 5]] },
      { operation: 'chat', size: 99, first: [[1_000, 5, 5]] },
      { operation: 'chat', size: 1, first: 'many' },
      {
        operation: 'chat',
        size: 1,
        first: [
          ['x', 5, 5],
          [1_000, null],
        ],
      },
    ]
    paces.restore(damage, { now: at, shift: 0 })
    paces.restore('damage', { now: at, shift: 0 })
    expect(read(paces, { operation: 'chat', streamed: false })).toBeUndefined()
  })
})
