/** The names under which usage is booked: few enough, whatever clients make up. */
import type { Settled, ShadowStory } from '../domain/gateway-event.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { Dimension, UsageRow } from '../ports/usage.ts'

/** What stands for all names that came when there were too many already. */
export const other = '(other)'

/** How many different names clients may make up in an hour. */
export interface NameBounds {
  /** Values of each tag, and of tasks. */
  readonly values: number
  /** Runs. */
  readonly runs: number
  /** Names of tags; a further one counts as absent. */
  readonly tags: number
  /** Rows: what is booked beyond has neither run, task nor tags of its own. */
  readonly rows: number
}

export const usualBounds: NameBounds = { values: 1000, runs: 10_000, tags: 64, rows: 20_000 }

type Name = readonly [dimension: Dimension, name: string | undefined]

/** Names in a fixed order, with a text that no other names have: requests are many, and rows of new names are few. */
export interface Names {
  readonly list: readonly Name[]
  readonly text: string
}

/** Of each its length before it, so that no name can look like two. */
const namesOf = (list: readonly Name[]): Names => {
  let text = ''
  for (const [dimension, name] of list)
    if (name !== undefined && name !== '') text += `${dimension.length}${dimension}${name.length}:${name}`
  return { list, text }
}

const together = (left: Names, right: Names): Names => ({
  list: [...left.list, ...right.list],
  text: `${left.text}|${right.text}`,
})

/** As rows have them. */
export const rowNames = ({ list }: Names): UsageRow['names'] =>
  Object.fromEntries(list.filter(([, name]) => name !== undefined && name !== ''))

/** Whose request it is, and what it asked for. */
export const askedNames = ({ caller, pool, decision, operation }: Settled): Names =>
  namesOf([
    ['organisation', caller.organisation],
    ['team', caller.team],
    ['user', caller.user],
    ['key', caller.key],
    ['pool', pool],
    ['policy', decision?.decision.policy.name],
    ['operation', operation],
  ])

/** Of a copy that nobody asked for: the house's own doing, so that it has no caller. */
export const shadowNames = ({ pool, decision, operation }: ShadowStory): Names =>
  namesOf([
    ['pool', pool],
    ['policy', decision.decision.policy.name],
    ['operation', operation],
  ])

/** Who was asked. */
const servedNames = (attempt: Attempt | undefined): Names =>
  namesOf([
    ['provider', attempt?.candidate.provider],
    ['model', attempt?.candidate.model],
  ])

/** What clients name as they like. */
export type FreeNames = Pick<Settled, 'run' | 'task' | 'tags'>

/** The names of a request, to which those of its attempts are added. */
export interface RequestNames {
  readonly whole: Names
  /** With what clients made up left out, or said to be there without what it is. */
  readonly coarse: () => Names
  readonly fixed: Names
}

/** The names of one hour. */
export class HourOfNames {
  readonly #bounds: NameBounds
  readonly #values = new Map<Dimension, Set<string>>()
  readonly #rows = new Set<string>()
  #tags = 0

  constructor(bounds: NameBounds) {
    this.#bounds = bounds
  }

  /** The fixed names with the free ones, as far as there is room for more of these. */
  request(fixed: Names, free: FreeNames): RequestNames {
    return {
      whole: together(fixed, namesOf(this.#bounded(free))),
      coarse: () => together(fixed, namesOf(this.#coarse(free))),
      fixed,
    }
  }

  /** The names of the row to which this attempt of the request belongs, or the request itself where nobody served it. */
  row({ whole, coarse, fixed }: RequestNames, attempt: Attempt | undefined): Names {
    const { rows } = this.#bounds
    const served = servedNames(attempt)
    const all = together(whole, served)
    if (this.#hasRoom(all, rows)) return all
    const less = together(coarse(), served)
    // Who makes up ever new combinations of tags gets none of them.
    return this.#hasRoom(less, rows * 2) ? less : together(fixed, served)
  }

  #hasRoom({ text }: Names, most: number): boolean {
    if (this.#rows.has(text)) return true
    if (this.#rows.size >= most) return false
    this.#rows.add(text)
    return true
  }

  #bounded({ run, task, tags }: FreeNames): readonly Name[] {
    const names: Name[] = [
      ['run', this.#value('run', run, this.#bounds.runs)],
      ['task', this.#value('task', task, this.#bounds.values)],
    ]
    for (const tag of Object.keys(tags).sort()) {
      const dimension: Dimension = `tag:${tag}`
      if (this.#isKnown(dimension)) names.push([dimension, this.#value(dimension, tags[tag], this.#bounds.values)])
    }
    return names
  }

  /** That there are any, and not what they are. */
  #coarse({ run, task, tags }: FreeNames): readonly Name[] {
    const free: Name[] = []
    if (run !== undefined) free.push(['run', other])
    if (task !== undefined) free.push(['task', other])
    for (const tag of Object.keys(tags).sort()) if (this.#values.has(`tag:${tag}`)) free.push([`tag:${tag}`, other])
    return free
  }

  #isKnown(dimension: Dimension): boolean {
    if (this.#values.has(dimension)) return true
    if (this.#tags >= this.#bounds.tags) return false
    this.#tags += 1
    this.#values.set(dimension, new Set())
    return true
  }

  #value(dimension: Dimension, value: string | undefined, most: number): string | undefined {
    if (value === undefined || value === '') return undefined
    let known = this.#values.get(dimension)
    if (known === undefined) {
      known = new Set()
      this.#values.set(dimension, known)
    }
    if (known.has(value)) return value
    if (known.size >= most) return other
    known.add(value)
    return value
  }
}
