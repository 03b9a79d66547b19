/** What stays stays: sessions with their candidates, and a lead with who has it, unless there is a reason to move. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { candidate, chainOf, compiled, facts, measured } from '../../test/contract/strategy.contract.ts'
import type { Facts } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { DeploymentId } from '../domain/ids.ts'
import { millis, unit } from '../domain/units.ts'
import { decide } from './decide.ts'

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', '1', '__proto__']
const policy = compiled({ use: 'healthy' }, { use: 'sticky' }, { use: 'random' })
const sessions = 400

const firstOf = (all: readonly Candidate[], session: string, more: Partial<Facts> = {}): string => {
  // Each request of a session has a seed of its own, and is asked at another turn.
  const seed = `request ${session} ${all.length}`
  const given = facts(all, { seed, seeds: { request: seed, session }, ...more })
  return chainOf(decide(policy, given))[0] ?? 'nobody'
}

const anyPool = fc
  .record({
    ids: fc.subarray(names, { minLength: 2 }),
    weights: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: names.length, maxLength: names.length }),
    salt: fc.nat(),
  })
  .map(({ ids, weights, salt }) => ({ salt, all: ids.map((id, at) => candidate(id, { weight: weights[at] ?? 1 })) }))
const which = fc.nat()

/** Every session before and after a change, and who moved. */
const moves = (
  salt: number,
  before: readonly Candidate[],
  after: readonly Candidate[],
  more?: Partial<Facts>,
): readonly (readonly [from: string, to: string])[] =>
  Array.from({ length: sessions }, (_, at): readonly [string, string] => {
    const session = `${salt} ${at}`
    return [firstOf(before, session), firstOf(after, session, more)]
  }).filter(([from, to]) => from !== to)

const runs = { numRuns: 40, seed: 4 }

describe('a session', () => {
  it('moves only if its candidate goes away', () => {
    fc.assert(
      fc.property(anyPool, which, ({ all, salt }, at) => {
        const gone = all[at % all.length]
        const left = all.filter(one => one !== gone)
        for (const [from] of moves(salt, all, left)) expect(from).toBe(gone?.id)
      }),
      runs,
    )
  })
  it('moves only to a candidate that comes', () => {
    fc.assert(
      fc.property(anyPool, fc.integer({ min: 1, max: 20 }), ({ all, salt }, weight) => {
        const come = candidate('new one', { weight })
        const moved = moves(salt, all, [come, ...all])
        for (const [, to] of moved) expect(to).toBe(come.id)
        const share = weight / all.reduce((sum, one) => sum + one.weight, weight)
        expect(Math.abs(moved.length / sessions - share)).toBeLessThanOrEqual(
          5 * Math.sqrt((share * (1 - share)) / sessions),
        )
      }),
      runs,
    )
  })
  it('moves only to whose weight grows, and only from whose weight falls', () => {
    fc.assert(
      fc.property(anyPool, which, fc.integer({ min: 2, max: 9 }), ({ all, salt }, at, times) => {
        const changed = all[at % all.length]
        const grown = all.map(one => (one === changed ? { ...one, weight: one.weight * times } : one))
        for (const [, to] of moves(salt, all, grown)) expect(to).toBe(changed?.id)
        for (const [from] of moves(salt, grown, all)) expect(from).toBe(changed?.id)
      }),
      runs,
    )
  })
  it('leaves a candidate that cannot take it, and comes back', () => {
    const none = { requests: unit(0), tokens: unit(1), concurrent: unit(1) }
    fc.assert(
      fc.property(anyPool, which, fc.boolean(), ({ all, salt }, at, isLimited) => {
        const away = all[at % all.length]
        const id = away?.id ?? ''
        const signals: Facts['signals'] = isLimited
          ? { 'candidate.headroom': measured({ [id]: none }) }
          : { 'candidate.circuit': measured({ [id]: { open: true, why: '5 failures in a row' } }) }
        const without = moves(salt, all, all, { signals })
        for (const [from, to] of without) {
          expect(from).toBe(id)
          expect(to).not.toBe(id)
        }
        const had = Array.from({ length: sessions }, (_, one) => firstOf(all, `${salt} ${one}`)).filter(
          one => one === id,
        )
        // All of them move, and once it can take them again nobody has moved.
        expect(without).toHaveLength(had.length)
        expect(moves(salt, all, all)).toEqual([])
      }),
      runs,
    )
  })
})

describe('a lead', () => {
  const lead = (margin: number) => compiled({ use: 'fast', with: { margin, by: 'first-token', trial: 0 } })
  const anyPaces = fc.array(
    fc.record({ p95: fc.integer({ min: 50, max: 3000 }), samples: fc.integer({ min: 20, max: 5000 }) }),
    { minLength: 2, maxLength: 6 },
  )
  /** How many standard errors a p95 is off, for times that spread log-normally by 0.5, of one sample. */
  const errorOfP95 = 1.06

  it('is never kept by who is worse by more than the margin and by more than may be chance, and is lost for nothing less', () => {
    const seen = { kept: 0, lost: 0 }
    fc.assert(
      fc.property(anyPaces, which, fc.constantFrom(0.05, 0.1, 0.3), (paces, at, margin) => {
        const all = paces.map((_, place) => candidate(names[place] ?? ''))
        const led = at % all.length
        const latency = Object.fromEntries(
          all.map(({ id }, place) => [id, { ...paces[place], p95: millis(paces[place]?.p95 ?? 0) }]),
        )
        const signals = {
          'candidate.latency': measured(latency),
          'pool.incumbent': { value: names[led] as DeploymentId },
        }
        const first = chainOf(decide(lead(margin), facts(all, { signals: signals as Facts['signals'] })))[0]
        const own = paces[led]
        if (own === undefined) return
        const isBeaten = paces.some(({ p95, samples }) => {
          const error = errorOfP95 * Math.sqrt(1 / samples + 1 / own.samples)
          return p95 < own.p95 * (1 - margin) && Math.log(own.p95 / p95) > error
        })
        const fastest = Math.min(...paces.map(({ p95 }) => p95))
        if (isBeaten) {
          seen.lost++
          expect(paces[names.indexOf(first ?? '')]?.p95).toBe(fastest)
        } else {
          seen.kept += own.p95 > fastest ? 1 : 0
          // Of several that are as fast, the id decides.
          if (own.p95 > fastest) expect(first).toBe(names[led])
          else expect(paces[names.indexOf(first ?? '')]?.p95).toBe(fastest)
        }
      }),
      { numRuns: 3000 },
    )
    expect(Math.min(seen.kept, seen.lost)).toBeGreaterThan(100)
  })
  it('goes to the fastest at once where no margin is wanted', () => {
    fc.assert(
      fc.property(anyPaces, which, (paces, at) => {
        const all = paces.map((_, place) => candidate(names[place] ?? ''))
        const latency = Object.fromEntries(
          all.map(({ id }, place) => [id, { ...paces[place], p95: millis(paces[place]?.p95 ?? 0) }]),
        )
        const signals = {
          'candidate.latency': measured(latency),
          'pool.incumbent': { value: names[at % all.length] as DeploymentId },
        }
        const first = chainOf(decide(lead(0), facts(all, { signals: signals as Facts['signals'] })))[0]
        expect(paces[names.indexOf(first ?? '')]?.p95).toBe(Math.min(...paces.map(({ p95 }) => p95)))
      }),
    )
  })
})
