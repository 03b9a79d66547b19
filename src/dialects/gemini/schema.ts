/** Schemas: Google's older form, a part of OpenAPI's with types in capitals, to JSON Schema and back; and what Gemini holds nobody to. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent } from '../fields.ts'

/** A schema as it can be said, and the words of JSON Schema that were lost by it. */
export interface Fitted {
  readonly schema: unknown
  readonly lost: readonly string[]
}

/** Schemas nest in these: one, a list, or one by each name. */
const one = new Set(['items', 'additionalProperties', 'not', 'contains', 'propertyNames', 'if', 'then', 'else'])
const many = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems'])
const named = new Set(['properties', '$defs', 'definitions', 'patternProperties', 'dependentSchemas'])

/** The schema with each of its direct parts as `change` makes it. */
const mapParts = (schema: Json, change: (part: unknown) => unknown): Json =>
  Object.fromEntries(
    Object.entries(schema).map(([key, value]): [string, unknown] => {
      if (one.has(key)) return [key, change(value)]
      if (many.has(key) && Array.isArray(value)) return [key, value.map(change)]
      if (!named.has(key) || !isRecord(value)) return [key, value]
      return [key, Object.fromEntries(Object.entries(value).map(([name, part]) => [name, change(part)]))]
    }),
  )

const limits = ['maxItems', 'minItems', 'maxLength', 'minLength', 'maxProperties', 'minProperties']
/** Whole numbers that Google's clients write as text. */
const numbersOf = (schema: Json): Json =>
  Object.fromEntries(
    limits
      .filter(name => typeof schema[name] === 'string' && /^\d{1,15}$/.test(String(schema[name])))
      .map(name => [name, Number(schema[name])]),
  )
const camelSchema = (schema: Json): Json => {
  const spelled: Readonly<Record<string, string>> = {
    any_of: 'anyOf',
    max_items: 'maxItems',
    min_items: 'minItems',
    property_ordering: 'propertyOrdering',
  }
  return Object.keys(schema).some(key => Object.hasOwn(spelled, key))
    ? Object.fromEntries(Object.entries(schema).map(([key, value]) => [spelled[key] ?? key, value]))
    : schema
}

const nullable = (schema: Json): Json => {
  const { nullable: isNullable, ...rest } = schema
  if (isNullable !== true) return isNullable === undefined ? schema : rest
  if (typeof rest['type'] === 'string') {
    const values = Array.isArray(rest['enum']) ? { enum: [...rest['enum'], null] } : {}
    return { ...rest, type: [rest['type'], 'null'], ...values }
  }
  return Array.isArray(rest['anyOf']) ? { ...rest, anyOf: [...rest['anyOf'], { type: 'null' }] } : rest
}

/** Google's older form as JSON Schema. */
export const fromOpenApi = (schema: unknown): unknown => {
  if (!isRecord(schema)) return schema
  const { type, ...rest }: Json = mapParts(camelSchema(schema), fromOpenApi)
  const isTyped = typeof type === 'string' && type !== 'TYPE_UNSPECIFIED'
  const typed = isTyped ? { type: type.toLowerCase() } : isAbsent(type) || type === 'TYPE_UNSPECIFIED' ? {} : { type }
  return nullable({ ...typed, ...rest, ...numbersOf(rest) })
}

/** What `fromOpenApi` made of Google's older form, as it was: nothing is left out. */
export const backToOpenApi = (schema: unknown): unknown => {
  if (!isRecord(schema)) return schema
  const { type, enum: values, ...rest }: Json = mapParts(schema, backToOpenApi)
  const isNullable = Array.isArray(type) && type.length === 2 && type[1] === 'null'
  const plain: unknown = isNullable ? type[0] : type
  const told: unknown = isNullable && Array.isArray(values) ? values.filter(value => value !== null) : values
  return {
    ...(plain !== undefined && { type: typeof plain === 'string' ? plain.toUpperCase() : plain }),
    ...rest,
    ...(told !== undefined && { enum: told }),
    ...(isNullable && { nullable: true }),
  }
}

const kept = new Set([
  'anyOf',
  'default',
  'description',
  'enum',
  'example',
  'format',
  'items',
  'maxItems',
  'maxLength',
  'maxProperties',
  'maximum',
  'minItems',
  'minLength',
  'minProperties',
  'minimum',
  'nullable',
  'pattern',
  'properties',
  'propertyOrdering',
  'required',
  'title',
  'type',
])
const formats: Readonly<Record<string, ReadonlySet<unknown>>> = {
  string: new Set(['enum', 'date-time']),
  integer: new Set(['int32', 'int64']),
  number: new Set(['float', 'double']),
}
/** Words that say nothing of what may be answered. */
const silent = new Set(['$schema', '$id', '$comment', '$defs', 'definitions', '$anchor', 'examples'])

/** Where a schema is rewritten: what is defined, what is lost, and through which references it came. */
interface Fitting {
  readonly root: Json
  readonly lost: Set<string>
  readonly through: readonly string[]
}

