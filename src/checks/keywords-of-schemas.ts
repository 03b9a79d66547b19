/** Keywords that hold the same value to other schemas: all, any, one, none, those elsewhere in the same document. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import { Unjudged } from './meter.ts'
import type { Meter } from './meter.ts'
import type { Fault, Held, Judge, Keyword } from './schema-judge.ts'

const listOf = (option: unknown): readonly unknown[] => {
  if (!Array.isArray(option) || option.length === 0) throw new Unjudged()
  return option
}

const all: Keyword = (option, held, judge) => {
  for (const schema of listOf(option)) {
    const fault = judge.also(held, schema)
    if (fault !== undefined) return fault
  }
  return undefined
}

/** All are asked where somebody wants to know what they speak for. */
const any: Keyword = (option, held, judge) => {
  const faults: Fault[] = []
  let fits = false
  for (const schema of listOf(option)) {
    const fault = judge.also(held, schema)
    fits ||= fault === undefined
    if (fits && held.spoken === undefined) return undefined
    faults.push(fault)
  }
  return fits ? undefined : faults[0]
}

const one: Keyword = (option, held, judge) => {
  const faults = listOf(option).map(schema => judge.also(held, schema))
  const fitting = faults.filter(fault => fault === undefined).length
  if (fitting === 1) return undefined
  return fitting === 0 ? faults[0] : { at: held.at, why: 'must match exactly one schema in oneOf' }
}

const none: Keyword = (option, { value, at }, judge) =>
  judge.holds(value, option, at) === undefined ? { at, why: 'must NOT be valid' } : undefined

const condition: Keyword = (option, held, judge) => {
  const branch = judge.also(held, option) === undefined ? 'then' : 'else'
  return Object.hasOwn(held.schema, branch) ? judge.also(held, held.schema[branch]) : undefined
}

const decoded = (step: string): string => {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    throw new Unjudged()
  }
}

const stepInto = (from: unknown, step: string): unknown => {
  if (Array.isArray(from)) return from[Number(step)]
  return isRecord(from) && Object.hasOwn(from, step) ? from[step] : undefined
}

const anchors = ['$anchor', '$dynamicAnchor'] as const

/** Looks everywhere: names of places are rare, and schemas short. */
const anchored = (name: string, from: unknown, meter: Meter): Json | undefined => {
  meter.spend(1)
  if (!isRecord(from) && !Array.isArray(from)) return undefined
  if (isRecord(from) && anchors.some(anchor => from[anchor] === name)) return from
  return meter.deeper(() => {
    for (const inner of Object.values(from)) {
      const found = anchored(name, inner, meter)
      if (found !== undefined) return found
    }
    return undefined
  })
}

/** Only what stands in the same document: nobody is asked for a schema. */
const referred = (reference: unknown, { root, meter }: Judge): unknown => {
  if (typeof reference !== 'string' || !reference.startsWith('#')) throw new Unjudged()
  if (reference === '#') return root
  const found = reference.startsWith('#/')
    ? reference
        .slice(2)
        .split('/')
        .map(decoded)
        .reduce(stepInto, root as unknown)
    : anchored(decoded(reference.slice(1)), root, meter)
  if (found === undefined) throw new Unjudged()
  return found
}

const reference: Keyword = (option, held: Held, judge) => judge.also(held, referred(option, judge))

export const keywordsOfSchemas: readonly (readonly [name: string, keyword: Keyword])[] = [
  ['$ref', reference],
  ['$dynamicRef', reference],
  ['$recursiveRef', reference],
  ['allOf', all],
  ['anyOf', any],
  ['oneOf', one],
  ['not', none],
  ['if', condition],
]
