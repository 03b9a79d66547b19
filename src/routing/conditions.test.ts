/** Which fields a condition can ask for, and when it holds. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { candidate, facts } from '../../test/contract/strategy.contract.ts'
import type { Condition, FieldTest } from '../domain/policy.ts'
import type { DialectId } from '../domain/ids.ts'
import { microUsd, unit } from '../domain/units.ts'
import type { Instant, MicroUsd } from '../domain/units.ts'
import { compileCondition, fieldNames, fieldOf, fieldsIn, holds, knownField, passes, signalsIn } from './conditions.ts'
import type { FieldValue } from './fields.ts'

const given = facts([candidate('a')], {
  now: Date.UTC(2026, 10, 24, 20, 30) as Instant,
  signals: {
    'request.task': { value: 'code' },
    'request.difficulty': { value: unit(0.99) },
    'request.confidence': { value: unit(0.9) },
    'request.language': { value: 'de' },
    'budget.used': { value: unit(0.8) },
    'budget.left': { value: microUsd(2_500_000) },
  },
  request: {
    path: '/v1/chat/completions',
    dialect: 'openai-chat' as DialectId,
    hasServerTools: true,
    needs: ['text', 'tools', 'image'],
    tags: { tier: 'gold', tenant: 'acme', size: '10' },
    params: { stream: true, temperature: 0.2, messages: 3, response_format: 'json_object' },
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
    ['request.difficulty', { gt: 0.98 }],
    ['request.needs', { eq: 'tools' }],
    ['request.needs', { in: ['image', 'tools'] }],
    ['request.needs', { nin: ['file', 'audio'] }],
    ['request.path', { startsWith: '/v1/', regex: 'completions$' }],
    ['request.dialect', { eq: 'openai-chat' }],
    ['request.messages', { eq: 3 }],
    ['request.tier', { eq: 'reasoning' }],
    ['request.confidence', { gte: 0.9 }],
    ['request.language', { in: ['de', 'fr'] }],
    ['request.hasImages', { eq: true }],
    ['request.hasAudio', { eq: false }],
    ['request.hasFiles', { ne: true }],
    ['request.hasTools', { eq: true }],
    ['request.hasServerTools', { eq: true }],
    ['request.hasJson', { eq: true }],
    ['budget.used', { gt: 0.5, lt: 1 }],
    ['budget.left', { eq: 2.5 }],
    ['key.id', { eq: 'key-1' }],
    ['team.id', { regex: '^sea' }],
    ['user.id', { exists: false }],
    ['time.minuteOfDay', { eq: 1230 }],
    ['time.day', { eq: 24 }],
    ['time.month', { eq: 11 }],
    ['time.date', { gte: 20_261_124, lt: 20_261_125 }],
    ['time.hour@Europe/Berlin', { eq: 21 }],
    ['time.weekday@Pacific/Auckland', { eq: 3 }],
    ['time.minuteOfDay@+05:30', { eq: 120 }],
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
  it('that hold a flag hold one whatever the request is', () => {
    const bare = facts([candidate('a')])
    for (const name of fieldNames.filter(one => fieldOf(one)?.holds === 'flag'))
      expect(fieldOf(name)?.read(bare), name).toBe(false)
  })
  it.each([
    ['request.hasImages', 'image-edits'],
    ['request.hasAudio', 'audio'],
    ['request.hasAudio', 'transcription'],
    ['request.hasAudio', 'translation'],
    ['request.hasFiles', 'file'],
    ['request.hasTools', 'tools'],
  ] as const)('%s is true of what needs %s', (name, need) => {
    expect(holds({ fields: { [name]: { eq: true } } }, facts([candidate('a')], { request: { needs: [need] } }))).toBe(
      true,
    )
  })
  it('hold nothing where nothing is known', () => {
    const bare = facts([candidate('a')], { signals: { 'budget.left': { value: Number.NaN as MicroUsd } } })
    for (const name of [
      'request.tier',
      'request.language',
      'budget.left',
      'budget.used',
      'request.path',
      'request.messages',
    ])
      expect(holds({ fields: { [name]: { exists: false } } }, bare), name).toBe(true)
  })
  it('that are misspelt get the nearest name', () => {
    expect(knownField('request.inputTokns')).toMatchObject({
      ok: false,
      why: expect.stringMatching(/^no field "request.inputTokns"; did you mean "request.inputTokens"\? \(there are /),
    })
    expect(knownField('tags.')).toEqual({ ok: false, why: 'field "tags." needs a name behind the dot: tags.<name>' })
    expect(fieldOf('toString')).toBeUndefined()
    expect(knownField('time.hour@Europe/Berln')).toEqual({
      ok: false,
      why: `there is no time zone "Europe/Berln"; did you mean "Europe/Berlin"? (write one of IANA's names, such as Europe/Berlin)`,
    })
    expect(knownField('time.hours@Europe/Berlin')).toMatchObject({
      why: expect.stringMatching(/did you mean "time.hour"/),
    })
    expect(knownField('request.task@Europe/Berlin').ok).toBe(false)
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

/** What each operator means, in the simplest words there are. */
const meaning = (test: FieldTest, value: FieldValue): boolean => {
  const absent = value === undefined || (typeof value === 'number' && !Number.isFinite(value))
  const values = absent ? [] : Array.isArray(value) ? value : [value]
  const texts = values.map(String)
  const asNumber = (one: unknown): number => (typeof one === 'boolean' || one === '' ? Number.NaN : Number(one))
  const is = (compare: (one: number) => boolean): boolean => values.some(one => compare(asNumber(one)))
  const { eq, ne, gt, gte, lt, lte, nin, regex, contains, startsWith, exists, in: some } = test
  return (
    (eq === undefined || texts.includes(String(eq))) &&
    (ne === undefined || !texts.includes(String(ne))) &&
    (gt === undefined || is(one => one > gt)) &&
    (gte === undefined || is(one => one >= gte)) &&
    (lt === undefined || is(one => one < lt)) &&
    (lte === undefined || is(one => one <= lte)) &&
    (some === undefined || some.some(one => texts.includes(String(one)))) &&
    (nin === undefined || !nin.some(one => texts.includes(String(one)))) &&
    (regex === undefined || texts.some(one => new RegExp(regex).test(one))) &&
    (contains === undefined || texts.some(one => one.includes(contains))) &&
    (startsWith === undefined || texts.some(one => one.startsWith(startsWith))) &&
    (exists === undefined || texts.length > 0 === exists)
  )
}
const scalars = fc.constantFrom<string | number | boolean>(
  'a',
  'ab',
  'b',
  '',
  '1',
  '10',
  1,
  10,
  0,
  -1,
  2.5,
  true,
  false,
)
const numbers = fc.constantFrom(-1, 0, 1, 2, 10)
const texts = fc.constantFrom('a', 'b', '1', '^a', 'b$', '')
const tests = fc.record(
  {
    eq: scalars,
    ne: scalars,
    gt: numbers,
    gte: numbers,
    lt: numbers,
    lte: numbers,
    in: fc.array(scalars, { maxLength: 3 }),
    nin: fc.array(scalars, { maxLength: 3 }),
    regex: texts,
    contains: texts,
    startsWith: texts,
    exists: fc.boolean(),
  },
  { requiredKeys: [] },
)
const values = fc.oneof(
  scalars,
  fc.constantFrom(undefined, Number.NaN),
  fc.array(fc.constantFrom('a', 'b', 'ab', '1'), { maxLength: 3 }),
)

