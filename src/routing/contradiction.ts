/** Finds conditions that nothing can ever meet. */
import type { Condition, FieldTest, Scalar } from '../domain/policy.ts'
import { fieldOf, passes } from './conditions.ts'
import type { Field } from './conditions.ts'

type Conjunction = { readonly tests: Map<string, FieldTest[]>; readonly choices: (readonly Condition[])[] }

/** What must all hold at once: tests by field, and lists of which one must hold. */
const gather = (condition: Condition, into: Conjunction): Conjunction => {
  if ('all' in condition) for (const one of condition.all) gather(one, into)
  else if ('any' in condition) into.choices.push(condition.any)
  else if ('fields' in condition)
    for (const [name, test] of Object.entries(condition.fields))
      into.tests.set(name, [...(into.tests.get(name) ?? []), test])
  return into
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

const asksForValue = ({ eq, gt, gte, lt, lte, contains, startsWith, exists, in: list }: FieldTest): boolean =>
  exists === true || [eq, gt, gte, lt, lte, contains, startsWith, list].some(wanted => wanted !== undefined)

const clashingStarts = (tests: readonly FieldTest[]): boolean => {
  const starts = tests.map(test => test.startsWith).filter(start => start !== undefined)
  return starts.some(one => starts.some(other => !one.startsWith(other) && !other.startsWith(one)))
}

const isImpossible = (field: Field, tests: readonly FieldTest[]): boolean => {
  if (tests.some(test => test.exists === false) && tests.some(asksForValue)) return true
  if (tests.some(test => test.in?.length === 0)) return true
  // A list may hold what one test asks for beside what the other does.
  if (field.holds === 'list') return false
  const named = tests.map(namedBy).find(values => values !== undefined)
  const { range } = field
  const isInRange = (value: Scalar): boolean =>
    range === undefined || typeof value !== 'number' || (value >= range[0] && value <= range[1])
  if (named !== undefined) return !named.some(value => isInRange(value) && tests.every(test => passes(test, value)))
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
