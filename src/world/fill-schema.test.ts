/** The least value that fits a schema does fit it. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { fillSchema } from './fill-schema.ts'

const ajv = new Ajv2020({ strict: false, logger: false })
formats.default(ajv)
const says = 'a plain sentence'

describe('a filled schema', () => {
  it.each<[string, object]>([
    ['text', { type: 'string' }],
    ['short text', { type: 'string', maxLength: 5 }],
    ['a date', { type: 'string', format: 'date' }],
    ['an address', { type: 'string', format: 'uri' }],
    ['an unknown format', { type: 'string', format: 'constructor' }],
    ['a constant', { const: { a: 1 } }],
    ['one of several', { enum: ['x', 'y'] }],
    ['a number over a minimum', { type: 'integer', minimum: 3 }],
    ['a flag or nothing', { type: ['boolean', 'null'] }],
    ['nothing', { type: 'null' }],
    ['any of two', { anyOf: [{ type: 'number' }, { type: 'string' }] }],
    [
      'a list of objects',
      { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] } },
    ],
    ['a list without items', { type: 'array' }],
    [
      'an object with what it requires',
      { type: 'object', properties: { a: { type: 'string' }, b: { type: 'number' } }, required: ['b', 'c'] },
    ],
    ['an object without a type', { properties: { a: { type: 'boolean' } }, required: ['a'] }],
    [
      'a reference',
      {
        $defs: { point: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'] } },
        type: 'object',
        properties: { at: { $ref: '#/$defs/point' } },
        required: ['at'],
      },
    ],
  ])('fits: %s', (_, schema) => {
    const validate = ajv.compile(schema)
    validate(fillSchema(schema, says))
    expect(validate.errors ?? []).toEqual([])
  })

  it('says the sentence in its free text', () => {
    expect(fillSchema({ type: 'object', properties: { a: { type: 'string' } } }, says)).toEqual({ a: says })
  })

  it('ends where a schema refers to itself for ever', () => {
    const endless = { type: 'object', properties: { next: { $ref: '#' } }, required: ['next'] }
    expect(JSON.stringify(fillSchema(endless, says)).length).toBeLessThan(500)
  })

  it('makes nothing of what is no schema, and does not reach into the prototype', () => {
    for (const schema of [undefined, null, true, 'text', []]) expect(fillSchema(schema, says)).toBeNull()
    expect(fillSchema({ $ref: '#/__proto__/constructor' }, says)).toBeNull()
  })
})
