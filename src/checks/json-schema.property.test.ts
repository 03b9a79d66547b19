/** Any schema judges any value as the reference implementation does. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fits } from './json-schema.ts'

const names = ['a', 'b', 'c'] as const
const name = fc.constantFrom(...names)
const few = fc.integer({ min: 0, max: 3 })
const leaf = fc.constantFrom(0, 1, 2, 1.5, -1, '', 'a', 'ab', 'abc', '😀', true, false, null)

const { value } = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3 }),
  ),
}))

const type = fc.constantFrom('string', 'number', 'integer', 'boolean', 'null', 'array', 'object')
const list = fc.uniqueArray(name, { maxLength: 2 })
const some = { requiredKeys: [] }

/** What asks something of a value itself. */
const plain = fc.record(
  {
    type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 })),
    enum: fc.array(leaf, { minLength: 1, maxLength: 6 }),
    minimum: few,
    exclusiveMaximum: few,
    multipleOf: fc.constantFrom(1, 0.5, 2),
    minLength: few,
    maxLength: few,
    pattern: fc.constantFrom('^a', 'b$', '[ab]{2}'),
    required: list,
    minItems: few,
    maxItems: few,
    uniqueItems: fc.boolean(),
    minProperties: few,
    maxProperties: few,
    dependentRequired: fc.dictionary(name, list, { maxKeys: 2 }),
  },
  some,
)
/** Few of them at once, so that values fit now and then. */
const asking = fc
  .tuple(
    plain,
    fc.subarray(['type', 'enum', 'required', 'pattern', 'minimum', 'minLength', 'uniqueItems', 'multipleOf']),
  )
  .map(([all, kept]) =>
    Object.fromEntries(
      Object.entries(all)
        .filter(([word]) => kept.includes(word))
        .slice(0, 2),
    ),
  )

/** Not what the reference gets wrong: `contains` beside `prefixItems`, and what an `if` that failed has spoken for. */
const nesting = (schema: fc.Arbitrary<unknown>): fc.Arbitrary<object> => {
  const schemas = fc.array(schema, { minLength: 1, maxLength: 3 })
  const byName = fc.dictionary(name, schema, { maxKeys: 3 })
  const byPattern = fc.dictionary(fc.constantFrom('a', '^[bc]', 'z'), schema, { maxKeys: 2 })
  return fc.oneof(
    fc.record({ properties: byName, patternProperties: byPattern, additionalProperties: schema }, some),
    fc.record({ properties: byName, anyOf: schemas, unevaluatedProperties: schema }, some),
    fc.record({ prefixItems: schemas, items: schema }, some),
    fc.record({ contains: schema, minContains: few, maxContains: few }, some),
    fc.record({ prefixItems: schemas, allOf: schemas, unevaluatedItems: schema }, some),
    fc.record({ propertyNames: schema, dependentSchemas: byName }, some),
    fc.record({ allOf: schemas, unevaluatedProperties: schema }, some),
    fc.record({ oneOf: schemas, not: schema }, some),
    fc.record({ if: schema, then: schema, else: schema }, some),
    fc.record({ $ref: fc.constantFrom('#/$defs/one', '#/$defs/two'), const: value }, some),
  )
}
const flat = fc.oneof(fc.boolean(), asking, asking)
const nested = fc.oneof(flat, nesting(flat))
const schema = nesting(fc.oneof(nested, nesting(nested)))

/** Undefined where the reference itself breaks: it writes programs, and not all of them run. */
const reference = (whole: object, given: unknown): boolean | undefined => {
  const ajv = new Ajv2020({ strict: false, logger: false, validateFormats: false, validateSchema: false })
  try {
    return ajv.validate(whole, given)
  } catch {
    return undefined
  }
}

it('a value fits, or does not', { timeout: 60_000 }, () => {
  const seen = { fit: 0, not: 0 }
  const property = fc.property(schema, nested, nested, value, (word, one, two, made) => {
    // Definitions that refer to each other may have no end; these have one.
    const defined = JSON.stringify({ one, two }).replaceAll('"$ref"', '"$comment"')
    const whole = JSON.parse(`{"allOf":[${JSON.stringify(word)}],"$defs":${defined}}`) as object
    const given = JSON.parse(JSON.stringify(made)) as unknown
    const expected = reference(whole, given)
    if (expected === undefined) return
    seen[expected ? 'fit' : 'not'] += 1
    expect(fits(given, whole).ok, JSON.stringify({ given, whole })).toBe(expected)
  })
  fc.assert(property, { numRuns: 1_000 })
  expect(Math.min(seen.fit, seen.not)).toBeGreaterThan(200)
})
