/** The adaptive score: its formula, its shares, and that nobody loses by getting better. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyFacts, candidate, facts, measured, price } from '../../../test/contract/strategy.contract.ts'
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { StepOptions } from '../../domain/policy.ts'
import type { Instant } from '../../domain/units.ts'
import { millis, unit } from '../../domain/units.ts'
import type { Order } from '../../ports/strategy.ts'
import { adaptive } from './adaptive.ts'

const made = (options: StepOptions = {}): Order => {
  const found = adaptive.make(options)
  if (!found.ok || found.value.kind !== 'order') throw new Error(found.ok ? 'no order' : found.why)
  return found.value
}
const oddsOf = (order: Order, given: Facts): readonly number[] => order.odds?.(given.candidates, given) ?? []
const scoresOf = (order: Order, given: Facts): readonly number[] => order.scores?.(given.candidates, given) ?? []
const partsOf = (order: Order, given: Facts) => order.parts?.(given.candidates, given) ?? []

/** What is known of one candidate, in plain numbers. */
interface Known {
  readonly cost?: number
  readonly latency?: number
  readonly samples?: number
  readonly errors?: number
  readonly inRow?: number
  readonly sinceLast?: number
  readonly left?: number
  readonly inflight?: number
  readonly concurrent?: number
}
const of = (known: Readonly<Record<string, Known>>, seed = 'seed'): Facts => {
  const each = <Value>(value: (one: Known) => Value | undefined) =>
    measured(
      Object.fromEntries(
        Object.entries(known).flatMap(([id, one]): [string, Value][] => {
          const found = value(one)
          return found === undefined ? [] : [[id, found]]
        }),
      ),
    )
  const pool: readonly Candidate[] = Object.entries(known).map(([id, { cost, concurrent }]) =>
    candidate(id, {
      ...(cost === undefined ? { price: undefined } : price(cost, cost)),
      limits: concurrent === undefined ? {} : { concurrent },
    }),
  )
  return facts(pool, {
    seed,
    signals: {
      'candidate.latency': each(({ latency, samples = 100 }) =>
        latency === undefined ? undefined : { p95: millis(latency), samples },
      ),
      'candidate.errors': each(({ errors, inRow = 1, sinceLast, samples = 100 }) =>
        errors === undefined
          ? undefined
          : { rate: unit(errors), inRow, samples, ...(sinceLast !== undefined && { sinceLast: millis(sinceLast) }) },
      ),
      'candidate.headroom': each(({ left }) =>
        left === undefined ? undefined : { requests: unit(left), tokens: unit(1), concurrent: unit(1) },
      ),
      'candidate.inflight': each(({ inflight }) => inflight),
    },
  })
}

const anyKnown: fc.Arbitrary<Known> = fc.record({
  cost: fc.double({ min: 0, max: 50, noNaN: true }),
  latency: fc.integer({ min: 1, max: 20_000 }),
  errors: fc.double({ min: 0, max: 0.2, noNaN: true }),
  left: fc.double({ min: 0, max: 1, noNaN: true }),
  sinceLast: fc.integer({ min: 0, max: 60_000 }),
  inRow: fc.nat(1),
})
const anyPool = fc
  .array(anyKnown, { minLength: 2, maxLength: 8 })
  .map((all): Readonly<Record<string, Known>> => Object.fromEntries(all.map((one, at) => [`c${at}`, one])))