const resolved = (schema: Json, fitting: Fitting): Json | undefined => {
  const ref = schema['$ref']
  if (typeof ref !== 'string' || fitting.through.includes(ref)) return undefined
  if (ref === '#') return fitting.root
  const [, group, name] = /^#\/(\$defs|definitions)\/(.+)$/.exec(ref) ?? []
  const group_ = group === undefined ? undefined : fitting.root[group]
  const target =
    isRecord(group_) && name !== undefined ? group_[name.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined
  return isRecord(target) ? target : undefined
}
const withoutRef = (schema: Json, fitting: Fitting): readonly [Json, Fitting] => {
  if (schema['$ref'] === undefined) return [schema, fitting]
  const { $ref: ref, ...rest } = schema
  const target = resolved(schema, fitting)
  if (target === undefined) {
    fitting.lost.add('$ref')
    return [{ type: 'object', ...rest }, fitting]
  }
  return withoutRef({ ...target, ...rest }, { ...fitting, through: [...fitting.through, String(ref)] })
}

/** A list of types as one, or as a choice; null among them as a mark. */
const oneType = (schema: Json): Json => {
  const { type, ...rest } = schema
  if (!Array.isArray(type)) return schema
  const types = type.filter(name => name !== 'null')
  const mark = types.length < type.length ? { nullable: true } : {}
  if (types.length === 1) return { ...rest, type: types[0], ...mark }
  return { ...rest, ...mark, anyOf: types.map(name => ({ type: name })) }
}
const isNull = (schema: unknown): boolean => isRecord(schema) && schema['type'] === 'null'
/** A choice with null among its cases. */
const oneChoice = (schema: Json): Json => {
  const { oneOf, anyOf = oneOf, allOf, ...rest } = schema
  const only: unknown = Array.isArray(allOf) && allOf.length === 1 ? allOf[0] : undefined
  if (isRecord(only)) return oneChoice({ ...only, ...rest, ...(anyOf !== undefined && { anyOf }) })
  const other = allOf === undefined ? rest : { ...rest, allOf }
  if (!Array.isArray(anyOf)) return other
  const cases = anyOf.filter(part => !isNull(part))
  const mark = cases.length < anyOf.length ? { nullable: true } : {}
  const lone: unknown = cases[0]
  return cases.length === 1 && isRecord(lone)
    ? oneChoice({ ...lone, ...other, ...mark })
    : { ...other, ...mark, anyOf: cases }
}
/** Google's older form knows lists of words only. */
const oneEnum = (schema: Json, lost: Set<string>): Json => {
  const { const: value, ...rest } = schema
  const values: unknown = value === undefined ? rest['enum'] : [value]
  if (!Array.isArray(values)) return rest
  const told = values.filter(item => item !== null)
  const mark = told.length < values.length ? { nullable: true } : {}
  const { enum: _enum, ...others } = rest
  if (told.every(item => typeof item === 'string')) return { type: 'string', ...others, ...mark, enum: told }
  lost.add('enum')
  return { ...others, ...mark }
}

const inCapitals = (schema: Json, lost: Set<string>): Json => {
  const { type } = schema
  const { format, ...rest } = schema
  const isKnown = typeof type === 'string' && format !== undefined && formats[type]?.has(format) === true
  if (format !== undefined && !isKnown) lost.add('format')
  return {
    ...rest,
    ...(isKnown && { format }),
    ...(typeof type === 'string' && { type: type.toUpperCase() }),
  }
}
const onlyKept = (schema: Json, lost: Set<string>): Json => {
  const told = Object.entries(schema).filter(([key]) => {
    if (kept.has(key)) return true
    if (!silent.has(key)) lost.add(key)
    return false
  })
  return Object.fromEntries(told)
}

const fit = (given: unknown, fitting: Fitting): unknown => {
  if (!isRecord(given)) {
    if (given === false) fitting.lost.add('false')
    return {}
  }
  const [schema, inner] = withoutRef(given, fitting)
  const plain = onlyKept(oneEnum(oneChoice(oneType(schema)), fitting.lost), fitting.lost)
  return inCapitals(
    mapParts(plain, part => fit(part, inner)),
    fitting.lost,
  )
}

/** JSON Schema as Google's older form has it. */
export const toOpenApi = (schema: unknown): Fitted => {
  const lost = new Set<string>()
  return { schema: fit(schema, { root: isRecord(schema) ? schema : {}, lost, through: [] }), lost: [...lost] }
}

const held = new Set(
  (
    '$id $defs $ref $anchor $schema $comment definitions type format title description const enum default examples ' +
    'items prefixItems minItems maxItems minimum maximum anyOf oneOf properties additionalProperties required ' +
    'propertyOrdering nullable'
  ).split(' '),
)

/** The words of JSON Schema in this schema that Gemini reads and then holds no answer to. */
export const notHeld = (schema: unknown): readonly string[] => {
  const missed = new Set<string>()
  const look = (part: unknown): unknown => {
    if (!isRecord(part)) return part
    for (const key of Object.keys(part)) if (!held.has(key)) missed.add(key)
    return mapParts(part, look)
  }
  look(schema)
  return [...missed]
}
