/** What learning has cost today. */
import { describe, expect, it } from 'vitest'
import { instant, traceOf } from '../../test/live-events.ts'
import type { PoolId } from '../domain/ids.ts'
import { microUsd } from '../domain/units.ts'
import { Explored } from './explored.ts'

const day = 86_400_000
const spend = (explored: Explored, amount: number, at: number, decidedBy = '3:explore'): void =>
  explored.settled(
    {
      pool: 'p' as PoolId,
      decision: traceOf(1, 1, { decidedBy }),
      cost: { amount: microUsd(amount), source: 'usage' },
    },
    instant(at),
  )

describe('what learning costs', () => {
  it('is the sum of the requests that an explore step decided, by pool and day', () => {
    const explored = new Explored()
    spend(explored, 100, 5)
    spend(explored, 20, day - 1)
    spend(explored, 999, day - 1, '3:cheap')
    expect(explored.spent('p', instant(day - 1))).toBe(120)
    expect(explored.spent('q', instant(day - 1))).toBe(0)
    expect(explored.spent('p', instant(day))).toBe(0)
    spend(explored, 7, day)
    expect(explored.spent('p', instant(day + 5))).toBe(7)
    // A clock that stepped back over midnight.
    spend(explored, 1, day - 1)
    expect(explored.spent('p', instant(day + 5))).toBe(8)
  })

  it('is found again on the same day, and only then', () => {
    const explored = new Explored()
    spend(explored, 100, 5)
    const saved: unknown = JSON.parse(JSON.stringify(explored.save()))
    const at = (now: number): number => {
      const restored = new Explored()
      restored.restore(saved, instant(now))
      return restored.spent('p', instant(now))
    }
    expect([at(6), at(day - 1), at(day)]).toEqual([100, 100, 0])
    const damaged = new Explored()
    for (const damage of [
      null,
      {},
      {
        day: 0,
        pools: [
          { pool: 'p', spent: -4 },
          { pool: 5, spent: 1 },
        ],
      },
    ])
      damaged.restore(damage, instant(0))
    expect(damaged.spent('p', instant(0))).toBe(0)
  })
})
