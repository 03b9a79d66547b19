/** Sessions stay where they are, unless their candidate cannot take them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { candidate, chainOf, compiled, facts, measured } from '../../../test/contract/strategy.contract.ts'
import type { Facts } from '../../domain/decision.ts'
import type { StepOptions } from '../../domain/policy.ts'
import type { Signals, SignalTypes } from '../../domain/signal.ts'
import { unit } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import { decide } from '../decide.ts'
import { sticky } from './sticky.ts'

const pool = (...ids: readonly string[]): Facts['candidates'] => ids.map(id => candidate(id))
const asked = (candidates: Facts['candidates'], session: string | undefined, signals: Signals = {}): Facts =>
  facts(candidates, {
    signals,
    seed: `request-of-${session ?? 'nobody'}`,
    seeds: { request: 'r', ...(session !== undefined && { session }) },
  })
const policies = new Map<string, ReturnType<typeof compiled>>()
const step = (options: StepOptions): ReturnType<typeof compiled> => {
  const key = JSON.stringify(options)
  const found = policies.get(key) ?? compiled({ use: 'sticky', with: options })
  policies.set(key, found)
  return found
}
const chain = (given: Facts, options: StepOptions = {}): readonly string[] => chainOf(decide(step(options), given))
const firstOf = (given: Facts, options: StepOptions = {}): string | undefined => chain(given, options)[0]
const sessions = Array.from({ length: 400 }, (_, place) => `session-${place}`)
const room = (requests: number, concurrent = 1): SignalTypes['candidate.headroom'] => ({
  requests: unit(requests),
  tokens: unit(1),
  concurrent: unit(concurrent),
  resetAt: 1_750_000_005_000 as Instant,
})

describe('sticky', () => {
  it('gives the same session the same order, and sessions different ones', () => {
    const all = pool('a', 'b', 'c', 'd')
    for (const session of sessions.slice(0, 20)) {
      const other = { ...asked(all, session), seed: 'another request', candidates: all.toReversed() }
      expect(chain(asked(all, session))).toEqual(chain(other))
    }
    expect(new Set(sessions.map(session => chain(asked(all, session)).join(' '))).size).toBe(24)
  })
  it('spreads sessions by weight', () => {
    const all = [candidate('a', { weight: 3 }), candidate('b', { weight: 1 }), candidate('idle', { weight: 0 })]
    const many = Array.from({ length: 4000 }, (_, place) => firstOf(asked(all, `s${place}`)))
    expect(Math.abs(many.filter(id => id === 'a').length / 4000 - 0.75)).toBeLessThan(0.03)
    expect(many).not.toContain('idle')
    expect(decide(step({}), asked(all, 's1')).propensity).toEqual({ a: 0.75, b: 0.25, idle: 0 })
  })
  it('moves only those whose candidate goes away, and brings them back with it', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const weighted = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: ids.length, maxLength: ids.length })
    fc.assert(
      fc.property(weighted, fc.subarray(ids, { minLength: 1 }), fc.string(), (weights, left, session) => {
        const all = ids.map((id, place) => candidate(id, { weight: weights[place] ?? 1 }))
        const before = chain(asked(all, session))
        const after = chain(
          asked(
            all.filter(({ id }) => left.includes(id)),
            session,
          ),
        )
        // Whoever is left stands as before: the first stays first if it is still there.
        expect(after).toEqual(before.filter(id => left.includes(id)))
      }),
    )
  })
  it('keeps every session where it is when another is taken out, and takes sessions to a new one from all alike', () => {
    const before = new Map(sessions.map(session => [session, firstOf(asked(pool('a', 'b', 'c'), session))]))
    const without = sessions.filter(session => firstOf(asked(pool('a', 'b'), session)) !== before.get(session))
    expect(without).toEqual(sessions.filter(session => before.get(session) === 'c'))
    const added = sessions.filter(session => firstOf(asked(pool('a', 'b', 'c', 'd'), session)) !== before.get(session))
    for (const session of added) expect(firstOf(asked(pool('a', 'b', 'c', 'd'), session))).toBe('d')
    expect(new Set(added.map(session => before.get(session)))).toEqual(new Set(['a', 'b', 'c']))
  })
  it('leaves who has no session to the next step', () => {
    const policy = compiled({ use: 'sticky' }, { use: 'weighted' })
    const none = { ...asked(pool('a', 'b', 'c'), undefined), seed: 'x' }
    expect(decide(policy, none)).toMatchObject({ decidedBy: '1:weighted' })
    expect(decide(policy, none).ranked.every(one => one.reasons.length === 1)).toBe(true)
    expect(Object.values(decide(policy, none).propensity)).toEqual([1 / 3, 1 / 3, 1 / 3])
    const { seeds: _, ...bare } = none
    expect(decide(policy, bare).decidedBy).toBe('1:weighted')
  })
  it('stays by user or by tag where it is told to', () => {
    const all = pool('a', 'b', 'c', 'd')
    const by = (user: string, tenant?: string): Facts =>
      facts(all, {
        request: { caller: { key: 'k', user }, tags: tenant === undefined ? {} : { tenant } },
        seeds: { request: user },
      })
    const users = sessions.slice(0, 50)
    expect(new Set(users.map(user => firstOf(by(user), { by: 'user' }))).size).toBe(4)
    expect(new Set(users.map(user => firstOf(by(user, 'acme'), { by: 'tags.tenant' }))).size).toBe(1)
    expect(decide(step({ by: 'tags.tenant' }), by('u')).decidedBy).toBe('tie')
    expect(decide(step({ by: 'tags.toString' }), by('u')).decidedBy).toBe('tie')
  })
  it('says what would be right where nobody can stay by it', () => {
    expect(sticky.make({ by: 'sesion' })).toMatchObject({
      why: 'by is "sesion"; did you mean "session"? (session, user, or a tag such as tags.tenant)',
    })
    expect(sticky.make({ by: 'request' }).ok).toBe(false)
    expect(sticky.make({ by: 'tags.' }).ok).toBe(false)
    expect(sticky.make({ tenantShare: '130%' }).ok).toBe(false)
  })
})

describe('sticky steps back', () => {
  const all = pool('a', 'b', 'c')
  const usual = chain(asked(all, 'visitor'))
  const [first = '', second = '', third = ''] = usual
  it('while the limits of its candidate are used up, to the next of the same order, and comes back', () => {
    const empty = asked(all, 'visitor', { 'candidate.headroom': measured({ [first]: room(0) }) })
    expect(chain(empty)).toEqual([second, third, first])
    const full = asked(all, 'visitor', { 'candidate.headroom': measured({ [first]: room(0.2, 0) }) })
    expect(chain(full)).toEqual([second, third, first])
    const later = { ...empty, now: 1_750_000_005_000 as Instant }
    expect(chain(later)).toEqual(usual)
  })
  it('while its circuit is open', () => {
    const open = { 'candidate.circuit': measured({ [first]: { open: true, why: 'down' } }) }
    expect(chain(asked(all, 'visitor', open))).toEqual([second, third, first])
  })
  it('while it does more than it should for the tenant, where the policy caps that', () => {
    const busy = { 'candidate.tenantShare': measured({ [first]: unit(0.31), [second]: unit(0.3) }) }
    expect(chain(asked(all, 'visitor', busy), { tenantShare: '30%' })).toEqual([second, third, first])
    expect(chain(asked(all, 'visitor', busy))).toEqual(usual)
    const everywhere = { 'candidate.tenantShare': measured({ a: unit(0.5), b: unit(0.6), c: unit(0.4) }) }
    expect(chain(asked(all, 'visitor', everywhere), { tenantShare: '30%' })).toEqual(usual)
  })
  it('the less, the lesser the reason, and says it', () => {
    const given = asked(all, 'visitor', {
      'candidate.circuit': measured({ [first]: { open: true, why: 'down' } }),
      'candidate.headroom': measured({ [second]: room(0) }),
      'candidate.tenantShare': measured({ [third]: unit(0.9) }),
    })
    const { ranked, propensity } = decide(step({ tenantShare: '30%' }), given)
    expect(ranked.map(one => one.candidate.id)).toEqual([third, second, first])
    const made = sticky.make({})
    const words = made.ok && made.value.kind === 'order' ? made.value.words : String
    expect(ranked.map(one => words(one.reasons[0]?.value ?? Number.NaN))).toEqual([
      'choice 3 (steps back: it does enough for this tenant)',
      'choice 2 (steps back: its limits are used up)',
      'choice 1 (steps back: its circuit is open)',
    ])
    expect(Object.entries(propensity).find(([id]) => id === third)?.[1]).toBe(1)
  })
  it('moves nobody else: sessions of the others stay where they are', () => {
    const empty = { 'candidate.headroom': measured({ a: room(0) }) }
    for (const session of sessions) {
      const before = chain(asked(all, session))
      const after = chain(asked(all, session, empty))
      expect(after).toEqual([...before.filter(id => id !== 'a'), 'a'])
    }
    expect(decide(step({}), asked(all, 'x', empty)).propensity).toEqual({ a: 0, b: 0.5, c: 0.5 })
  })
})
