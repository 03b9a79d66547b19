/** Most room first, and of those with as much of it the one that is whole again first. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { candidate, chainOf, compiled, facts, measured } from '../../../test/contract/strategy.contract.ts'
import type { Facts } from '../../domain/decision.ts'
import type { StepOptions } from '../../domain/policy.ts'
import { unit } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import { decide } from '../decide.ts'
import { headroom } from './headroom.ts'

const now = 1_750_000_000_000
interface Left {
  readonly requests?: number
  readonly tokens?: number
  readonly concurrent?: number
  readonly reset?: number
}
const of = (rooms: Readonly<Record<string, Left | undefined>>): Facts =>
  facts(
    Object.keys(rooms).map(id => candidate(id)),
    {
      signals: {
        'candidate.headroom': measured(
          Object.fromEntries(
            Object.entries(rooms).flatMap(([id, left]) => {
              if (left === undefined) return []
              const { requests = 1, tokens = 1, concurrent = 1, reset } = left
              const shares = { requests: unit(requests), tokens: unit(tokens), concurrent: unit(concurrent) }
              return [[id, { ...shares, ...(reset !== undefined && { resetAt: (now + reset) as Instant }) }]]
            }),
          ),
        ),
      },
    },
  )
const chain = (given: Facts, options: StepOptions = {}): readonly string[] =>
  chainOf(decide(compiled({ use: 'headroom', with: options }), given))
const words = (given: Facts): readonly string[] => {
  const made = headroom.make({})
  const order = made.ok && made.value.kind === 'order' ? made.value : undefined
  return order?.keys(given.candidates, given).map(key => order.words(key ?? Number.NaN)) ?? []
}

describe('headroom', () => {
  it('goes by the tightest limit of each', () => {
    const given = of({ a: { requests: 0.9, tokens: 0.2 }, b: { requests: 0.5 }, c: { concurrent: 0.1 } })
    expect(chain(given)).toEqual(['b', 'a', 'c'])
    expect(words(given)).toEqual([
      '20 % left of its tightest limit',
      '50 % left of its tightest limit',
      '10 % left of its tightest limit',
    ])
  })
  it('counts who has no known limit, or whose window is past, as having all of it', () => {
    expect(chain(of({ a: { requests: 0.5 }, b: undefined }))).toEqual(['b', 'a'])
    expect(chain(of({ a: { requests: 0.5 }, b: { requests: 0, tokens: 0, reset: 0 } }))).toEqual(['b', 'a'])
    // Requests under way do not come back with the window.
    expect(chain(of({ a: { requests: 0.5 }, b: { concurrent: 0.1, reset: 0 } }))).toEqual(['a', 'b'])
  })
  it('drains first what is whole again first, among those with as much left', () => {
    const given = of({
      a: { requests: 0.62, reset: 40_000 },
      b: { requests: 0.6, reset: 9000 },
      c: { requests: 0.58 },
      d: { requests: 0.3, reset: 1 },
    })
    expect(chain(given)).toEqual(['b', 'a', 'c', 'd'])
    expect(chain(given, { within: '1%' })).toEqual(['a', 'b', 'c', 'd'])
    expect(chain(given, { within: '50%' })).toEqual(['d', 'b', 'a', 'c'])
  })
  it('leaves those tied that no reset sets apart', () => {
    const given = of({ a: { requests: 0.6 }, b: { requests: 0.62 }, c: undefined, d: { requests: 0, reset: 9 } })
    const { ranked } = decide(compiled({ use: 'headroom' }), given)
    expect(ranked.map(one => [one.candidate.id, one.tier])).toEqual([
      ['c', 0],
      ['a', 1],
      ['b', 1],
      ['d', 2],
    ])
  })
  it('never puts one before another that has more left by more than counts as tied', () => {
    const left = fc.record({
      requests: fc.double({ min: 0, max: 1, noNaN: true }),
      reset: fc.integer({ min: 1, max: 9 }),
    })
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), left), rooms => {
        const order = chain(of(rooms)).map(id => rooms[id]?.requests ?? 0)
        for (const [place, own] of order.entries())
          for (const later of order.slice(place + 1)) expect(later - own).toBeLessThanOrEqual(0.05 + 1e-6)
      }),
    )
  })
  it('says how much is left, however little', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 4 }), (requests, others) => {
        const rooms = Object.fromEntries(Array.from({ length: others }, (_, place) => [`b${place}`, undefined]))
        const said = words(of({ a: { requests }, ...rooms }))[0] ?? ''
        expect(Math.abs(Number.parseFloat(said) - requests * 100)).toBeLessThan(0.06)
      }),
    )
  })
})
