/** Why nobody can serve: whose doing it is, and when it is worth asking again. */
import { describe, expect, it } from 'vitest'
import { candidate, facts } from '../../test/contract/strategy.contract.ts'
import type { GatewayEvent } from '../domain/gateway-event.ts'
import type { RequestId, SpanId } from '../domain/ids.ts'
import type { Policy } from '../domain/policy.ts'
import { microUsd, millis, unit } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import { compilePolicy } from '../routing/compile-policy.ts'
import { decide } from '../routing/decide.ts'
import { liveState } from '../state/live-state.ts'
import { unserved } from './unserved.ts'

const now = 1_750_000_000_000 as Instant
const policy = (...uses: readonly string[]): Policy => ({
  name: 'p',
  steps: uses.map(use => ({ use })),
  execution: { mode: 'fallback' },
  patience: {
    maxAttempts: 3,
    retriesPerCandidate: 1,
    maxWait: millis(1),
    connect: millis(1),
    firstToken: millis(1),
    idle: millis(1),
    total: millis(1),
  },
  seed: 'request',
  fallbackOn: [],
  midStream: 'error',
})
const nobodyFor = (asked: Parameters<typeof facts>[1], ...uses: readonly string[]) => {
  const compiled = compilePolicy(policy(...uses))
  if (!compiled.ok) throw new Error(compiled.why)
  const told = facts([candidate('a'), candidate('b')], asked)
  return unserved({ facts: told, decision: decide(compiled.value, told) }, liveState(), now)
}

describe('nobody can serve', () => {
  it('because the key may use none of them', () => {
    expect(nobodyFor({ bounds: { allow: { providers: ['mistral'] } } }, 'capable')).toMatchObject({ kind: 'forbidden' })
  })
  it('because none can do what is asked', () => {
    const failure = nobodyFor({ request: { needs: ['audio'] } }, 'capable')
    expect(failure).toMatchObject({ kind: 'invalid-request' })
    expect(failure.message).toContain('audio')
  })
  it('because each would cost more than the request may', () => {
    expect(nobodyFor({ bounds: { budgetCap: microUsd(1) } }, 'capable')).toMatchObject({ kind: 'over-budget' })
  })
  it('because the request itself names others, and says who', () => {
    const failure = nobodyFor({ bounds: { lock: 'mistrall' } }, 'capable')
    expect(failure).toMatchObject({ kind: 'invalid-request' })
    expect(failure.message).toContain('mistrall')
    expect(nobodyFor({ bounds: { only: ['x'] } }, 'capable')).toMatchObject({ kind: 'invalid-request' })
    expect(nobodyFor({ bounds: { ignore: ['openai'] } }, 'capable')).toMatchObject({ kind: 'invalid-request' })
  })
  it('because of several things that the request itself wants, each of which leaves somebody out', () => {
    const candidates = [
      candidate('a', { tags: { zdr: 'true' } }),
      candidate('b', { tags: { zdr: 'false' }, provider: 'mistral' as never }),
    ]
    const asked = { candidates, bounds: { tags: { zdr: ['true'] }, only: ['mistral'] } }
    const failure = nobodyFor(asked, 'healthy')
    expect(failure).toMatchObject({ kind: 'invalid-request' })
    expect(failure.message).toContain('its zdr is false, which must be true')
  })
  it('for reasons that nobody alone answers for', () => {
    const both = { bounds: { budgetCap: microUsd(1500) }, request: { needs: ['text' as const] } }
    const candidates = [
      candidate('dear', { price: { inputPerMillion: microUsd(9e6), outputPerMillion: microUsd(9e6) } }),
    ]
    const compiled = compilePolicy(policy('capable'))
    if (!compiled.ok) throw new Error(compiled.why)
    const told = facts([...candidates, candidate('deaf', { accepts: [] })], both)
    const decision = decide(compiled.value, { ...told, bounds: { budgetCap: microUsd(5000) } })
    expect(unserved({ facts: told, decision }, liveState(), now)).toMatchObject({ kind: 'no-candidate' })
  })
  it('because all are at their limits: it tells when the first is whole again', () => {
    const by = { resetAt: (now + 7000) as Instant, requests: unit(0), tokens: unit(1), concurrent: unit(1) }
    const signals = { 'candidate.headroom': { by: { [candidate('a').id]: by, [candidate('b').id]: by } } }
    expect(nobodyFor({ signals }, 'within-limits')).toMatchObject({ kind: 'upstream-rate-limited', retryAfter: 7000 })
  })
  it('for now: it tells when the first circuit lets somebody through again', () => {
    const live = liveState()
    const one = candidate('a')
    const fail = (at: number): void => {
      const base = { at: (now + at) as Instant, request: `r${at}` as RequestId }
      const started: GatewayEvent = { ...base, type: 'attempt-started', kind: 'primary', candidate: one }
      const attempt = {
        index: 0,
        candidate: one,
        credentialsLeft: 0,
        kind: 'primary' as const,
        spanId: 's' as SpanId,
        lane: 'express' as const,
        startedAt: base.at,
        endedAt: base.at,
        committed: false,
        failure: { kind: 'upstream-overloaded' as const, message: 'm' },
        size: 0,
        losses: [],
      }
      live.hear(started)
      live.hear({ ...base, type: 'attempt-ended', attempt, streamed: false })
    }
    for (const at of [0, 1, 2, 3, 4, 5]) fail(at)
    const compiled = compilePolicy(policy('healthy'))
    if (!compiled.ok) throw new Error(compiled.why)
    const at = (now + 10) as Instant
    const { open, why } = live.circuit(one.id, at)
    const told = facts([one], {
      signals: { 'candidate.circuit': { by: { [one.id]: { open, why, by: 'told' as const } } } },
    })
    const failure = unserved({ facts: told, decision: decide(compiled.value, told) }, live, at)
    expect(failure).toMatchObject({ kind: 'no-candidate' })
    expect(failure.retryAfter).toBeGreaterThan(1000)
    expect(failure.retryAfter).toBeLessThan(10_000)
  })
})
