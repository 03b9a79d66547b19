/** Which fields a condition can ask for, and when it holds. */
import { describe, expect, it } from 'vitest'
import { candidate, facts } from '../../test/contract/strategy.contract.ts'
import type { Condition, FieldTest } from '../domain/policy.ts'
import { unit } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import { fieldNames, fieldOf, fieldsIn, holds, knownField, passes } from './conditions.ts'

const given = facts([candidate('a')], {
  now: Date.UTC(2026, 10, 24, 20, 30) as Instant,
  signals: { 'request.task': { value: 'code' }, 'request.difficulty': { value: unit(0.7) } },
  request: {
    needs: ['text', 'tools'],
    tags: { tier: 'gold', tenant: 'acme', size: '10' },
    params: { stream: true, temperature: 0.2 },
    caller: { key: 'key-1', team: 'search' },
  },
})
const held = (name: string, test: FieldTest): boolean => holds({ fields: { [name]: test } }, given)

describe('fields', () => {
  it.each([
    ['request.inputTokens', { gte: 1000, lt: 1001 }],
    ['request.outputTokens', { eq: 500 }],
    ['request.operation', { eq: 'chat' }],
    ['request.task', { in: ['code', 'chat'] }],
    ['request.difficulty', { gt: 0.6 }],
    ['request.needs', { eq: 'tools' }],
    ['request.needs', { in: ['image', 'tools'] }],
    ['request.needs', { nin: ['image', 'audio'] }],
    ['key', { startsWith: 'key-' }],
    ['team', { ne: 'other' }],
    ['user', { exists: false }],
    ['tenant', { eq: 'acme' }],
    ['pool.id', { contains: 'supp' }],
    ['time.hour', { eq: 20 }],
    ['time.weekday', { eq: 2 }],
    ['tags.tier', { eq: 'gold' }],
    ['tags.size', { eq: 10, gt: 9, lte: 10 }],
    ['params.stream', { eq: true }],
    ['params.stream', { eq: 'true' }],
    ['params.temperature', { lt: 0.3 }],
    ['params.none', { exists: false }],
  ] satisfies [string, FieldTest][])('%s passes %j', (name, test) => {
    expect(held(name, test)).toBe(true)
  })
  it.each([
    ['request.needs', { ne: 'tools' }],
    ['request.needs', { nin: ['tools'] }],
    ['user', { eq: 'someone' }],
    ['user', { exists: true }],
    ['tags.tier', { eq: 'gold', ne: 'gold' }],
    ['tags.tier', { gt: 1 }],
    ['tags.toString', { exists: true }],
    ['params.constructor', { exists: true }],
    ['request.inputTokens', { gt: 1000 }],
  ] satisfies [string, FieldTest][])('%s does not pass %j', (name, test) => {
    expect(held(name, test)).toBe(false)
  })
  it('without a value pass only what asks for none', () => {
    expect(passes({ ne: 'a' }, undefined)).toBe(true)
    expect(passes({ nin: ['a'] }, undefined)).toBe(true)
    expect(passes({ exists: false }, undefined)).toBe(true)
    for (const test of [{ eq: 'a' }, { in: ['a'] }, { lt: 1 }, { contains: '' }, { exists: true }])
      expect(passes(test, undefined), JSON.stringify(test)).toBe(false)
    expect(passes({ lt: 1 }, Number.NaN)).toBe(false)
  })
  it('tell the day across the epoch', () => {
    const day = (now: number): unknown => fieldOf('time.weekday')?.read({ ...given, now: now as Instant })
    expect([day(0), day(-1), day(86_400_000 * 4), day(Number.NaN)]).toEqual([4, 3, 1, undefined])
  })
  it('that are misspelt get the nearest name', () => {
    expect(knownField('request.inputTokns')).toMatchObject({
      ok: false,
      why: expect.stringMatching(/^no field "request.inputTokns"; did you mean "request.inputTokens"\? \(there are /),
    })
    expect(knownField('tags.')).toEqual({ ok: false, why: 'field "tags." needs a name behind the dot: tags.<name>' })
    expect(fieldOf('toString')).toBeUndefined()
  })
  it('each say in a sentence what they are', () => {
    for (const name of fieldNames) expect(fieldOf(name)?.sentence, name).toMatch(/^[A-Z].*\.$/)
  })
})

describe('conditions', () => {
  const yes: Condition = { fields: { 'tags.tier': { eq: 'gold' } } }
  const no: Condition = { fields: { 'tags.tier': { eq: 'silver' } } }
  it('are joined by all, any and not; siblings must all hold', () => {
    expect(holds({ all: [yes, no] }, given)).toBe(false)
    expect(holds({ any: [no, yes] }, given)).toBe(true)
    expect(holds({ not: no }, given)).toBe(true)
    expect(holds({ all: [] }, given)).toBe(true)
    expect(holds({ any: [] }, given)).toBe(false)
    expect(holds({ fields: { 'tags.tier': { eq: 'gold' }, team: { eq: 'other' } } }, given)).toBe(false)
  })
  it('tell which fields they ask for', () => {
    expect(fieldsIn({ all: [yes, { any: [{ not: no }, { fields: { team: { eq: 'a' } } }] }] })).toEqual([
      'tags.tier',
      'tags.tier',
      'team',
    ])
  })
})
