/** Shares of traffic: what each way to spread promises is what it gives, worked out anew and counted over seeds. */
import { describe, expect, it } from 'vitest'
import { candidate, compiled, facts, measured, price } from '../../test/contract/strategy.contract.ts'
import { chanceOf } from '../../test/chance.ts'
import type { Chance } from '../../test/chance.ts'
import type { Facts } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { DeploymentId } from '../domain/ids.ts'
import type { PolicyStep } from '../domain/policy.ts'
import { millis, unit } from '../domain/units.ts'
import { decide } from './decide.ts'

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0)
const sharesOf = (weights: readonly number[]): readonly number[] => weights.map(one => one / sumOf(weights))

/** Five standard errors of a count of so many draws: once in two million by chance. */
const bound = (share: number, draws: number): number => 5 * Math.sqrt((share * (1 - share)) / draws) + 1e-9

/** How often each comes first, and what was promised for each. */
const counted = (steps: readonly PolicyStep[], given: Facts, draws: number) => {
  const policy = compiled(...steps)
  const firsts = new Map<string, number>()
  for (let draw = 0; draw < draws; draw++) {
    const seed = `draw ${draw}`
    const seeds = { request: seed, session: `session ${draw}`, user: `user ${draw}` }
    const first = decide(policy, { ...given, seed, seeds }).ranked[0]?.candidate.id ?? 'nobody'
    firsts.set(first, (firsts.get(first) ?? 0) + 1)
  }
  const promised = decide(policy, given).propensity
  return {
    share: (id: string) => (firsts.get(id) ?? 0) / draws,
    promised: (id: string) => promised[id as DeploymentId],
  }
}

const draws = 4000

/** Holds what is promised against what is worked out here, and what is given against both. */
const expectShares = (steps: readonly PolicyStep[], given: Facts, exact: ReadonlyMap<string, number>): void => {
  const { share, promised } = counted(steps, given, draws)
  for (const [id, wanted] of exact) {
    expect(promised(id), `${id} is promised`).toBeCloseTo(wanted, 9)
    expect(Math.abs(share(id) - wanted), `${id} is given`).toBeLessThanOrEqual(bound(wanted, draws))
  }
}

const pool = (chance: Chance, change: (chance: Chance) => Partial<Candidate>): readonly Candidate[] =>
  names.slice(0, chance.between(2, names.length)).map(id => candidate(id, change(chance)))
const byId = (all: readonly Candidate[], shares: readonly number[]): ReadonlyMap<string, number> =>
  new Map(all.map(({ id }, at) => [id as string, shares[at] ?? 0]))

const rounds = Array.from({ length: 8 }, (_, at) => at)

