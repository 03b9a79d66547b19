/** How long answers turned out to be, by pool and kind of work. */
import { millis } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import { QuantileWindow } from './latency.ts'
import { listIn, memberIn, momentIn, textIn, timedIn } from './saved.ts'
import type { Restoring } from './saved.ts'
import { ownName, shortName } from './short-name.ts'

/** Lengths have a long tail: about this quantile is their mean, and no single runaway answer moves it. */
const typical = 0.65
/** So many answers make a history. */
const enough = 20
const window = millis(3_600_000)
/** Kinds of work are named by callers, so their number is bounded; the one that was unused for longest goes. */
const mostHistories = 256

/** So many are saved; the others learn anew. */
const mostSaved = 64

/** Another word for each pair, whatever is in them. */
const nameOf = (pool: string, task: string | undefined): string =>
  task === undefined ? `-${pool}` : `${pool.length}:${pool}${shortName(task)}`

export class AnswerLengths {
  readonly #histories = new Map<string, QuantileWindow>()
  /** The history that was used last stands last already. */
  #newest: string | undefined
  #now: Instant = -Infinity as Instant

  get histories(): number {
    return this.#histories.size
  }

  #add(name: string, tokens: number, at: Instant): void {
    const history = this.#histories.get(name) ?? new QuantileWindow(window)
    history.add(tokens, at)
    if (name === this.#newest) return
    this.#newest = ownName(name)
    this.#histories.delete(name)
    this.#histories.set(ownName(name), history)
    for (const oldest of this.#histories.keys()) {
      if (this.#histories.size <= mostHistories) return
      this.#histories.delete(oldest)
    }
  }

  add(pool: string, task: string | undefined, { tokens, at }: { readonly tokens: number; readonly at: Instant }): void {
    if (at > this.#now) this.#now = at
    this.#add(nameOf(pool, undefined), tokens, at)
    if (task !== undefined) this.#add(nameOf(pool, task), tokens, at)
  }

  /** Those used last. */
  save(): unknown {
    const kept = [...this.#histories].slice(-mostSaved)
    const saved = kept.flatMap(([name, history]) => {
      const lengths = history.save(this.#now)
      return lengths.length === 0 ? [] : [{ name, lengths }]
    })
    return saved.length === 0 ? undefined : { at: this.#now, saved }
  }

  /** By the time of the last answer, as they are read. */
  restore(from: unknown, restoring: Restoring): void {
    const at = momentIn(from, 'at', restoring)
    if (at === undefined || at > restoring.now) return
    this.#now = at
    for (const one of listIn(memberIn(from, 'saved')).slice(-mostSaved)) {
      const name = textIn(one, 'name')
      if (name === undefined) continue
      const history = new QuantileWindow(window)
      history.restore(timedIn(memberIn(one, 'lengths'), restoring), at)
      this.#histories.set(name, history)
    }
  }

  #typical(name: string): number | undefined {
    const history = this.#histories.get(name)
    // By the time of the last answer, not of the question: a quiet night does not make the history worthless.
    if (history === undefined || history.samples(this.#now) < enough) return undefined
    const tokens = history.quantile(typical, this.#now)
    return tokens === undefined ? undefined : Math.round(tokens)
  }

  /** Tokens of a typical answer to this kind of work in this pool, else to any work there; undefined until there are enough. */
  typical(pool: string | undefined, task: string | undefined): number | undefined {
    if (pool === undefined) return undefined
    const own = task === undefined ? undefined : this.#typical(nameOf(pool, task))
    return own ?? this.#typical(nameOf(pool, undefined))
  }
}
