/** Schemas, cut to what a model is held to, against the official client's own way of cutting them. */
import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema'
import { describe, expect, it } from 'vitest'
import { closedSchema } from './closed-schema.ts'

const address = {
  type: 'object',
  description: 'Where',
  properties: {
    street: { type: 'string', minLength: 1 },
    email: { type: 'string', format: 'email' },
    code: { type: 'string', pattern: '^\\d+$', format: 'zip' },
    tags: { type: 'array', items: { type: 'string', maxLength: 3 }, minItems: 2 },
    some: { type: 'array', items: { type: 'number', maximum: 9 }, minItems: 1 },
    either: { anyOf: [{ type: 'object', properties: {} }, { type: 'null' }] },
    all: { allOf: [{ $ref: '#/$defs/deep' }] },
  },
  required: ['street'],
  $defs: { deep: { type: 'object', properties: { more: { type: 'integer', multipleOf: 2 } } } },
}

describe('closedSchema', () => {
  it("cuts as Anthropic's own client does, and names what it cut", () => {
    const { schema, told } = closedSchema(address)
    expect(schema).toEqual(transformJSONSchema(address as Parameters<typeof transformJSONSchema>[0]))
    expect(told.toSorted()).toEqual([
      'format',
      'maxLength',
      'maximum',
      'minItems',
      'minLength',
      'multipleOf',
      'pattern',
    ])
  })
  it('tells a choice of one as a choice, keeps words and types of an enumeration', () => {
    const given = { oneOf: [{ enum: ['a', 'b'], type: 'string' }, { const: 1 }], $schema: 'https://json-schema.org/x' }
    expect(closedSchema(given)).toEqual({
      schema: { anyOf: [{ enum: ['a', 'b'], type: 'string' }, { const: 1 }] },
      told: [],
    })
  })
  it('closes objects, which is only told where one was open on purpose', () => {
    const open = { type: 'object', properties: {} }
    expect(closedSchema(open)).toEqual({ schema: { ...open, additionalProperties: false }, told: [] })
    expect(closedSchema({ ...open, additionalProperties: true }).told).toEqual(['additionalProperties'])
    expect(closedSchema({ type: ['object', 'null'] }).schema).toMatchObject({ additionalProperties: false })
  })
  it('leaves alone what is no schema, however deep it is', () => {
    expect(closedSchema(true)).toEqual({ schema: true, told: [] })
    let deep: unknown = { type: 'string' }
    for (let level = 0; level < 5000; level++) deep = { items: deep }
    expect(() => closedSchema(deep)).not.toThrow()
  })
  it('adds its words to those that are there', () => {
    expect(closedSchema({ type: 'integer', description: 'How many', minimum: 1, maximum: 5 }).schema).toEqual({
      type: 'integer',
      description: 'How many\n\n{minimum: 1, maximum: 5}',
    })
  })
})