describe('adaptive', () => {
  it('adds half of reliability, a fifth of speed, a twentieth of slack and a quarter of price', () => {
    const given = of({
      a: { cost: 1, latency: 400, errors: 0.01, left: 0.5 },
      b: { cost: 4, latency: 200, errors: 0, left: 1 },
    })
    expect(partsOf(made(), given)).toEqual([
      { reliability: 0.8, momentum: 0, speed: 0.5, slack: 0.5, price: 1 },
      { reliability: 1, momentum: 0, speed: 1, slack: 1, price: 0.25 },
    ])
    expect(scoresOf(made(), given)).toEqual([
      expect.closeTo(0.5 * 0.8 + 0.2 * 0.5 + 0.05 * 0.5 + 0.25 * 1, 12),
      expect.closeTo(0.5 + 0.2 + 0.05 + 0.25 * 0.25, 12),
    ])
  })
  it('has nothing left of reliability from 5 % of errors, or from what it is told', () => {
    const given = of({ a: { errors: 0.05 }, b: { errors: 0.5 }, c: {} })
    expect(partsOf(made(), given).map(one => one?.['reliability'])).toEqual([0, 0, 1])
    expect(partsOf(made({ errorSpan: '20%' }), given).map(one => one?.['reliability'])).toEqual([0.75, 0, 1])
  })
  it('lifts the error penalty by time since the last failure, up to 90 % after 30 s, and not while calls fail', () => {
    const given = of({
      a: { errors: 0.05, inRow: 0, sinceLast: 0 },
      b: { errors: 0.05, inRow: 0, sinceLast: 10_000 },
      c: { errors: 0.05, inRow: 0, sinceLast: 300_000 },
      d: { errors: 0.05, inRow: 2, sinceLast: 10_000 },
    })
    expect(partsOf(made(), given).map(one => one?.['momentum'])).toEqual([0, expect.closeTo(0.3, 12), 0.9, 0])
    expect(scoresOf(made(), given)[2]).toBeCloseTo(1 - 0.5 * 0.1, 12)
    expect(partsOf(made({ momentum: 0 }), given).map(one => one?.['momentum'])).toEqual([0, 0, 0, 0])
    expect(partsOf(made({ lift: '50%', momentum: '10s' }), given)[1]?.['momentum']).toBe(0.5)
  })
  it('counts who is unproven as the median of the proven, and all as fast where nobody is proven', () => {
    const speeds = (given: Facts) => partsOf(made(), given).map(one => one?.['speed'])
    expect(
      speeds(of({ a: { latency: 100 }, b: { latency: 200 }, c: { latency: 400 }, d: { latency: 1, samples: 19 } })),
    ).toEqual([1, 0.5, 0.25, 0.5])
    expect(speeds(of({ a: { latency: 100 }, b: { latency: 300 }, c: {} }))[2]).toBe(0.5)
    expect(speeds(of({ a: { latency: 9, samples: 3 }, b: {} }))).toEqual([1, 1])
  })
  it('goes by what the whole answer is expected to take, but not against the first token of somebody else', () => {
    const given = (other: { readonly expected?: number }): Facts =>
      facts([candidate('a'), candidate('b')], {
        signals: {
          'candidate.latency': measured({
            a: { p95: millis(100), samples: 50, expected: millis(4000) },
            b: {
              p95: millis(200),
              samples: 50,
              ...(other.expected !== undefined && { expected: millis(other.expected) }),
            },
          }),
        },
      })
    const speeds = (one: Facts) => partsOf(made(), one).map(part => part?.['speed'])
    expect(speeds(given({ expected: 1000 }))).toEqual([0.25, 1])
    expect(speeds(given({}))).toEqual([1, 0.5])
  })
  it('takes the tightest limit for slack: of a window, or of requests at once', () => {
    const slacks = (given: Facts) => partsOf(made(), given).map(one => one?.['slack'])
    expect(
      slacks(
        of({ a: { left: 0.3, inflight: 1, concurrent: 4 }, b: { inflight: 9, concurrent: 10 }, c: { inflight: 99 } }),
      ),
    ).toEqual([0.3, expect.closeTo(0.1, 12), 1])
    const past = of({ a: { left: 0 } })
    const reset = { ...past.signals['candidate.headroom']?.by?.['a' as never], resetAt: (past.now - 1) as Instant }
    const renewed = { ...past, signals: { 'candidate.headroom': measured({ a: reset }) } } as Facts
    expect(slacks(past)).toEqual([0])
    expect(slacks(renewed)).toEqual([1])
  })
  it('counts free as the cheapest there is, and unpriced as nothing beside anybody priced', () => {
    const prices = (given: Facts) => partsOf(made(), given).map(one => one?.['price'])
    expect(prices(of({ a: { cost: 0 }, b: { cost: 1 }, c: {} }))).toEqual([1, 0, 0])
    expect(prices(of({ a: {}, b: {} }))).toEqual([1, 1])
  })
  it('shares traffic in proportion within 5 % of the top, and gives a twentieth to the rest', () => {
    const given = of({ a: { cost: 1 }, b: { cost: 1.2 }, c: { cost: 1, errors: 0.2 }, d: { cost: 1, errors: 0.2 } })
    const [a = 0, b = 0, c, d] = oddsOf(made(), given)
    expect(a / b).toBeCloseTo(1 / (1 - 0.25 * (1 - 1 / 1.2)), 9)
    expect(a + b).toBeCloseTo(0.95, 9)
    expect([c, d]).toEqual([expect.closeTo(0.025, 9), expect.closeTo(0.025, 9)])
    expect(oddsOf(made({ rest: 0 }), given).slice(2)).toEqual([0, 0])
  })
  it('draws one by its share and puts all others behind it by their scores', () => {
    const given = of({ a: { errors: 0.2 }, b: {}, c: { errors: 0.02 } }, 'request-17')
    const keys = made({ rest: '100%' }).keys(given.candidates, given)
    const [drawn] = [...keys.entries()].toSorted(([, one], [, other]) => (one ?? 0) - (other ?? 0))
    const scores = scoresOf(made(), given)
    for (const [at, key] of keys.entries()) {
      expect(key).toBeCloseTo(at === drawn?.[0] ? -2 - (scores[at] ?? 0) : 0 - (scores[at] ?? 0), 12)
      expect(made().words(key ?? 0)).toBe(
        `score ${Number((scores[at] ?? 0).toFixed(3))}${at === drawn?.[0] ? ' (drawn)' : ''}`,
      )
    }
  })
  it('draws as often as it says, within what chance allows', () => {
    const known = {
      a: { cost: 1 },
      b: { cost: 1.1 },
      c: { errors: 0.1, cost: 2 },
      d: { latency: 900 },
      e: { latency: 100 },
    }
    const order = made()
    const draws = 20_000
    const firsts = [0, 0, 0, 0, 0]
    for (let draw = 0; draw < draws; draw++) {
      const given = of(known, `request-${draw}`)
      const at = order.keys(given.candidates, given).findIndex(key => (key ?? 0) <= -2)
      firsts[at] = (firsts[at] ?? 0) + 1
    }
    for (const [at, chance] of oddsOf(order, of(known)).entries())
      expect(Math.abs((firsts[at] ?? 0) / draws - chance)).toBeLessThan(5 * Math.sqrt((chance * (1 - chance)) / draws))
  })
  it('keeps every score and part from 0 to 1 and its odds at a sum of 1, whatever is measured', () => {
    fc.assert(
      fc.property(anyFacts, anyPool, fc.constantFrom('balanced', 'classic'), (weird, known, preset) => {
        for (const given of [weird, of(known)]) {
          if (given.candidates.length === 0) continue
          const order = made({ preset })
          const parts = partsOf(order, given).flatMap(one => Object.values(one ?? {}))
          for (const one of [...scoresOf(order, given), ...parts]) expect(one >= 0 && one <= 1).toBe(true)
          const odds = oddsOf(order, given)
          expect(odds.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 9)
          expect(odds.every(one => one >= 0)).toBe(true)
        }
      }),
    )
  })
  const ownParts: fc.Arbitrary<(one: Known) => Known> = fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }).map(by => (one: Known) => ({ ...one, errors: (one.errors ?? 0) * by })),
    fc
      .double({ min: 0, max: 1, noNaN: true })
      .map(by => (one: Known) => ({ ...one, left: 1 - (1 - (one.left ?? 1)) * by })),
    fc.nat(60_000).map(more => (one: Known) => ({ ...one, sinceLast: (one.sinceLast ?? 0) + more })),
    fc.constant((one: Known) => ({ ...one, inRow: 0 })),
  )
  const partsAmongRivals: fc.Arbitrary<(one: Known) => Known> = fc.oneof(
    fc
      .double({ min: 0, max: 1, noNaN: true })
      .map(by => (one: Known) => ({ ...one, latency: (one.latency ?? 1) * by })),
    fc.double({ min: 0, max: 1, noNaN: true }).map(by => (one: Known) => ({ ...one, cost: (one.cost ?? 0) * by })),
  )
  const improvedAt = (known: Readonly<Record<string, Known>>, at: number, improve: (one: Known) => Known): Facts =>
    of(Object.fromEntries(Object.entries(known).map(([id, one], place) => [id, place === at ? improve(one) : one])))

  it('takes no share from whoever gets better in something of its own, however the others stand', () => {
    fc.assert(
      fc.property(anyPool, ownParts, fc.nat(), (known, improve, which) => {
        const at = which % Object.keys(known).length
        const before = oddsOf(made(), of(known))[at] ?? 0
        expect((oddsOf(made(), improvedAt(known, at, improve))[at] ?? 0) - before).toBeGreaterThan(-1e-9)
      }),
      { numRuns: 1000 },
    )
  })
  it('lowers nobody who gets faster or cheaper, and raises nobody else for it', () => {
    fc.assert(
      fc.property(anyPool, partsAmongRivals, fc.nat(), (known, improve, which) => {
        const at = which % Object.keys(known).length
        const before = scoresOf(made(), of(known))
        for (const [place, score] of scoresOf(made(), improvedAt(known, at, improve)).entries()) {
          const change = score - (before[place] ?? 0)
          if (place === at) expect(change).toBeGreaterThan(-1e-9)
          else expect(change).toBeLessThan(1e-9)
        }
      }),
      { numRuns: 1000 },
    )
  })
  it('is as sure of its first as the samples behind the score allow', () => {
    const sure = (samples: number): number => {
      const given = of({ a: { errors: 0, samples }, b: { errors: 0.04, samples } })
      const [a, b] = given.candidates
      return a && b ? (made().confidence?.(a, b, given) ?? -1) : -1
    }
    expect(sure(3000)).toBeGreaterThan(0.99)
    expect(sure(2)).toBeLessThan(0.95)
    expect(sure(2)).toBeGreaterThan(0.5)
  })
})

