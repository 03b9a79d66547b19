/** Whose work a deployment does. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instant } from '../../test/live-events.ts'
import { tenantOf, Tenants } from './tenants.ts'

describe('a tenant', () => {
  it('is named by the tag, else it is the team', () => {
    expect(tenantOf({ tenant: 'acme' }, { team: 'red' })).toBe('acme')
    expect(tenantOf({ colour: 'red' }, { team: 'red' })).toBe('red')
    expect(tenantOf({}, {})).toBeUndefined()
    expect(tenantOf(JSON.parse('{"__proto__":"x"}'), {})).toBeUndefined()
  })

  it('has the share of the last minute that was for it, of all that was done', () => {
    const tenants = new Tenants()
    expect(tenants.share('a', instant(0))).toBeUndefined()
    for (const [tenant, at] of [
      ['a', 0],
      ['a', 0],
      ['b', 0],
      [undefined, 0],
      ['b', 40_000],
    ] as const)
      tenants.start(tenant, instant(at))
    expect(tenants.share('a', instant(40_000))).toBe(0.4)
    expect(tenants.share('b', instant(40_000))).toBe(0.4)
    expect(tenants.share('nobody', instant(40_000))).toBe(0)
    expect(tenants.share('b', instant(65_000))).toBe(1)
    expect(tenants.share('b', instant(200_000))).toBeUndefined()
    expect(tenants.size).toBe(0)
  })

  it('is counted right to a 128th of all, however many there are, and never too low', () => {
    const tenant = fc.oneof(
      { weight: 1, arbitrary: fc.constant('noisy') },
      { weight: 3, arbitrary: fc.nat(2_000).map(number => `t${number}`) },
    )
    fc.assert(
      fc.property(fc.array(tenant, { minLength: 200, maxLength: 2_000, size: 'max' }), asked => {
        const tenants = new Tenants()
        for (const one of asked) tenants.start(one, instant(1))
        const noisy = asked.filter(one => one === 'noisy').length / asked.length
        const share = tenants.share('noisy', instant(1)) ?? 0
        if (noisy > 1 / 128) expect(share).toBeGreaterThanOrEqual(noisy)
        expect(share).toBeLessThanOrEqual(noisy + 1 / 128)
        expect(tenants.size).toBeLessThanOrEqual(128)
        tenants.share('noisy', instant(100_000))
        expect(tenants.size).toBe(0)
      }),
      { numRuns: 30 },
    )
  })
})
