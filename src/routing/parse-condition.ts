/** A condition as people write it, or what is wrong with it and where. */
import { isRecord } from '../domain/json.ts'
import type { Condition, FieldTest, Scalar } from '../domain/policy.ts'
import type { Checked } from '../domain/units.ts'
import { knownField, operators, patternOf } from './conditions.ts'
import type { Field } from './fields.ts'
import { ownFieldName } from './field-synonyms.ts'
import { didYouMean } from '../domain/nearest.ts'
import { fine, shown, wrong } from './options.ts'

/** Deeper than anybody writes, and shallow enough for every stack. */
const deepest = 32

/** A place below another, in the notation of paths. */
const under = (at: string, name: string | number): string => {
  if (typeof name === 'number') return `${at}[${name}]`
  return at === '' ? name : `${at}.${name}`
}

const isScalar = (value: unknown): value is Scalar =>
  typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))

const expected: Readonly<Record<Field['holds'], string>> = {
  text: 'text',
  list: 'text',
  any: 'text, a number, true or false',
  number: 'a number',
  flag: 'true or false',
}

/** What the field can never hold, or undefined. A text is told from what it would be among, a number is left to its range. */
const never = (value: Scalar, { values, holds, form }: Field): string | undefined => {
  if (form !== undefined && !form.pattern.test(String(value)))
    return `${shown(value)} is none of its values: ${form.says}`
  if (values === undefined || holds === 'number' || values.includes(value)) return undefined
  const names = values.map(String)
  return `${shown(value)} is none of its values${didYouMean(String(value), names)} (there are ${names.join(', ')})`
}

/** Which numbers, where only some have a meaning. */
const numbersIn = ({ values, sentence }: Field): string =>
  values === undefined ? '' : ` (${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')})`

const scalar = (written: unknown, field: Field, at: string): Checked<Scalar> => {
  const value = field.written?.(written) ?? written
  if (!isScalar(value)) return wrong(`${shown(value)} is no value; write ${expected[field.holds]}`, at)
  if (field.holds === 'number' && typeof value !== 'number')
    return wrong(`${shown(value)} is no number, and this field holds numbers${numbersIn(field)}`, at)
  const why = never(value, field)
  return why === undefined ? fine(value) : wrong(why, at)
}

const scalars = (value: unknown, field: Field, at: string): Checked<readonly Scalar[]> => {
  if (!Array.isArray(value)) return wrong(`${shown(value)} is no list; write one, such as [gold, silver]`, at)
  const found: Scalar[] = []
  for (const [place, one] of value.entries()) {
    const read = scalar(one, field, under(at, place))
    if (!read.ok) return read
    found.push(read.value)
  }
  return fine(found)
}

const text = (operator: string, value: unknown, at: string): Checked<string> =>
  typeof value === 'string' ? fine(value) : wrong(`${shown(value)} is no text, and ${operator} needs one`, at)

const regex = (value: unknown, at: string): Checked<string> => {
  const read = text('regex', value, at)
  if (!read.ok) return read
  const pattern = patternOf(read.value)
  return pattern.ok ? read : wrong(`${shown(value)} is ${pattern.why}`, at)
}

const amount = (operator: string, written: unknown, field: Field, at: string): Checked<number> => {
  const value = field.written?.(written) ?? written
  return typeof value === 'number' && Number.isFinite(value)
    ? fine(value)
    : wrong(`${shown(value)} is no number, and ${operator} needs one`, at)
}

const operand = (operator: keyof FieldTest, value: unknown, field: Field, at: string): Checked<unknown> => {
  switch (operator) {
    case 'eq':
    case 'ne':
      return scalar(value, field, at)
    case 'in':
    case 'nin':
      return scalars(value, field, at)
    case 'contains':
    case 'startsWith':
      return text(operator, value, at)
    case 'regex':
      return regex(value, at)
    case 'exists':
      return typeof value === 'boolean' ? fine(value) : wrong(`${shown(value)} is neither true nor false`, at)
    default:
      return amount(operator, value, field, at)
  }
}

const isOperator = (name: string): name is keyof FieldTest => operators.some(one => one === name)

const operatorNamed = (written: string, at: string): Checked<keyof FieldTest> => {
  const name = written.startsWith('$') ? written.slice(1) : written
  if (isOperator(name)) return fine(name)
  return wrong(`no operator "${written}"${didYouMean(name, operators)} (there are ${operators.join(', ')})`, at)
}