describe('the preset classic', () => {
  it('knows errors, latency and utilisation as they were published, and no price', () => {
    const given = of({
      a: { cost: 1, latency: 400, errors: 0.01, left: 0.5 },
      b: { cost: 4, latency: 200 },
      c: { cost: 9, latency: 4000, errors: 1 },
    })
    const order = made({ preset: 'classic' })
    expect(Object.keys(partsOf(order, given)[0] ?? {})).toEqual(['reliability', 'momentum', 'speed', 'slack'])
    // 1 less half of the error penalty, a fifth of the latency penalty and a twentieth of the utilisation.
    expect(scoresOf(order, given)[0]).toBeCloseTo(1 - 0.5 * 0.2 - 0.2 * 0.5 - 0.05 * 0.5, 12)
    expect(scoresOf(order, given)[1]).toBe(1)
    expect(oddsOf(order, given)[1]).toBeCloseTo(0.75, 12)
    expect(order.reads).not.toContain('candidate.warm')
  })
  it('gives way where an option is given beside it', () => {
    const given = of({ a: { cost: 1 }, b: { cost: 4 } })
    expect(scoresOf(made({ preset: 'classic', price: '25%' }), given)[1]).toBeCloseTo(1 - 0.25 * 0.75, 12)
    expect(oddsOf(made({ preset: 'classic', price: '25%', rest: '1%' }), given)[1]).toBeCloseTo(0.01, 12)
  })
  it('is named as it is, or the nearest name is told', () => {
    expect(adaptive.make({ preset: 'clasic' })).toEqual({
      ok: false,
      why: 'preset is "clasic"; did you mean "classic"? (balanced or classic)',
      at: 'with.preset',
    })
    expect(adaptive.make({ errorSpan: 0 }).ok).toBe(false)
  })
  it('counts weights by their sum where they come to more than 1', () => {
    const given = of({ a: { cost: 1 }, b: { cost: 2 } })
    const order = made({ reliability: 1, speed: 1, slack: 1, price: 1 })
    expect(scoresOf(order, given)).toEqual([1, expect.closeTo(1 - 0.25 * 0.5, 12)])
  })
})
