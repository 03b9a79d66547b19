/** Finds conditions that nothing can ever meet. */
import type { Condition, FieldTest, Scalar } from '../domain/policy.ts'
import { fieldOf, operators, passes } from './conditions.ts'
import type { Field } from './fields.ts'

type Conjunction = { readonly tests: Map<string, FieldTest[]>; readonly choices: (readonly Condition[])[] }

/** The test that holds where this one of a single operator does not, also for a field without a value; undefined where there is none. */
const opposite = ({ eq, ne, in: some, nin, exists }: FieldTest): FieldTest | undefined => {
  if (eq !== undefined) return { ne: eq }
  if (ne !== undefined) return { eq: ne }
  if (some !== undefined) return { nin: some }
  if (nin !== undefined) return { in: nin }
  return exists === undefined ? undefined : { exists: !exists }
}

/** Each operator of each test by itself: all of them must hold. */
const single = (fields: Readonly<Record<string, FieldTest>>): readonly (readonly [string, FieldTest])[] =>
  Object.entries(fields).flatMap(([name, test]) =>
    operators
      .filter(operator => test[operator] !== undefined)
      .map((operator): readonly [string, FieldTest] => [name, { [operator]: test[operator] }]),
  )

/** What holds where the condition does not; a test that has no opposite stays inside `not`. */
const negated = (condition: Condition): Condition => {
  if ('not' in condition) return condition.not
  if ('all' in condition) return { any: condition.all.map(one => ({ not: one })) }
  if ('any' in condition) return { all: condition.any.map(one => ({ not: one })) }
  const tests = single(condition.fields)
  return {
    any: tests.map(([name, test]): Condition => {
      const other = opposite(test)
      return other === undefined ? { not: { fields: { [name]: test } } } : { fields: { [name]: other } }
    }),
  }
}

const isLone = (condition: Condition): boolean =>
  'fields' in condition && single(condition.fields).every(([, test]) => opposite(test) === undefined)

/** What must all hold at once: tests by field, and lists of which one must hold. */
const gather = (condition: Condition, into: Conjunction): Conjunction => {
  if ('all' in condition) for (const one of condition.all) gather(one, into)
  else if ('any' in condition) choose(condition.any, into)
  else if ('fields' in condition)
    for (const [name, test] of Object.entries(condition.fields))
      into.tests.set(name, [...(into.tests.get(name) ?? []), test])
  else if (!isLone(condition.not)) gather(negated(condition.not), into)
  return into
}

/** Where there is but one choice, it is none. */
const choose = (any: readonly Condition[], into: Conjunction): void => {
  const [only] = any
  if (only !== undefined && any.length === 1) gather(only, into)
  else into.choices.push(any)
}

const plainText = /^\^([\w /:@,;=-]+)(\$?)$/
/** A pattern that only one text fits, or that begins with one, says the same as `eq` and `startsWith`. */
const inPlain = (test: FieldTest): FieldTest => {
  const [, start, end] = plainText.exec(test.regex ?? '') ?? []
  if (start === undefined) return test
  if (end === '') return { ...test, startsWith: test.startsWith ?? start }
  return { ...test, eq: test.eq ?? start }
}

/** The values that a test leaves by naming them. */
const namedBy = (test: FieldTest): readonly Scalar[] | undefined => (test.eq === undefined ? test.in : [test.eq])

const largest = (numbers: readonly (number | undefined)[]): number =>
  Math.max(Number.NEGATIVE_INFINITY, ...numbers.filter(one => one !== undefined))
const smallest = (numbers: readonly (number | undefined)[]): number =>
  Math.min(Number.POSITIVE_INFINITY, ...numbers.filter(one => one !== undefined))

const isEmptyRange = (tests: readonly FieldTest[], range: Field['range']): boolean => {
  const from = largest([range?.[0], ...tests.map(test => test.gte)])
  const to = smallest([range?.[1], ...tests.map(test => test.lte)])
  const over = largest(tests.map(test => test.gt))
  const under = smallest(tests.map(test => test.lt))
  return from > to || over >= under || over >= to || from >= under
}

const clashingStarts = (tests: readonly FieldTest[]): boolean => {
  const starts = tests.map(test => test.startsWith).filter(start => start !== undefined)
  return starts.some(one => starts.some(other => !one.startsWith(other) && !other.startsWith(one)))
}

const passAll = (tests: readonly FieldTest[], value: Scalar | undefined): boolean =>
  tests.every(test => passes(test, value))

/** Of a field of which all values are known, whether one is left, or none at all if it can have none. */
const leavesNone = ({ values, holds }: Field, tests: readonly FieldTest[]): boolean =>
  values !== undefined &&
  !values.some(value => passAll(tests, value)) &&
  (holds === 'flag' || !passAll(tests, undefined))

const isImpossible = (field: Field, all: readonly FieldTest[]): boolean => {
  const tests = all.map(inPlain)
  if (tests.some(test => test.exists === false) && !passAll(tests, undefined)) return true
  if (tests.some(test => test.in?.length === 0)) return true
  // A list may hold what one test asks for beside what the other does.
  if (field.holds === 'list') return false
  if (leavesNone(field, tests)) return true
  const named = tests.map(namedBy).find(values => values !== undefined)
  const { range } = field
  const isInRange = (value: Scalar): boolean =>
    range === undefined || typeof value !== 'number' || (value >= range[0] && value <= range[1])
  if (named !== undefined) return !named.some(value => isInRange(value) && passAll(tests, value))
  return isEmptyRange(tests, range) || clashingStarts(tests)
}

/** Why nothing can ever meet the condition; undefined if something may, or if it is too tangled to tell. */
export const contradiction = (condition: Condition): string | undefined => {
  const { tests, choices } = gather(condition, { tests: new Map(), choices: [] })
  for (const [name, all] of tests) {
    const field = fieldOf(name)
    if (field !== undefined && isImpossible(field, all))
      return `no value of ${name} can meet ${all.map(test => JSON.stringify(test)).join(' and ')}`
  }
  const beside: readonly Condition[] = [...tests].flatMap(([name, all]) =>
    all.map((test): Condition => ({ fields: { [name]: test } })),
  )
  for (const choice of choices) {
    const whys = choice.map(one => contradiction({ all: [...beside, one] }))
    if (whys.every(why => why !== undefined)) return whys[0] ?? 'any of nothing never holds'
  }
  return undefined
}

/** Does everything meet the condition, so that it sets nothing apart; false also where it is too tangled to tell. */
export const isCertain = (condition: Condition): boolean => contradiction({ not: condition }) !== undefined
