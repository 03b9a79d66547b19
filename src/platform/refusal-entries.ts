/** Refusals gathered for the audit log: the first of a kind at once, those that follow within the minute as one. */
import { millis } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import type { Clock } from '../ports/clock.ts'

/** Who was refused, as far as that is known. */
export interface Refused {
  readonly key?: string
  readonly user?: string
  /** How the key begins that nobody knows. */
  readonly prefix?: string
  readonly address?: string
}

export interface Refusal {
  readonly at: Instant
  readonly who: Refused
  /** In a word: a kind of failure. */
  readonly kind: string
  /** What was asked for. */
  readonly object: string
  readonly why: string
  readonly request?: string
}

/** As the audit log takes it. */
export interface RefusalEntry {
  readonly at: Instant
  readonly who: { readonly key?: string; readonly user?: string; readonly address?: string }
  readonly action: string
  readonly object: string
  readonly refused: string
  /** Of those that followed the first: how many, and what else was asked for. */
  readonly after?: { readonly times: number; readonly objects: readonly string[] }
  readonly request?: string
}

export interface RefusalEntriesOptions {
  readonly clock: Clock
  append(entry: RefusalEntry): Promise<void>
  complain(message: string): void
  /** So many of those whose key is known are told apart in a minute, by who and kind; 200 if not told. */
  readonly known?: number
  /** So many of those whose key nobody knows; 20 if not told. */
  readonly unknown?: number
}

export interface RefusalEntries {
  /** Never throws, never waits. */
  add(refusal: Refusal): void
  /** Resolves when what was added has been written, or could not be. */
  flush(): Promise<void>
  close(): Promise<void>
  /** How many refusals are in no entry and never will be. */
  lost(): number
}

const minute = 60_000
/** Things asked for that one entry names. */
const mostObjects = 5
const longestObject = 200
const longestWhy = 300

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text)

const entryOf = ({ at, who, kind, object, why, request }: Refusal, following?: RefusalEntry['after']): RefusalEntry => {
  const { prefix, ...known } = who
  const asked = cut(object, longestObject)
  return {
    at,
    who: known,
    action: `refused.${kind}`,
    object: prefix === undefined ? asked : `key ${cut(prefix, 16)}: ${asked}`,
    refused: cut(why, longestWhy),
    ...(following !== undefined && { after: following }),
    ...(request !== undefined && { request }),
  }
}

/** Of one who and kind within a minute. */
interface Group {
  last: Refusal
  /** Those that are in no entry yet. */
  untold: number
  readonly objects: Set<string>
}

/** All whom there is no more room to tell apart are one. */
const crowd = '(others)'

class Gathering implements RefusalEntries {
  readonly #options: RefusalEntriesOptions
  #groups = new Map<string, Group>()
  #unknown = 0
  #lost = 0
  #takeBack: (() => void) | undefined
  #writing: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(options: RefusalEntriesOptions) {
    this.#options = options
  }

  add(refusal: Refusal): void {
    if (this.#isClosed) {
      this.#lost += 1
      return
    }
    const [key, who] = this.#groupOf(refusal)
    const group = this.#groups.get(key)
    this.#takeBack ??= this.#options.clock.after(millis(minute), () => void this.#endMinute())
    if (group === undefined) {
      const made: Group = { last: { ...refusal, who }, untold: 0, objects: new Set() }
      this.#groups.set(key, made)
      this.#tell(made, 1)
      return
    }
    group.last = { ...refusal, who }
    group.untold += 1
    if (group.objects.size < mostObjects) group.objects.add(cut(refusal.object, longestObject))
  }

  /** Where it is counted, and under whose name. */
  #groupOf({ who, kind }: Refusal): readonly [string, Refused] {
    const { known = 200, unknown = 20 } = this.#options
    const own = JSON.stringify([
      kind,
      who.key ?? '',
      who.user ?? '',
      who.prefix ?? '',
      who.key === undefined ? who.address : '',
    ])
    if (this.#groups.has(own)) return [own, who]
    const isKnown = who.key !== undefined
    const room = isKnown ? this.#groups.size - this.#unknown < known : this.#unknown < unknown
    if (!room) return [JSON.stringify([kind, crowd, isKnown]), isKnown ? { key: crowd } : { prefix: crowd }]
    if (!isKnown) this.#unknown += 1
    return [own, who]
  }

  /** Hands on an entry for so many; what the log does not take now is told with those that follow. */
  #tell(group: Group, times: number, following?: RefusalEntry['after']): void {
    const entry = entryOf(group.last, following)
    this.#writing = this.#writing
      .then(() => this.#options.append(entry))
      .catch((error: unknown) => {
        group.untold += times
        this.#options.complain(`refusals wait, since they could not be audited: ${String(error)}`)
      })
  }

  async #endMinute(): Promise<void> {
    this.#takeBack = undefined
    await this.#tellRest()
    for (const [key, group] of this.#groups) if (group.untold === 0) this.#groups.delete(key)
    this.#unknown = [...this.#groups.values()].filter(({ last }) => last.who.key === undefined).length
    if (this.#groups.size > 0 && !this.#isClosed) {
      this.#takeBack ??= this.#options.clock.after(millis(minute), () => void this.#endMinute())
    }
  }

  async #tellRest(): Promise<void> {
    await this.#writing
    for (const group of this.#groups.values()) {
      const times = group.untold
      if (times === 0) continue
      group.untold = 0
      this.#tell(group, times, { times, objects: [...group.objects] })
    }
    await this.#writing
  }

  flush(): Promise<void> {
    return this.#tellRest()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#takeBack?.()
    this.#takeBack = undefined
    await this.#tellRest()
    const left = [...this.#groups.values()].reduce((sum, { untold }) => sum + untold, 0)
    this.#groups = new Map()
    this.#lost += left
    if (left > 0) this.#options.complain(`${left} refusals could not be audited before the end`)
  }

  lost(): number {
    return this.#lost
  }
}

/** An empty gathering. Whoever floods the door fills neither the log nor the memory: all beyond a bound are counted as one. */
export const refusalEntries = (options: RefusalEntriesOptions): RefusalEntries => new Gathering(options)
