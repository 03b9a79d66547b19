/** Names of any length: told apart as they are, and kept in a bounded room. */
import { describe, expect, it } from 'vitest'
import { attemptOf, candidateOf, instant, usageOf } from '../../test/live-events.ts'
import type { DeploymentId, VirtualKeyId } from '../domain/ids.ts'
import { tokens } from '../domain/units.ts'
import { shortName } from './short-name.ts'
import { tenantOf } from './tenants.ts'
import { Warmth } from './warmth.ts'

const long = (last: string): string => 'x'.repeat(9_000) + last

describe('a name', () => {
  it('stands as it is up to 128 characters, and is then told by its length and a digest', () => {
    expect(shortName('y'.repeat(128))).toBe('y'.repeat(128))
    expect(shortName(long('a'))).toMatch(/^#9001:[0-9a-f]{16}$/)
    expect(shortName(long('a'))).not.toBe(shortName(long('b')))
    expect(tenantOf({ tenant: long('a') }, {})).toBe(shortName(long('a')))
  })
  it('of a session takes no more room where it is saved, and finds its own session again', () => {
    const key = 'k' as VirtualKeyId
    const one = candidateOf('a')
    const warmth = new Warmth()
    const usage = { ...usageOf(100, 10), inputCached: tokens(80) }
    for (let place = 0; place < 100; place++)
      warmth.settled(key, long(String(place)), [attemptOf({ candidate: one, startedAt: 1_000, at: 2_000, usage })])
    const saved = warmth.save(instant(2_000))
    expect(JSON.stringify(saved).length).toBeLessThan(100 * 300)
    const restored = new Warmth()
    restored.restore(saved, { now: instant(2_000), shift: 0 })
    expect(restored.find('a' as DeploymentId, key, long('7'), instant(2_000))?.tokens).toBe(80)
    expect(restored.find('a' as DeploymentId, key, long('100'), instant(2_000))).toBeUndefined()
  })
})
