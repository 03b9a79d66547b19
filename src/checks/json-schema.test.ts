/** A client's JSON Schema judges a value, and cannot be made to cost more than a value is worth. */
import { describe, expect, it } from 'vitest'
import { fits } from './json-schema.ts'

const city = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'city',
  type: 'object',
  properties: { name: { type: 'string', pattern: '^[A-Z]' }, tags: { type: 'array', uniqueItems: true } },
  required: ['name'],
  additionalProperties: false,
}

describe('a value', () => {
  it.each([
    [{ name: 'Oslo' }, undefined],
    [{ name: 'oslo' }, '/name must match pattern "^[A-Z]"'],
    [{}, "it must have required property 'name'"],
    [{ name: 'Oslo', size: 1 }, 'it must NOT have additional properties'],
    [
      {
        name: 'Oslo',
        tags: [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
      },
      '/tags must not hold the same twice',
    ],
    [{ name: 'Oslo', tags: [1, '1', null, 'null'] }, undefined],
    [[], 'it must be object'],
  ])('%j: %s', (value, why) => {
    expect(fits(value, city)).toEqual(why === undefined ? { ok: true } : { ok: false, why })
  })
  it('is held to a schema that refers to itself', () => {
    const tree = {
      $defs: { node: { type: 'object', properties: { child: { $ref: '#/$defs/node' } }, required: ['id'] } },
      $ref: '#/$defs/node',
    }
    expect(fits({ id: 1, child: { id: 2 } }, tree)).toEqual({ ok: true })
    expect(fits({ id: 1, child: { child: { id: 3 } } }, tree)).toMatchObject({
      ok: false,
      why: expect.stringContaining('/child'),
    })
  })
  it('may be null where a schema of the older kind says so', () => {
    expect(fits(null, { type: 'string', nullable: true })).toEqual({ ok: true })
    expect(fits(null, { type: 'string' })).toMatchObject({ ok: false })
  })
  it('may have a member that is called like a keyword', () => {
    const schema = { type: 'object', properties: { $ref: { type: 'number' }, enum: { type: 'string' } } }
    expect(fits({ $ref: 1, enum: 'x' }, schema)).toEqual({ ok: true })
    expect(fits({ $ref: 'x' }, schema)).toMatchObject({ ok: false, why: '/$ref must be number' })
  })
  it('is held to data in a schema as it stands', () => {
    expect(fits({ $ref: 'x' }, { const: { $ref: 'x' } })).toEqual({ ok: true })
    expect(fits({ $ref: 'y' }, { const: { $ref: 'x' } })).toMatchObject({ ok: false })
  })
})

const nested = (levels: number): object =>
  Array.from({ length: levels }).reduce<object>(inner => ({ not: inner }), { type: 'string' })

describe('what cannot be judged passes', () => {
  it.each([
    ['no schema', 7],
    ['a schema that refers elsewhere', { $ref: 'https://elsewhere.test/schema' }],
    ['a type that there is not', { type: 'strng' }],
    ['a schema that only refers to itself', { $ref: '#' }],
    ['a pattern with a look ahead', { type: 'string', pattern: '^(?=a)b' }],
    ['a schema that nests without end', nested(4_000)],
    ['a pattern that is too long', { type: 'string', pattern: `${'a*'.repeat(10_000)}z` }],
  ])('%s', (_, schema) => {
    expect(fits('b', schema)).toEqual({ ok: true })
  })
})

describe('cost', () => {
  /** So many steps are taken by whoever looks at the members of a value. */
  const watched = (): { readonly value: unknown; readonly looks: () => number } => {
    let looks = 0
    const value = Array.from({ length: 30 }).reduce<unknown>(
      inner =>
        new Proxy([inner], { get: (list, key) => ((looks += key === '0' ? 1 : 0), Reflect.get(list, key) as unknown) }),
      1,
    )
    return { value, looks: () => looks }
  }
  it('does not grow with the powers of two that a schema can ask for', () => {
    const each = { items: { $ref: '#/$defs/n' } }
    const twice = { $defs: { n: { allOf: [each, each] } }, $ref: '#/$defs/n' }
    const { value, looks } = watched()
    fits(value, twice)
    expect(looks()).toBeLessThan(500_000)
  })
  it('of a pattern is linear', () => {
    expect(fits(`${'a'.repeat(20_000)}!`, { type: 'string', pattern: '^(a+)+$' })).toMatchObject({ ok: false })
  })

  const named = (count: number, schema: object): object =>
    Object.fromEntries(Array.from({ length: count }, (_, nth) => [`zz${nth}`, schema]))
  const repeated = <One>(count: number, one: One): readonly One[] => Array.from({ length: count }, () => one)
  const enumOf = (count: number) => ({ enum: Array.from({ length: count }, (_, nth) => nth) })
  const texts = { type: 'string' }
  const members = Object.fromEntries(Array.from({ length: 20_000 }, (_, nth) => [`k${nth}`, {}]))
  /** Each of these is faulty at its very end, and kept an engine that compiles schemas busy for seconds, or for ever. */
  it.each([
    ['an enum for each item', [...repeated(120_000, 8_999), 'x'], { items: enumOf(9_000) }],
    ['patterns for each member', { ...members, q: 1 }, { patternProperties: { ...named(2_000, texts), q: texts } }],
    [
      'members for each item',
      [...repeated(80_000, {}), 'x'],
      { items: { type: 'object', properties: named(2_000, texts) } },
    ],
    ['a pattern of many states', 'ab'.repeat(100_000), { pattern: '(?:(?:a|b|[ab]b){0,30}){30}[cd]' }],
    [
      'many such patterns',
      'ab',
      { allOf: Array.from({ length: 900 }, (_, nth) => ({ pattern: `^(a?b?){300}(?:${nth})?$` })), maxLength: 1 },
    ],
    [
      'what nobody has spoken for',
      named(20_000, {}),
      { anyOf: repeated(200, { patternProperties: { '^k': true } }), unevaluatedProperties: false },
    ],
  ])('of %s is bounded: it is given up, and passes', (_, value, schema) => {
    expect(fits(value, schema)).toEqual({ ok: true })
  })
  it.each([
    ['any of many', { anyOf: repeated(8_000, { required: ['a'] }) }],
    ['exactly one of many', { oneOf: repeated(8_000, { required: ['a'] }) }],
    ['many members', { properties: named(8_000, texts), required: ['a'] }],
  ])('of %s is no more than what they say', (_, schema) => {
    expect(fits({}, schema)).toEqual({ ok: false, why: "it must have required property 'a'" })
  })
})
