/** A list of attributes, each with a value of its own type. */
import type { AttributeType, AttributeTypes, Named } from './semantic-names.ts'

export interface Attribute {
  readonly named: Named
  readonly value: AttributeTypes[AttributeType]
}

/** Longer texts and lists are cut: what a caller or a provider chose must not make a span without bound. */
const mostCharacters = 512
const mostItems = 128

const cutText = (text: string): string => (text.length > mostCharacters ? text.slice(0, mostCharacters) : text)

const isList = (value: Attribute['value']): value is readonly string[] | readonly number[] => Array.isArray(value)

const cut = (value: Attribute['value']): Attribute['value'] => {
  if (typeof value === 'string') return cutText(value)
  if (!isList(value)) return value
  const some = value.length > mostItems ? value.slice(0, mostItems) : value
  return some.every(item => typeof item === 'string') ? some.map(cutText) : some
}

export class Attributes {
  readonly list: Attribute[] = []

  /** Adds it, unless there is no value, or a number that is none. */
  set<Type extends AttributeType>(named: Named<Type>, value: AttributeTypes[Type] | undefined): this {
    const isMissing = value === undefined || (typeof value === 'number' && !Number.isFinite(value))
    if (!isMissing) this.list.push({ named, value: cut(value) })
    return this
  }
}