describe.each(rounds)('over seeds, in world %i', round => {
  it('weighted gives each its weight of all weights', () => {
    const all = pool(chanceOf(round), chance => ({ weight: chance.pick([0.5, 1, 2, 5, 90]) }))
    expectShares([{ use: 'weighted' }], facts(all), byId(all, sharesOf(all.map(({ weight }) => weight))))
  })

  it('inverse-square gives who costs half as much four times as many', () => {
    const all = pool(chanceOf(round), chance => price(chance.between(1, 20), chance.between(1, 20)))
    const costs = all.map(({ price: of }) => (of?.inputPerMillion ?? 0) * 1000 + (of?.outputPerMillion ?? 0) * 500)
    expectShares([{ use: 'inverse-square' }], facts(all), byId(all, sharesOf(costs.map(cost => 1 / cost ** 2))))
  })

  it('fast tries each of the unproven on a tenth, and all of them on half at most', () => {
    const chance = chanceOf(round)
    const all = pool(chance, () => ({}))
    const proven = all.map((_, at) => at === 0 || chance.is(0.4))
    const p95 = all.map((_, at) => 100 + 50 * at)
    const latency = Object.fromEntries(
      all.map(({ id }, at) => [id, { p95: millis(p95[at] ?? 0), samples: proven[at] === true ? 50 : 3 }]),
    )
    const unproven = proven.filter(one => !one).length
    const each = Math.min(0.1, 0.5 / Math.max(1, unproven))
    const shares = all.map((_, at) => (proven[at] === true ? (at === 0 ? 1 - unproven * each : 0) : each))
    const given = facts(all, { signals: { 'candidate.latency': measured(latency) } })
    expectShares([{ use: 'fast' }], given, byId(all, shares))
  })

  it('adaptive gives those within 5 % of the top their score, and the rest 5 % together', () => {
    const chance = chanceOf(round)
    const all = pool(chance, () => price(1, 2))
    const rates = all.map(() => chance.pick([0, 0.001, 0.002, 0.02, 0.05]))
    const errors = Object.fromEntries(
      all.map(({ id }, at) => [id, { rate: unit(rates[at] ?? 0), inRow: 1, samples: 500 }]),
    )
    // Half of the score is reliability, which is gone at 5 % of errors; all else is alike.
    const scores = rates.map(rate => 1 - 0.5 * Math.min(1, rate / 0.05))
    const top = Math.max(...scores)
    const isTop = scores.map(score => score >= top * 0.95)
    const best = sumOf(scores.filter((_, at) => isTop[at]))
    const others = isTop.filter(one => !one).length
    const each = others === 0 ? 0 : Math.min(top * 0.95, ((0.05 / 0.95) * best) / others)
    const shares = sharesOf(scores.map((score, at) => (isTop[at] === true ? score : each)))
    const given = facts(all, { signals: { 'candidate.errors': measured(errors) } })
    expectShares([{ use: 'adaptive' }], given, byId(all, shares))
  })

  it('explore gives its share to those of whom nothing is known, alike, and leaves the rest alone', () => {
    const chance = chanceOf(round)
    const all = pool(chance, () => ({}))
    const part = chance.pick([0.05, 0.2, 0.5])
    const shares = all.map((_, at) => part / all.length + (at === 0 ? 1 - part : 0))
    const steps = [{ use: 'explore', with: { share: part } }, { use: 'priority' }]
    expectShares(steps, facts(all), byId(all, shares))
  })

  it('sticky and random by session give each session to one, by weight or alike', () => {
    const all = pool(chanceOf(round), chance => ({ weight: chance.pick([1, 2, 5]) }))
    const given = facts(all, { seeds: { request: 'r', session: 's' } })
    expectShares([{ use: 'sticky' }], given, byId(all, sharesOf(all.map(({ weight }) => weight))))
    expectShares(
      [{ use: 'random' }],
      given,
      byId(
        all,
        all.map(() => 1 / all.length),
      ),
    )
  })

  it('arms get their shares, also in arms, and what each arm spreads is spread in it', () => {
    const chance = chanceOf(round)
    const all = names.map(id => candidate(id, { weight: chance.between(1, 9) }))
    const [outer, inner] = [chance.pick([0.05, 0.2, 0.5, 0.9]), chance.pick([0.1, 0.5])]
    const to = (...deployments: readonly string[]): PolicyStep => ({ use: 'only', with: { deployments } })
    const by = chance.pick(['request', 'session', 'user'] as const)
    const steps: readonly PolicyStep[] = [
      {
        by,
        split: [
          { name: 'canary', share: unit(outer), steps: [to('a', 'b'), { use: 'weighted' }] },
          {
            name: 'rest',
            share: unit(1 - outer),
            steps: [
              {
                by: chance.pick(['request', 'session', 'user'] as const),
                split: [
                  { name: 'left', share: unit(inner), steps: [to('c')] },
                  { name: 'right', share: unit(1 - inner), steps: [to('d', 'e'), { use: 'random' }] },
                ],
              },
            ],
          },
        ],
      },
    ]
    const [a, b] = sharesOf(all.slice(0, 2).map(({ weight }) => weight))
    const right = ((1 - outer) * (1 - inner)) / 2
    const shares = [outer * (a ?? 0), outer * (b ?? 0), (1 - outer) * inner, right, right]
    // Only some of them are left in the arm that was drawn; the others are told as long as they have a chance.
    expectShares(steps, facts(all), byId(all.slice(0, 5), shares))
  })
})

describe('arms', () => {
  it.each(['session', 'user', 'tags.tenant'] as const)(
    'by %s stay the same for the same, whatever else is drawn',
    by => {
      const policy = compiled(
        {
          by,
          split: [
            { name: 'canary', share: unit(0.3), steps: [] },
            { name: 'rest', share: unit(0.7), steps: [] },
          ],
        },
        { use: 'random' },
      )
      const all = names.map(id => candidate(id))
      const arms = new Set<string>()
      const whoever = new Set<string>()
      for (let who = 0; who < 200; who++) {
        const seen = new Set<string>()
        for (let turn = 0; turn < 10; turn++) {
          const seed = `request ${who} ${turn}`
          const seeds = { request: seed, session: `session ${who}`, user: `user ${who}` }
          const given = facts(all, { seed, seeds, request: { tags: { tenant: `tenant ${who}` } } })
          const decision = decide(policy, given)
          seen.add(decision.arms?.[0]?.arm ?? '')
          whoever.add(decision.ranked[0]?.candidate.id ?? '')
        }
        expect([...seen], `${who}`).toHaveLength(1)
        for (const arm of seen) arms.add(arm)
      }
      expect(arms).toEqual(new Set(['canary', 'rest']))
      expect(whoever.size).toBe(names.length)
    },
  )
  it('that grow take from the others, and nobody else moves', () => {
    const armOf = (share: number, who: number): string | undefined => {
      const split = [
        { name: 'canary', share: unit(share), steps: [] },
        { name: 'left', share: unit((1 - share) / 2), steps: [] },
        { name: 'right', share: unit((1 - share) / 2), steps: [] },
      ]
      const given = facts([candidate('a')], { seeds: { request: `${who}`, session: `session ${who}` } })
      return decide(compiled({ by: 'session', split }), given).arms?.[0]?.arm
    }
    let moved = 0
    for (let who = 0; who < 1000; who++) {
      const [before, after] = [armOf(0.05, who), armOf(0.25, who)]
      if (before === after) continue
      expect(after).toBe('canary')
      moved++
    }
    expect(Math.abs(moved / 1000 - 0.2)).toBeLessThanOrEqual(bound(0.2, 1000))
  })
})
