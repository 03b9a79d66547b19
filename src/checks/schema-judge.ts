/** One value held to one schema: what every keyword asks of it. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import { Meter, Unjudged } from './meter.ts'

/** Where a value stands in the whole. */
export interface Place {
  readonly within: Place | undefined
  readonly name: string | number
}

/** What does not fit, and where; undefined where all does. */
export type Fault = { readonly at: Place | undefined; readonly why: string } | undefined

/** Members and items that some schema has spoken for. */
export interface Spoken {
  readonly members: Set<string>
  readonly items: Set<number>
}

/** A value and what it is held to. */
export interface Held {
  readonly value: unknown
  readonly schema: Json
  readonly at: Place | undefined
  /** Told of what is spoken for, where somebody around it wants to know. */
  readonly spoken: Spoken | undefined
}

/** What a keyword asks; `option` is its value. */
export type Keyword = (option: unknown, held: Held, judge: Judge) => Fault

/** So much for each schema that a value is held to. */
const perSchema = 4

export const nothingSpoken = (): Spoken => ({ members: new Set(), items: new Set() })

/** Keywords that ask what all others have spoken for, and so come last. */
export const asksLast: ReadonlySet<string> = new Set(['unevaluatedProperties', 'unevaluatedItems'])

/** Judges by one whole schema. */
export class Judge {
  readonly root: Json
  readonly meter = new Meter()
  readonly #keywords: ReadonlyMap<string, Keyword>

  constructor(root: Json, keywords: ReadonlyMap<string, Keyword>) {
    this.root = root
    this.#keywords = keywords
  }

  /** The first fault of the value. Gives up by `Unjudged`. */
  holds(value: unknown, schema: unknown, at: Place | undefined, spoken?: Spoken): Fault {
    this.meter.spend(perSchema)
    if (schema === true) return undefined
    if (schema === false) return { at, why: 'must not be there' }
    if (!isRecord(schema)) throw new Unjudged()
    const isAsked = [...asksLast].some(keyword => Object.hasOwn(schema, keyword))
    const own = isAsked ? nothingSpoken() : spoken
    const fault = this.meter.deeper(() => this.#byKeywords({ value, schema, at, spoken: own }))
    if (isAsked && spoken !== undefined && own !== undefined) merge(own, spoken)
    return fault
  }

  #byKeywords(held: Held): Fault {
    const last: string[] = []
    for (const keyword of Object.keys(held.schema)) {
      if (asksLast.has(keyword)) last.push(keyword)
      const fault = asksLast.has(keyword) ? undefined : this.#byKeyword(keyword, held)
      if (fault !== undefined) return fault
    }
    for (const keyword of last) {
      const fault = this.#byKeyword(keyword, held)
      if (fault !== undefined) return fault
    }
    return undefined
  }

  #byKeyword(keyword: string, held: Held): Fault {
    return this.#keywords.get(keyword)?.(held.schema[keyword], held, this)
  }

  /** Holds the same value to another schema; what that speaks for counts only if it fits. */
  also(held: Held, schema: unknown): Fault {
    const own = held.spoken === undefined ? undefined : nothingSpoken()
    const fault = this.holds(held.value, schema, held.at, own)
    if (fault === undefined && own !== undefined && held.spoken !== undefined) merge(own, held.spoken)
    return fault
  }
}

const merge = (from: Spoken, into: Spoken): void => {
  for (const member of from.members) into.members.add(member)
  for (const item of from.items) into.items.add(item)
}
