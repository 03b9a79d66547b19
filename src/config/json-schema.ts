/** The JSON Schema of a configuration file, from which editors complete and explain. */
import * as z from 'zod'
import { fieldNames, fieldOf } from '../routing/conditions.ts'
import type { OptionDoc, StrategyMaker } from '../routing/options.ts'
import { strategies } from '../routing/registry.ts'
import { strategySchema, wordSchema, wordUseSchema } from './peers-schema.ts'
import { fileSchema } from './schema.ts'
import { carrySchema, executionSchema, splitSchema, whenSchema } from './step-schema.ts'

type Json = Readonly<Record<string, unknown>>

const words = (kind: StrategyMaker['kind']): string =>
  kind === 'constraint' ? 'A constraint, whatever its place' : 'An order, among those still tied'

const optionOf = ({ name, type, default: absent, sentence }: OptionDoc): readonly [string, Json] => [
  name,
  {
    description: `${sentence} Write ${type}.${absent === undefined ? '' : ` If left out: ${absent}.`}`,
    ...(type === 'true or false' && { type: 'boolean' }),
  },
]

/** An option `<name>` stands for options of any name. */
const isAnyName = ({ name }: OptionDoc): boolean => name.startsWith('<')

const optionsOf = ({ name, options }: StrategyMaker): Json => {
  const free = options.find(isAnyName)
  const named = options.filter(one => !isAnyName(one))
  const required = named.filter(one => one.required).map(one => one.name)
  return {
    type: 'object',
    description: `Options of ${name}.`,
    properties: Object.fromEntries(named.map(optionOf)),
    additionalProperties: free === undefined ? false : optionOf(free)[1],
    ...(required.length > 0 && { required }),
  }
}

const needsOptions = ({ options }: StrategyMaker): boolean => options.some(one => one.required)

const useOf = (one: StrategyMaker): Json => {
  const description = `${one.sentence} (${words(one.kind)}.)`
  return {
    type: 'object',
    description,
    properties: {
      use: { const: one.name, description },
      with: optionsOf(one),
      ...(one.kind === 'order' && {
        blend: { type: 'string', description: 'Orders of the same blend become one: their scores are added.' },
        weight: {
          type: 'number',
          exclusiveMinimum: 0,
          description: 'How much its score counts in the blend; 1 if left out.',
        },
      }),
    },
    required: needsOptions(one) ? ['use', 'with'] : ['use'],
    additionalProperties: false,
  }
}

/** Steps without options may be written as a name alone. */
const bare: Json = { enum: strategies.filter(one => !needsOptions(one)).map(one => one.name) }

/** The name of a policy of the same file stands for its steps. */
const policyName: Json = { type: 'string', description: 'A step, or another policy whose steps are taken.' }
const usePolicy: Json = {
  type: 'object',
  properties: { use: policyName },
  required: ['use'],
  additionalProperties: false,
}

const step: Json = {
  anyOf: [
    bare,
    ...strategies.map(useOf),
    whenSchema,
    splitSchema,
    carrySchema,
    wordSchema,
    wordUseSchema,
    strategySchema,
    policyName,
    usePolicy,
  ],
}

const conditions: Json = { type: 'array', items: { $ref: '#/definitions/condition' } }

const condition: Json = {
  type: 'object',
  description:
    'Fields with a value, a list of values or operators; siblings must all hold. Also tags.NAME, params.NAME, and fields of the time with a zone: time.hour@Europe/Berlin.',
  properties: {
    all: { ...conditions, description: 'All of these hold.' },
    any: { ...conditions, description: 'One of these holds.' },
    not: { $ref: '#/definitions/condition', description: 'This does not hold.' },
    ...Object.fromEntries(
      fieldNames
        .filter(name => !name.endsWith('*'))
        .map(name => [name, { description: fieldOf(name)?.sentence ?? '' }]),
    ),
  },
  minProperties: 1,
}

const isJson = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)

/** Where a type is named, an editor should offer those that there are; `${NAME}` is a type for all it knows. */
const withTypes = (schema: Json, types: readonly string[]): Json => {
  const entries = Object.entries(schema).map(([name, value]): [string, unknown] => {
    if (name === 'properties' && isJson(value) && isJson(value['type']) && isJson(value['keys'])) {
      const offered = {
        description: value['type']['description'],
        anyOf: [{ enum: types }, { type: 'string', pattern: '\\$\\{' }],
      }
      return [name, { ...value, type: offered }]
    }
    return [name, isJson(value) ? withTypes(value, types) : value]
  })
  return Object.fromEntries(entries)
}

/** The schema as draft 7, which every editor knows. */
export const configJsonSchema = (providerTypes: readonly string[]): Json => {
  const file = z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-7' })
  return {
    ...withTypes({ ...file }, providerTypes),
    title: 'signalbox configuration',
    definitions: { ...(isJson(file.definitions) && file.definitions), step, condition, execution: executionSchema },
  }
}