const parseTest = (field: Field, value: unknown, at: string): Checked<FieldTest> => {
  // A value alone must be equal, a list must contain.
  const written = isRecord(value) ? value : { [Array.isArray(value) ? 'in' : 'eq']: value }
  const test: [string, unknown][] = []
  for (const [key, wanted] of Object.entries(written)) {
    const here = isRecord(value) ? under(at, key) : at
    const operator = operatorNamed(key, here)
    if (!operator.ok) return operator
    const read = operand(operator.value, wanted, field, here)
    if (!read.ok) return read
    test.push([operator.value, read.value])
  }
  if (test.length === 0) return wrong(`{} tests nothing; write a value or an operator`, at)
  // Each operand was read for its operator, which is what the type says.
  return fine(Object.fromEntries(test) as FieldTest)
}

const parseField = (written: string, value: unknown, at: string): Checked<Condition> => {
  const name = ownFieldName(written)
  const known = knownField(name)
  if (!known.ok) return wrong(known.why, at)
  const test = parseTest(known.value, value, at)
  return test.ok ? fine({ fields: { [name]: test.value } }) : test
}

const parseList = (value: unknown, at: string, depth: number): Checked<readonly Condition[]> => {
  if (!Array.isArray(value)) return wrong(`${shown(value)} is no list of conditions`, at)
  const found: Condition[] = []
  for (const [place, one] of value.entries()) {
    const read = parse(one, under(at, place), depth + 1)
    if (!read.ok) return read
    found.push(read.value)
  }
  return fine(found)
}

/** Ours first, then how other gateways write it. */
const lists: Readonly<Record<string, 'all' | 'any'>> = {
  all: 'all',
  and: 'all',
  $and: 'all',
  any: 'any',
  or: 'any',
  $or: 'any',
}

const parseMember = (name: string, value: unknown, at: string, depth: number): Checked<Condition> => {
  const list = Object.hasOwn(lists, name) ? lists[name] : undefined
  if (list !== undefined) {
    const found = parseList(value, at, depth)
    if (!found.ok) return found
    return fine(list === 'all' ? { all: found.value } : { any: found.value })
  }
  if (name === 'fields') return parse(value, at, depth + 1)
  if (name !== 'not' && name !== '$not') return parseField(name, value, at)
  const not = parse(value, at, depth + 1)
  return not.ok ? fine({ not: not.value }) : not
}

/** One condition from siblings: fields together, the rest beside them. */
const together = (parts: readonly Condition[]): Condition => {
  const fields: [string, FieldTest][] = []
  const others: Condition[] = []
  for (const part of parts) {
    const entries = 'fields' in part ? Object.entries(part.fields) : []
    // Two tests of one field stay apart, so that neither is lost.
    const isFree = entries.every(([name]) => fields.every(([taken]) => taken !== name))
    if ('fields' in part && isFree) fields.push(...entries)
    else others.push(part)
  }
  const all: Condition[] = fields.length === 0 ? others : [{ fields: Object.fromEntries(fields) }, ...others]
  const [first] = all
  return first !== undefined && all.length === 1 ? first : { all }
}

const parse = (value: unknown, at: string, depth: number): Checked<Condition> => {
  if (depth > deepest) return wrong(`conditions are nested more than ${deepest} deep`, at)
  if (!isRecord(value)) return wrong(`${shown(value)} is no condition; write fields, such as { tags.tier: gold }`, at)
  const parts: Condition[] = []
  for (const [name, one] of Object.entries(value)) {
    const read = parseMember(name, one, under(at, name), depth)
    if (!read.ok) return read
    parts.push(read.value)
  }
  if (parts.length === 0) return wrong('{} asks for nothing; write fields, such as { tags.tier: gold }', at)
  return fine(together(parts))
}

/**
 * The condition that was meant: fields with a value, a list or operators, `all`, `any`, `not`, and their `$` synonyms.
 * Siblings must all hold. What it gives is taken again as it is.
 */
export const parseCondition = (value: unknown, at = ''): Checked<Condition> => parse(value, at, 0)

/** A condition that may have been stored or made by hand, checked like a written one. Siblings may have doubled its depth. */
export const checkCondition = (condition: Condition, at: string): Checked<Condition> =>
  parse(condition, at, -2 * deepest)
