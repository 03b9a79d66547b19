/** What a dispatch may do as the house stands: whom it may ask again, beside the first, and whom not at all. */
import { describe, expect, it } from 'vitest'
import { ended, started } from '../../test/live-events.ts'
import { candidate, compiled, facts } from '../../test/contract/strategy.contract.ts'
import { requestOf } from '../../test/requests.ts'
import type { Hands } from '../dispatch/hands.ts'
import type { RequestShape } from '../domain/decision.ts'
import type { PoolId } from '../domain/ids.ts'
import type { PolicyStep } from '../domain/policy.ts'
import type { Wishes } from '../domain/request.ts'
import { millis } from '../domain/units.ts'
import { decide } from '../routing/decide.ts'
import { liveState } from '../state/live-state.ts'
import { testClock } from '../../test/clock.ts'
import { equip } from './equip.ts'
import type { House } from './house.ts'

const [a, b] = [candidate('a'), candidate('b')]
const failure = { kind: 'upstream-overloaded', message: 'm' } as const

interface Plan {
  readonly wishes?: Partial<Wishes>
  readonly shape?: Partial<RequestShape>
  /** How often `a` has failed. */
  readonly failures?: number
  /** It was known when it was decided. */
  readonly wasOpen?: boolean
  readonly steps?: readonly PolicyStep[]
}

const scene = (plan: Plan = {}): Hands => {
  const clock = testClock()
  const live = liveState()
  for (let nth = 0; nth < (plan.failures ?? 0); nth++) {
    live.hear(started(a, clock.now(), `r${nth}`))
    live.hear(ended({ candidate: a, startedAt: clock.now(), at: clock.now(), request: `r${nth}`, failure }))
  }
  const policy = compiled(...(plan.steps ?? [{ use: 'healthy' }]))
  const circuit = { 'candidate.circuit': { by: { [a.id]: { open: true, why: 'ill' } } } }
  const plain = facts([a, b], plan.wasOpen === true ? { signals: circuit } : {})
  const known = { ...plain, request: { ...plain.request, ...plan.shape } }
  const house = { clock, live, adapters: new Map(), routes: {}, ids: {}, telemetry: () => undefined }
  return equip(
    {
      request: requestOf({ wishes: { tags: {}, ...plan.wishes } }),
      route: { pool: 'pool' as PoolId, candidates: [a, b], policy },
      trace: { facts: known, decision: decide(policy, known) },
    },
    house as unknown as House,
  )
}

describe('a dispatch', () => {
  it('stays with the first where the caller wants no fallback, unless it named an order', () => {
    expect(scene().staysWithFirst).toBe(false)
    expect(scene({ wishes: { allowFallbacks: true } }).staysWithFirst).toBe(false)
    expect(scene({ wishes: { allowFallbacks: false } }).staysWithFirst).toBe(true)
    expect(scene({ wishes: { allowFallbacks: false, order: [] } }).staysWithFirst).toBe(true)
    expect(scene({ wishes: { allowFallbacks: false, order: ['b', 'a'] } }).staysWithFirst).toBe(false)
  })
  it('has no more patience than the request wishes, and no more than the policy', () => {
    const { maxAttempts, total } = scene().patience
    const short = scene({ wishes: { maxAttempts: 1, timeout: millis(1000) } }).patience
    expect(short).toMatchObject({ maxAttempts: 1, total: 1000 })
    const long = scene({ wishes: { maxAttempts: 99, timeout: millis(total + 1) } }).patience
    expect(long).toMatchObject({ maxAttempts, total })
  })
  it('leaves out whose circuit has opened since it was decided, if the policy heeds circuits', () => {
    const ill = scene({ failures: 6 })
    expect([ill.isOpen(a), ill.isOpen(b)]).toEqual([true, false])
    expect(scene({ failures: 6, steps: [{ use: 'cheap' }] }).isOpen(a)).toBe(false)
  })
  it('asks whoever was kept as a last resort, once', () => {
    const last = scene({ failures: 6, wasOpen: true })
    expect([last.isOpen(a), last.mayRetry(a)]).toEqual([false, false])
    expect(last.mayRetry(b)).toBe(true)
  })
  it('asks again whoever failed last only as often as its pool may', () => {
    expect(scene({ failures: 1 }).mayRetry(a)).toBe(true)
    expect(scene({ failures: 6, steps: [{ use: 'cheap' }] }).mayRetry(a)).toBe(true)
  })
  it('asks nobody beside the first for what would be done twice', () => {
    expect(scene().mayAskSeveral(undefined)).toBe(true)
    expect(scene({ shape: { hasServerTools: true } }).mayAskSeveral(undefined)).toBe(false)
  })
})
