/** Keywords that ask something of a value itself, whatever it holds. */
import { isRecord } from '../domain/json.ts'
import { Unjudged } from './meter.ts'
import type { Meter } from './meter.ts'
import type { Fault, Held, Keyword } from './schema-judge.ts'

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: value => typeof value === 'string',
  number: value => typeof value === 'number',
  integer: value => Number.isInteger(value),
  boolean: value => typeof value === 'boolean',
  null: value => value === null,
  array: value => Array.isArray(value),
  object: isRecord,
}

const fault = ({ at }: Held, why: string): Fault => ({ at, why })

const type: Keyword = (option, held) => {
  const names = typeof option === 'string' ? [option] : Array.isArray(option) ? option.map(String) : []
  // Older schemas say so beside the type.
  if (held.value === null && held.schema['nullable'] === true) return undefined
  const asked = names.map(name => (Object.hasOwn(types, name) ? types[name] : undefined))
  if (asked.length === 0 || asked.includes(undefined)) throw new Unjudged()
  return asked.some(is => is?.(held.value) === true) ? undefined : fault(held, `must be ${names.join(' or ')}`)
}

const areSameLists = (left: readonly unknown[], right: readonly unknown[], meter: Meter): boolean =>
  left.length === right.length && left.every((one, at) => areSame(one, right[at], meter))

/** The same JSON, whatever the order of members. */
export const areSame = (left: unknown, right: unknown, meter: Meter): boolean => {
  meter.spend(1)
  if (left === right) return true
  if (Array.isArray(left) && Array.isArray(right)) return areSameLists(left, right, meter)
  if (!isRecord(left) || !isRecord(right)) return false
  const names = Object.keys(left)
  meter.spend(names.length)
  return (
    names.length === Object.keys(right).length &&
    names.every(name => Object.hasOwn(right, name) && areSame(left[name], right[name], meter))
  )
}

const oneOfThese: Keyword = (option, held, { meter }) => {
  if (!Array.isArray(option)) throw new Unjudged()
  if (option.some(one => areSame(one, held.value, meter))) return undefined
  return fault(held, 'must be equal to one of the allowed values')
}

const same: Keyword = (option, held, { meter }) =>
  areSame(option, held.value, meter) ? undefined : fault(held, 'must be equal to constant')

type Compare = (value: number, bound: number) => boolean
const bounded =
  (is: Compare, sign: string): Keyword =>
  (option, held) => {
    if (typeof option !== 'number' || typeof held.value !== 'number' || is(held.value, option)) return undefined
    return fault(held, `must be ${sign} ${option}`)
  }

/** Decimal fractions are not exact: 19.99 is meant to be a multiple of 0.01. */
const nearly = 1e-9
const multiple: Keyword = (option, held) => {
  if (typeof option !== 'number' || typeof held.value !== 'number') return undefined
  const times = held.value / option
  if (Math.abs(times - Math.round(times)) <= nearly * Math.max(1, Math.abs(times))) return undefined
  return fault(held, `must be multiple of ${option}`)
}

/** Characters that take two places count once. */
const lengthOf = (text: string): number => {
  let length = 0
  for (const _ of text) length += 1
  return length
}
const charactersPerStep = 8
const long =
  (is: Compare, than: string): Keyword =>
  (option, held, { meter }) => {
    if (typeof option !== 'number' || typeof held.value !== 'string') return undefined
    meter.spend(held.value.length / charactersPerStep)
    return is(lengthOf(held.value), option) ? undefined : fault(held, `must NOT have ${than} than ${option} characters`)
  }

const pattern: Keyword = (option, held, { meter }) => {
  if (typeof option !== 'string' || typeof held.value !== 'string') return undefined
  // Not judged by it where it cannot be read, as by a format; the rest of the schema still counts.
  if (meter.matches(option, held.value) !== false) return undefined
  return fault(held, `must match pattern "${option}"`)
}

const atMost: Compare = (value, bound) => value <= bound
const atLeast: Compare = (value, bound) => value >= bound

export const keywordsOfValues: readonly (readonly [name: string, keyword: Keyword])[] = [
  ['type', type],
  ['enum', oneOfThese],
  ['const', same],
  ['minimum', bounded(atLeast, '>=')],
  ['maximum', bounded(atMost, '<=')],
  ['exclusiveMinimum', bounded((value, bound) => value > bound, '>')],
  ['exclusiveMaximum', bounded((value, bound) => value < bound, '<')],
  ['multipleOf', multiple],
  ['minLength', long(atLeast, 'fewer')],
  ['maxLength', long(atMost, 'more')],
  ['pattern', pattern],
]
