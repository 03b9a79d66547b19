/** Holds a value to a client's JSON Schema, whatever that schema is made to cost. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import { RE2JS } from 're2js'
import { canonical } from '../domain/fingerprint.ts'
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import type { CheckResult } from '../ports/check.ts'
import { passes } from '../ports/check.ts'

/** Longer schemas, as JSON text, are not compiled: nobody's answer is worth stopping everybody's. */
const longestSchema = 64 * 1024
/** So many compiled schemas are kept. */
const mostKept = 128
/** So many steps may one value take: a schema can refer to itself twice at each level. */
const mostSteps = 200_000
/** Set beside every keyword of a schema, so that each step is counted. */
const step = 'x-signalbox-step'

class OutOfSteps extends Error {}
const steps = { left: 0 }

/** Patterns of clients run in linear time. What RE2 does not know, a look ahead say, is let through: it finds everything. */
const pattern = (source: string): { test(text: string): boolean } => {
  try {
    const compiled = RE2JS.compile(source)
    return { test: text => compiled.matcher(text).find() }
  } catch {
    // Not judged, as a format is not: the rest of the schema still is.
    return { test: () => true }
  }
}

const newAjv = (): Ajv2020 => {
  const ajv = new Ajv2020({
    strict: false,
    logger: false,
    validateFormats: false,
    validateSchema: false,
    meta: false,
    addUsedSchema: false,
    // Written out in each place, a small schema could become a very long program.
    inlineRefs: false,
    code: { regExp: Object.assign(pattern, { code: 'pattern' }) },
  })
  // Its own compares each with each.
  ajv.removeKeyword('uniqueItems')
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (isWanted: boolean, items: readonly unknown[]) =>
      !isWanted || new Set(items.map(canonical)).size === items.length,
    error: { message: 'must not hold the same twice' },
  })
  ajv.addKeyword({
    keyword: step,
    validate: () => {
      if (steps.left-- <= 0) throw new OutOfSteps()
      return true
    },
  })
  return ajv
}

/** Keywords whose values are data, not schemas. */
const holdsData: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples', 'example', 'required', 'type'])
/** Keywords whose values are schemas by name. */
const holdsByName: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
])

/** Which edition it says it is written for, and under which name; all are read as the newest, and known by nobody. */
const saysOfItself: ReadonlySet<string> = new Set(['$schema', '$id', 'id'])

const byKeyword = (schema: Json): Json =>
  Object.fromEntries(
    Object.entries(schema).flatMap(([keyword, value]) => {
      if (saysOfItself.has(keyword)) return []
      if (holdsData.has(keyword)) return [[keyword, value]]
      return [[keyword, holdsByName.has(keyword) && isRecord(value) ? byName(value) : counted(value)]]
    }),
  )
const counted = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(counted)
  return isRecord(schema) ? { [step]: true, ...byKeyword(schema) } : schema
}
const byName = (schemas: Json): Json =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, counted(schema)]))

const compile = (schema: Json): ValidateFunction | undefined => {
  try {
    // One for each: it keeps what it has compiled, and would keep it for ever.
    return newAjv().compile({ [step]: true, ...byKeyword(schema) })
  } catch {
    // Not a schema that can be judged by: refers to what is not there, or is written for something else.
    return undefined
  }
}

/** Compiled schemas, the latest used last. */
const kept = new Map<string, ValidateFunction | undefined>()

const validatorOf = (schema: unknown): ValidateFunction | undefined => {
  if (!isRecord(schema)) return undefined
  // The whole text, not a digest: nobody may slip another's schema in by a collision.
  const name = canonical(schema)
  if (name.length > longestSchema) return undefined
  const isKnown = kept.has(name)
  const found = isKnown ? kept.get(name) : compile(schema)
  kept.delete(name)
  kept.set(name, found)
  const oldest = kept.keys().next()
  if (kept.size > mostKept && oldest.done !== true) kept.delete(oldest.value)
  return found
}

const longestWord = 200
const faultOf = ([error]: readonly ErrorObject[]): string => {
  if (error === undefined) return 'it does not fit'
  const where = error.instancePath === '' ? 'it' : error.instancePath.slice(0, longestWord)
  return `${where} ${(error.message ?? 'does not fit').slice(0, longestWord)}`
}

/** Whether the value fits. What no judgement can be made by, or not within bounds, passes. */
export const fits = (value: unknown, schema: unknown): CheckResult => {
  const validate = validatorOf(schema)
  if (validate === undefined) return passes
  steps.left = mostSteps
  try {
    return validate(value) ? passes : { ok: false, why: faultOf(validate.errors ?? []) }
  } catch {
    // Out of steps, or a schema that refers to itself without end.
    return passes
  }
}
