/** The names under which usage is booked: few enough, whatever clients make up. */
import type { Settled, ShadowStory } from '../domain/gateway-event.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { Dimension, UsageRow } from '../ports/usage.ts'
import { namesText } from './usage-lines.ts'

export type Names = UsageRow['names']

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

type Growing = { -readonly [Name in Dimension]?: string }

const set = (names: Growing, dimension: Dimension, name: string | undefined): void => {
  if (name === undefined || name === '') return
  // Not by assignment: a tag may have any name.
  Object.defineProperty(names, dimension, { value: name, enumerable: true, configurable: true, writable: true })
}

/** Whose request it is, and what it asked for. */
export const askedNames = ({ caller, pool, decision, operation }: Settled): Names => {
  const names: Growing = {}
  set(names, 'organisation', caller.organisation)
  set(names, 'team', caller.team)
  set(names, 'user', caller.user)
  set(names, 'key', caller.key)
  set(names, 'pool', pool)
  set(names, 'policy', decision?.decision.policy.name)
  set(names, 'operation', operation)
  return names
}

/** Of a copy that nobody asked for: the house's own doing, so that it has no caller. */
export const shadowNames = ({ pool, decision, operation }: ShadowStory): Names => {
  const names: Growing = {}
  set(names, 'pool', pool)
  set(names, 'policy', decision.decision.policy.name)
  set(names, 'operation', operation)
  return names
}

/** Who was asked. */
export const servedNames = (attempt: Attempt | undefined): Names =>
  attempt === undefined ? {} : { provider: attempt.candidate.provider, model: attempt.candidate.model }

/** What clients name as they like. */
export type FreeNames = Pick<Settled, 'run' | 'task' | 'tags'>

/** The names of one hour. */
export class HourOfNames {
  readonly #bounds: NameBounds
  readonly #values = new Map<Dimension, Set<string>>()
  readonly #rows = new Set<string>()
  #tags = 0

  constructor(bounds: NameBounds) {
    this.#bounds = bounds
  }

  /** The fixed names with the free ones, as far as there is room for more. */
  name(fixed: Names, free: FreeNames): Names {
    const { rows } = this.#bounds
    const all = { ...fixed, ...this.#bounded(free) }
    if (this.#hasRoom(all, rows)) return all
    // Who makes up ever new combinations of tags gets none of them.
    const coarse = { ...fixed, ...this.#coarse(free) }
    return this.#hasRoom(coarse, rows * 2) ? coarse : fixed
  }

  #hasRoom(names: Names, most: number): boolean {
    const text = namesText(names)
    if (!this.#rows.has(text) && this.#rows.size >= most) return false
    this.#rows.add(text)
    return true
  }

  #bounded({ run, task, tags }: FreeNames): Names {
    const names: Growing = {}
    set(names, 'run', this.#value('run', run, this.#bounds.runs))
    set(names, 'task', this.#value('task', task, this.#bounds.values))
    for (const [tag, value] of Object.entries(tags)) {
      if (this.#isKnown(`tag:${tag}`)) set(names, `tag:${tag}`, this.#value(`tag:${tag}`, value, this.#bounds.values))
    }
    return names
  }

  /** That there are any, and not what they are. */
  #coarse({ run, task, tags }: FreeNames): Names {
    const names: Growing = {}
    if (run !== undefined) set(names, 'run', other)
    if (task !== undefined) set(names, 'task', other)
    for (const tag of Object.keys(tags)) if (this.#values.has(`tag:${tag}`)) set(names, `tag:${tag}`, other)
    return names
  }

  #isKnown(dimension: Dimension): boolean {
    if (this.#values.has(dimension)) return true
    if (this.#tags >= this.#bounds.tags) return false
    this.#tags += 1
    return true
  }

  #value(dimension: Dimension, value: string | undefined, most: number): string | undefined {
    if (value === undefined || value === '') return undefined
    const known = this.#values.get(dimension) ?? new Set<string>()
    this.#values.set(dimension, known)
    if (known.has(value)) return value
    if (known.size >= most) return other
    known.add(value)
    return value
  }
}
