/** Keywords that ask something of the items of a list. */
import { canonical } from '../domain/fingerprint.ts'
import type { Fault, Held, Judge, Keyword } from './schema-judge.ts'

type Items = readonly unknown[]

/** A keyword that lists alone know. */
const ofLists =
  (asks: (option: unknown, items: Items, held: Held, judge: Judge) => Fault): Keyword =>
  (option, held, judge) =>
    Array.isArray(held.value) ? asks(option, held.value, held, judge) : undefined

const itemAt = (place: number, items: Items, held: Held): readonly [unknown, Held['at']] => [
  items[place],
  { within: held.at, name: place },
]

/** Each item from `first` on is held to the schema. */
const each = (first: number, schema: unknown, items: Items, { held, judge }: { held: Held; judge: Judge }): Fault => {
  for (let place = first; place < items.length; place++) {
    held.spoken?.items.add(place)
    const fault = judge.holds(...swap(schema, itemAt(place, items, held)))
    if (fault !== undefined) return fault
  }
  return undefined
}
const swap = (
  schema: unknown,
  [value, at]: readonly [unknown, Held['at']],
): [value: unknown, schema: unknown, at: Held['at']] => [value, schema, at]

const inOrder: Keyword = ofLists((option, items, held, judge) => {
  if (!Array.isArray(option)) return undefined
  for (const [place, schema] of option.slice(0, items.length).entries()) {
    held.spoken?.items.add(place)
    const fault = judge.holds(...swap(schema, itemAt(place, items, held)))
    if (fault !== undefined) return fault
  }
  return undefined
})

/** How many items the schema names one by one; older schemas do so under `items`. */
const named = ({ schema }: Held): number => {
  const { prefixItems, items } = schema
  const list = Array.isArray(prefixItems) ? prefixItems : items
  return Array.isArray(list) ? list.length : 0
}

const items: Keyword = (option, held, judge) => {
  if (Array.isArray(option)) return inOrder(option, held, judge)
  return ofLists((_, all) => each(named(held), option, all, { held, judge }))(option, held, judge)
}

const additional: Keyword = ofLists((option, all, held, judge) =>
  Array.isArray(held.schema['items']) ? each(named(held), option, all, { held, judge }) : undefined,
)

const numberIn = ({ schema }: Held, name: string, usual: number): number => {
  const number = schema[name]
  return typeof number === 'number' ? number : usual
}

const contains: Keyword = ofLists((option, all, held, judge) => {
  const [least, most] = [numberIn(held, 'minContains', 1), numberIn(held, 'maxContains', Infinity)]
  let found = 0
  for (const place of all.keys()) {
    if (judge.holds(...swap(option, itemAt(place, all, held))) !== undefined) continue
    held.spoken?.items.add(place)
    found += 1
  }
  if (found < least) return { at: held.at, why: `must contain at least ${least} valid item(s)` }
  return found > most ? { at: held.at, why: `must contain no more than ${most} valid item(s)` } : undefined
})

const least: Keyword = ofLists((option, all, { at }) =>
  typeof option === 'number' && all.length < option
    ? { at, why: `must NOT have fewer than ${option} items` }
    : undefined,
)
const most: Keyword = ofLists((option, all, { at }) =>
  typeof option === 'number' && all.length > option
    ? { at, why: `must NOT have more than ${option} items` }
    : undefined,
)

const charactersPerStep = 8
const unique: Keyword = ofLists((option, all, { at }, { meter }) => {
  if (option !== true) return undefined
  const seen = new Set<string>()
  for (const item of all) {
    const text = meter.deeper(() => canonical(item))
    meter.spend(1 + text.length / charactersPerStep)
    seen.add(text)
  }
  return seen.size === all.length ? undefined : { at, why: 'must not hold the same twice' }
})

const unspoken: Keyword = ofLists((option, all, held, judge) => {
  for (const place of all.keys()) {
    if (held.spoken?.items.has(place) === true) continue
    const fault = judge.holds(...swap(option, itemAt(place, all, held)))
    if (fault !== undefined) return { at: held.at, why: 'must NOT have unevaluated items' }
    held.spoken?.items.add(place)
  }
  return undefined
})

export const keywordsOfLists: readonly (readonly [name: string, keyword: Keyword])[] = [
  ['prefixItems', inOrder],
  ['items', items],
  ['additionalItems', additional],
  ['contains', contains],
  ['minItems', least],
  ['maxItems', most],
  ['uniqueItems', unique],
  ['unevaluatedItems', unspoken],
]