describe('operators', () => {
  it('mean what their names say, alone and together', () => {
    fc.assert(
      fc.property(tests, values, (test, value) => {
        for (const [name, wanted] of Object.entries(test))
          expect(passes({ [name]: wanted }, value), name).toBe(meaning({ [name]: wanted }, value))
        expect(passes(test, value)).toBe(meaning(test, value))
      }),
      { numRuns: 2000 },
    )
  })
  it('that are made ready once say the same each time, of any facts', () => {
    const condition: Condition = {
      any: [
        { fields: { 'tags.tier': { regex: '^g' }, 'request.tier': { in: ['reasoning'] } } },
        { not: { fields: { 'params.stream': { eq: true } } } },
      ],
    }
    const isMet = compileCondition(condition)
    const other = facts([candidate('b')], { request: { params: { stream: true } } })
    expect([isMet(given), isMet(other), isMet(given), isMet(facts([]))]).toEqual([true, false, true, true])
    expect(signalsIn(condition)).toEqual(['request.difficulty'])
  })
  it('take time in proportion to the text, whatever the pattern', () => {
    const evil = facts([candidate('a')], { request: { tags: { x: `${'a'.repeat(20_000)}!` } } })
    for (const regex of ['^(a+)+$', '(a|a)*b', '(.*)*x', '(a|aa)+$'])
      expect(holds({ fields: { 'tags.x': { regex } } }, evil), regex).toBe(false)
  })
})
