/** Low latency first, and a small share of requests for those of whom too little is known. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { candidate, chainOf, compiled, facts, measured } from '../../../test/contract/strategy.contract.ts'
import type { Facts } from '../../domain/decision.ts'
import type { DeploymentId } from '../../domain/ids.ts'
import type { StepOptions } from '../../domain/policy.ts'
import { millis } from '../../domain/units.ts'
import { decide } from '../decide.ts'
import { time } from '../wording.ts'
import { fast as fastStep } from './fast.ts'

const given = (latencies: Readonly<Record<string, readonly [p95: number, samples: number]>>, seed = 'seed'): Facts =>
  facts(
    Object.keys(latencies).map(id => candidate(id)),
    {
      seed,
      signals: {
        'candidate.latency': {
          by: Object.fromEntries(
            Object.entries(latencies).map(([id, [p95, samples]]) => [id, { p95: millis(p95), samples }]),
          ),
        },
      },
    },
  )
const fast = (options: StepOptions = {}): ReturnType<typeof compiled> => compiled({ use: 'fast', with: options })
const chances = (options: StepOptions, latencies: Parameters<typeof given>[0]): Readonly<Record<string, number>> =>
  decide(fast(options), given(latencies)).propensity
const firsts = (options: StepOptions, latencies: Parameters<typeof given>[0], id: string): number => {
  let count = 0
  for (let draw = 0; draw < 5000; draw++)
    if (chainOf(decide(fast(options), given(latencies, `request-${draw}`)))[0] === id) count++
  return count / 5000
}

interface Known {
  readonly p95?: number
  readonly samples?: number
  readonly expected?: number
  readonly throughput?: number
}
/** A request of which so much is known of each candidate, and who led until now. */
const led = (incumbent: string | undefined, latencies: Readonly<Record<string, Known>>, seed = 'seed'): Facts =>
  facts(
    Object.keys(latencies).map(id => candidate(id)),
    {
      seed,
      signals: {
        ...(incumbent !== undefined && { 'pool.incumbent': { value: incumbent as DeploymentId } }),
        'candidate.latency': measured(
          Object.fromEntries(
            Object.entries(latencies).map(([id, { p95 = 500, samples = 100, expected, throughput }]) => [
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
    },
  )
const chain = (options: StepOptions, given: Facts): readonly string[] => chainOf(decide(fast(options), given))
const tiers = (options: StepOptions, given: Facts): readonly (readonly [string, number])[] =>
  decide(fast(options), given).ranked.map(one => [one.candidate.id, one.tier])
const saysOf = (options: StepOptions, given: Facts, id: string): string | undefined => {
  const order = fastStep.make(options)
  const reason = decide(fast(options), given).ranked.find(one => one.candidate.id === id)?.reasons[0]
  return order.ok && order.value.kind === 'order' && reason?.value !== undefined
    ? order.value.words(reason.value)
    : undefined
}

describe('fast', () => {
  it('goes by p95, ties within what it is told, and splits at 20 samples', () => {
    expect(chainOf(decide(fast(), given({ a: [900, 20], b: [300, 50], c: [600, 20] })))).toEqual(['b', 'c', 'a'])
    const { ranked } = decide(fast({ within: '100ms' }), given({ a: [390, 20], b: [300, 50], c: [600, 20] }))
    expect(ranked.map(one => [one.candidate.id, one.tier])).toEqual([
      ['a', 0],
      ['b', 0],
      ['c', 1],
    ])
  })
  it('gives an unproven candidate neither nothing nor everything: a tenth, whatever its few samples say', () => {
    const pool = { proven: [900, 20], unproven: [1, 19] } as const
    expect(chances({}, pool)).toEqual({ proven: 0.9, unproven: 0.1 })
    expect(Math.abs(firsts({}, pool, 'unproven') - 0.1)).toBeLessThan(0.02)
  })
  it('has each of the unproven tried alike, all of them on half of the requests at most', () => {
    const many = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].map(id => [id, [1, 0] as const]))
    const odds = chances({ trial: '10%' }, { ...many, proven: [500, 100] })
    expect(odds['proven']).toBeCloseTo(0.5, 12)
    expect(odds['c']).toBeCloseTo(0.05, 12)
    expect(Math.abs(firsts({ trial: '10%' }, { ...many, proven: [500, 100] }, 'j') - 0.05)).toBeLessThan(0.012)
  })
  it('lets nobody be tried where the policy says so, and leaves all tied where nobody is proven', () => {
    expect(chances({ trial: 0 }, { a: [1, 3], b: [900, 30] })).toEqual({ a: 0, b: 1 })
    const { ranked, decidedBy } = decide(fast(), given({ b: [1, 3], a: [900, 3] }))
    expect(ranked.map(one => [one.candidate.id, one.tier])).toEqual([
      ['a', 0],
      ['b', 0],
    ])
    expect(decidedBy).toBe('tie')
  })
  it('keeps a trial in a tier of its own, however near the others are said to count', () => {
    const near = given({ a: [0, 30], b: [5, 3] }, 'request-3')
    const { ranked } = decide(fast({ within: '1m', trial: '50%' }), near)
    expect(ranked.map(one => one.candidate.id)).toEqual(['b', 'a'])
    expect(ranked.map(one => one.tier)).toEqual([0, 1])
  })
  it('counts a p95 below zero as not known', () => {
    expect(chances({ trial: 0 }, { a: [-5, 100], b: [900, 30] })).toEqual({ a: 0, b: 1 })
  })
})

describe('fast goes by what is asked', () => {
  const both = led(undefined, { a: { p95: 300, expected: 9000 }, b: { p95: 500, expected: 4000 } })
  it('the whole answer of this request where that is known of all, else the first token of all', () => {
    expect(chain({}, both)).toEqual(['b', 'a'])
    expect(chain({ by: 'first-token' }, both)).toEqual(['a', 'b'])
    // Of one only the first token is known: 300 ms are not less than 4 s.
    expect(chain({}, led(undefined, { a: { p95: 600 }, b: { p95: 500, expected: 4000 } }))).toEqual(['b', 'a'])
    expect(saysOf({}, led(undefined, { a: { p95: 600 }, b: { p95: 500, expected: 4000 } }), 'b')).toBe('500 ms')
  })
  it('an unproven one keeps nobody from going by the whole answer', () => {
    const given = led(undefined, {
      a: { p95: 300, expected: 9000 },
      b: { p95: 500, expected: 4000 },
      c: { p95: 1, samples: 3 },
    })
    expect(chain({ trial: 0 }, given)).toEqual(['b', 'a', 'c'])
  })
  it('the tokens a second, in words as well; without any it is unproven', () => {
    const given = led(undefined, { a: { throughput: 40 }, b: { throughput: 95.5 }, c: { throughput: 0 }, d: {} })
    expect(chain({ by: 'throughput', trial: 0 }, given)).toEqual(['b', 'a', 'c', 'd'])
    expect(saysOf({ by: 'throughput', trial: 0 }, given, 'b')).toBe('95.5 tokens a second')
    const near = led(undefined, { a: { throughput: 95 }, b: { throughput: 100 }, c: { throughput: 80 } })
    expect(tiers({ by: 'throughput', within: '10%' }, near)).toEqual([
      ['a', 0],
      ['b', 0],
      ['c', 1],
    ])
  })
  it('with options that are read: a window from half a minute to five, and words with the nearest one', () => {
    expect(fastStep.make({ window: '2m' }).ok).toBe(true)
    for (const window of ['29s', '301s', 'long']) expect(fastStep.make({ window }).ok, window).toBe(false)
    expect(fastStep.make({ by: 'througput' })).toMatchObject({
      why: 'by is "througput"; did you mean "throughput"? (expected, first-token or throughput)',
    })
  })
})

describe('who led leads on', () => {
  const close = { a: { p95: 540, samples: 4000 }, b: { p95: 500, samples: 4000 } }
  const clear = { a: { p95: 600, samples: 4000 }, b: { p95: 500, samples: 4000 } }
  it('while nobody is faster by more than the margin, and says so', () => {
    expect(chain({}, led('a', close))).toEqual(['a', 'b'])
    expect(saysOf({}, led('a', close), 'a')).toBe('540 ms (still in the lead: nobody is surely faster)')
    expect(chain({}, led('b', close))).toEqual(['b', 'a'])
    expect(saysOf({}, led('b', close), 'b')).toBe('500 ms')
    expect(chain({}, led('a', clear))).toEqual(['b', 'a'])
    expect(chain({ margin: '5%' }, led('a', close))).toEqual(['b', 'a'])
    expect(chain({ margin: '20%' }, led('a', clear))).toEqual(['a', 'b'])
  })
  it('while it may be chance: the fewer samples, the more must lie between them', () => {
    const few = { a: { p95: 600, samples: 25 }, b: { p95: 500, samples: 25 } }
    expect(chain({}, led('a', few))).toEqual(['a', 'b'])
    expect(chain({}, led('a', { ...few, b: { p95: 400, samples: 25 } }))).toEqual(['b', 'a'])
    expect(decide(fast(), led('a', few)).confidence).toBeLessThan(0.5)
  })
  it('not where the policy lets the fastest lead at once, nor while it is unproven or not there', () => {
    expect(chain({ margin: 0 }, led('a', { a: { p95: 501, samples: 20 }, b: { p95: 500, samples: 20 } }))).toEqual([
      'b',
      'a',
    ])
    expect(chain({}, led('c', close))).toEqual(['b', 'a'])
    expect(chain({ trial: 0 }, led('a', { ...close, a: { p95: 1, samples: 19 } }))).toEqual(['b', 'a'])
  })
  it('and shares its place with those that count as tied with it, or are faster', () => {
    const given = { a: { p95: 540, samples: 4000 }, b: { p95: 500, samples: 4000 }, c: { p95: 560, samples: 4000 } }
    expect(tiers({ within: '5%' }, led('a', given))).toEqual([
      ['a', 0],
      ['b', 0],
      ['c', 0],
    ])
    expect(tiers({ within: '1%' }, led('a', given))).toEqual([
      ['a', 0],
      ['b', 0],
      ['c', 1],
    ])
    // Within the nearness of the fastest there is no lead to keep.
    expect(saysOf({ within: '10%' }, led('a', given), 'a')).toBe('540 ms')
  })
  it('but a trial is a trial all the same, with the same chances', () => {
    const given = { ...close, c: { p95: 1, samples: 3 } }
    const { propensity } = decide(fast(), led('a', given))
    expect(Object.entries(propensity).toSorted()).toEqual([
      ['a', 0.9],
      ['b', 0],
      ['c', 0.1],
    ])
    let tried = 0
    for (let draw = 0; draw < 2000; draw++) {
      const order = chain({}, led('a', given, `request-${draw}`))
      expect(order).toEqual(order[0] === 'c' ? ['c', 'a', 'b'] : ['a', 'b', 'c'])
      if (order[0] === 'c') tried += 1
    }
    expect(Math.abs(tried / 2000 - 0.1)).toBeLessThan(0.03)
  })
  it('so that a lead changes only for one that is truly ahead, whatever was measured', () => {
    const latency = fc.record({ p95: fc.integer({ min: 1, max: 900_000 }), samples: fc.integer({ min: 20, max: 999 }) })
    fc.assert(
      fc.property(fc.record({ a: latency, b: latency, c: latency }), given => {
        const first = chain({}, led('a', given))[0]
        if (first === 'a' || first === undefined) return
        const best = first === 'b' ? given.b : given.c
        expect(best.p95).toBeLessThan(given.a.p95 * 0.9)
        // The one that leads is the fastest; the lead went over since somebody is surely ahead.
        const isAhead = [given.b, given.c].some(
          ({ p95, samples }) =>
            p95 < given.a.p95 * 0.9 &&
            Math.log(given.a.p95 / p95) > 1.06 * Math.sqrt(1 / samples + 1 / given.a.samples),
        )
        expect(isAhead).toBe(true)
        expect(best.p95).toBe(Math.min(given.a.p95, given.b.p95, given.c.p95))
      }),
    )
  })
  it('and tells in its key what was measured, however it came to lead', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 700_000_000 }), p95 => {
        const given = led('a', { a: { p95, samples: 30 }, b: { p95: p95 - 1, samples: 30 } })
        expect(saysOf({}, given, 'a')).toBe(`${time(p95)} (still in the lead: nobody is surely faster)`)
      }),
    )
  })
})
