/** Who has no room is left out, unless nobody has any and only the provider's own word says so. */
import { describe, expect, it } from 'vitest'
import { candidate, chainOf, compiled, facts, measured } from '../../../test/contract/strategy.contract.ts'
import type { SignalTypes } from '../../domain/signal.ts'
import { unit } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import { decide } from '../decide.ts'

const now = facts([]).now
const room = (requests: number, resetIn?: number, told?: true): SignalTypes['candidate.headroom'] => ({
  requests: unit(requests),
  tokens: unit(1),
  concurrent: unit(1),
  ...(resetIn !== undefined && { resetAt: (now + resetIn) as Instant }),
  ...(told && { told }),
})
const pool = ['a', 'b', 'c'].map(id => candidate(id))
const decided = (rooms: Readonly<Record<string, SignalTypes['candidate.headroom']>>) =>
  decide(compiled({ use: 'within-limits' }), facts(pool, { signals: { 'candidate.headroom': measured(rooms) } }))

describe('where nobody has room', () => {
  it('the one stays that is whole again first, of those whose provider alone says so', () => {
    const decision = decided({ a: room(0, 5_000), b: room(0, 30_000, true), c: room(0, 20_000, true) })
    expect(chainOf(decision)).toEqual(['c'])
    expect(decision.ranked[0]?.reasons[0]?.says).toBe(
      'kept as a last resort: no requests left, whole again in 20 s, by its provider’s word',
    )
  })
  it('nobody stays where our own count says so', () => {
    expect(chainOf(decided({ a: room(0, 5_000), b: room(0, 30_000), c: room(0) }))).toEqual([])
  })
  it('nobody of them stays while somebody has room', () => {
    expect(chainOf(decided({ a: room(0.1), b: room(0, 1_000, true), c: room(0, 2_000, true) }))).toEqual(['a'])
  })
})
