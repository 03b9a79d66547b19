/** Small certainties of the nouns: units, fingerprints, failures, deliveries, errors, the version. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAllowed } from './caller.ts'
import { deliveryOf } from './delivery.ts'
import { codeOf, consequences, reasonOf, statusOf } from './failure.ts'
import { canonical, fingerprint } from './fingerprint.ts'
import { GatewayError } from './gateway-error.ts'
import { microUsd, tokens, unit } from './units.ts'
import { version } from './version.ts'

describe('units', () => {
  it('an opinion lies between 0 and 1, whatever was measured', () => {
    expect([-1, 0.5, 7, Number.NaN, Number.POSITIVE_INFINITY].map(unit)).toEqual([0, 0.5, 1, 0, 1])
  })
  it('money is whole millionths', () => expect(microUsd(1.5)).toBe(2))
})

describe('a fingerprint', () => {
  it('does not depend on the order of keys, nor on members that are undefined', () => {
    expect(fingerprint({ a: 1, b: [{ c: 2, d: undefined }] })).toBe(fingerprint({ b: [{ c: 2 }], a: 1 }))
  })
  it('depends on everything else', () => {
    expect(fingerprint({ a: [1, 2] })).not.toBe(fingerprint({ a: [2, 1] }))
    expect(fingerprint({ a: 1 })).not.toBe(fingerprint({ a: '1' }))
  })
  it('is made from text that JSON reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

describe('a failure', () => {
  it('has the status of its kind unless it says otherwise', () => {
    expect(statusOf({ kind: 'invalid-request', message: '' })).toBe(400)
    expect(statusOf({ kind: 'invalid-request', message: '', status: 413 })).toBe(413)
  })
  it('has a code, which is the kind but for an unknown target', () => {
    expect(codeOf({ kind: 'over-budget', message: '' })).toBe('over-budget')
    expect(codeOf({ kind: 'target-unknown', message: '' })).toBe('model_not_found')
  })
  it('names a step down in one word', () => {
    expect(reasonOf({ kind: 'upstream-overloaded', message: '', upstream: { status: 529 } })).toBe('upstream_5xx')
    expect(reasonOf({ kind: 'upstream-rate-limited', message: '', upstream: { status: 429 } })).toBe('upstream_429')
    expect(reasonOf({ kind: 'upstream-timeout', message: '' })).toBe('upstream_timeout')
  })
  it('blames nobody for a client that left, and never the deployment for the caller’s own fault', () => {
    expect(consequences.cancelled.blames).toBe('nobody')
    const callers = Object.values(consequences).filter(({ whose }) => whose === 'caller')
    expect(callers.filter(({ blames }) => blames === 'deployment' || blames === 'credential')).toEqual([])
    expect(callers.filter(({ retry }) => retry !== 'no')).toEqual([])
    // Only for a limit may another do, which may cost less or have one of its own.
    expect(callers.filter(({ advance }) => advance !== 'never').map(({ status }) => status)).toEqual([402, 429])
  })
})

describe('a delivery', () => {
  it('reads from its events what the house needs', () => {
    const usage = {
      input: tokens(1),
      inputCached: tokens(0),
      inputCacheWritten: tokens(0),
      output: tokens(2),
      reasoning: tokens(0),
    }
    const made = deliveryOf([
      { type: 'response-start', model: 'm', upstreamId: 'u' },
      { type: 'text-delta', block: 0, text: 'abc' },
      { type: 'choice-end', reason: 'length' },
      { type: 'usage', usage },
      { type: 'response-end' },
    ])
    expect(made).toMatchObject({
      model: 'm',
      upstreamId: 'u',
      content: true,
      size: 3,
      finish: 'length',
      usage,
      ended: true,
    })
  })
})

describe('a gateway error', () => {
  it('is known by its symbol, also from another copy of the package', () => {
    expect(GatewayError.is(new GatewayError({ kind: 'internal', message: 'm' }))).toBe(true)
    expect(GatewayError.is({ [Symbol.for('signalbox.gateway-error')]: true })).toBe(true)
    expect(GatewayError.is(new Error('m'))).toBe(false)
    expect(GatewayError.is(undefined)).toBe(false)
  })
})

describe('an allow-list', () => {
  it('allows everything where there is none, or a star', () => {
    expect([
      isAllowed(undefined, 'a'),
      isAllowed(['*'], 'a'),
      isAllowed(['a'], 'a'),
      isAllowed(['b'], 'a'),
      isAllowed([], 'a'),
    ]).toEqual([true, true, true, false, false])
  })
})

it('the version is the package’s', () => {
  const text = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')
  expect(version).toBe((JSON.parse(text) as { version: string }).version)
})
