/** How fast a candidate is, by what a policy goes by. */
import { describe, expect, it } from 'vitest'
import { candidate, facts, measured } from '../../test/contract/strategy.contract.ts'
import type { Facts } from '../domain/decision.ts'
import { millis } from '../domain/units.ts'
import { paceError, paceOf, pacesOf } from './pace.ts'
import type { PaceKind } from './pace.ts'

interface Known {
  readonly p95: number
  readonly samples: number
  readonly expected?: number
  readonly throughput?: number
}
const given = (latencies: Readonly<Record<string, Known>>): Facts =>
  facts([], {
    signals: {
      'candidate.latency': measured(
        Object.fromEntries(
          Object.entries(latencies).map(([id, { p95, samples, expected, throughput }]) => [
            id,
            {
              p95: millis(p95),
              samples,
              ...(expected !== undefined && { expected: millis(expected) }),
              ...(throughput !== undefined && { throughput }),
            },
          ]),
        ),
      ),
    },
  })
const pace = (known: Known, kind: PaceKind, least?: number): number | undefined =>
  paceOf(candidate('a'), given({ a: known }), kind, least)?.pace

describe('paceOf', () => {
  const known: Known = { p95: 300, samples: 20, expected: 5000, throughput: 40 }
  it('is a time, or a time for each token', () => {
    expect(pace(known, 'first-token')).toBe(300)
    expect(pace(known, 'expected')).toBe(5000)
    expect(pace(known, 'throughput')).toBe(25)
  })
  it('is not known with too few samples, or where it makes no sense', () => {
    expect(pace({ ...known, samples: 19 }, 'expected')).toBeUndefined()
    expect(pace({ ...known, samples: 19 }, 'expected', 1)).toBe(5000)
    expect(pace({ ...known, expected: -1 }, 'expected')).toBeUndefined()
    expect(pace({ ...known, throughput: 0 }, 'throughput')).toBeUndefined()
    expect(paceOf(candidate('b'), given({ a: known }), 'expected')).toBeUndefined()
  })
  it('is ten days at most', () => {
    expect(pace({ ...known, p95: 1e300 }, 'first-token')).toBe(8e8)
  })
})

describe('pacesOf', () => {
  const all = [candidate('a'), candidate('b')]
  const paces = (latencies: Readonly<Record<string, Known>>, kind: PaceKind): readonly (number | undefined)[] =>
    pacesOf(all, given(latencies), kind).map(one => one?.pace)
  it('holds no whole answer against a first token', () => {
    const whole = { p95: 300, samples: 50, expected: 5000 }
    expect(paces({ a: whole, b: { ...whole, expected: 100 } }, 'expected')).toEqual([5000, 100])
    expect(paces({ a: whole, b: { p95: 400, samples: 50 } }, 'expected')).toEqual([300, 400])
    // Who is unproven is held against nobody.
    expect(paces({ a: whole, b: { p95: 400, samples: 3 } }, 'expected')).toEqual([5000, undefined])
    expect(paces({ a: { ...whole, throughput: 50 }, b: whole }, 'throughput')).toEqual([20, undefined])
  })
})

describe('paceError', () => {
  it('falls with the root of the samples, and is less for a median than for a p95', () => {
    const one = { pace: 1, samples: 200 }
    expect(paceError(one, one, 'expected')).toBeCloseTo(0.106, 3)
    expect(paceError({ pace: 1, samples: 50 }, { pace: 1, samples: 50 }, 'expected')).toBeCloseTo(0.212, 3)
    expect(paceError(one, one, 'throughput')).toBeLessThan(paceError(one, one, 'first-token'))
  })
})
