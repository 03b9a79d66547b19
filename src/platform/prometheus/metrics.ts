/** Counters, gauges and histograms with labels, bounded in number, and their text. */

/** A metric with more combinations of labels than this counts the rest under `other`. */
const mostSeries = 1000
/** Longer label values are cut. */
const mostCharacters = 128

const escapeLabel = (value: string): string =>
  value.replace(/[\\"\n]/g, found => (found === '\n' ? '\\n' : `\\${found}`))

const pairsOf = (names: readonly string[], values: readonly string[]): readonly string[] =>
  names.map((name, place) => `${name}="${escapeLabel((values[place] ?? '').slice(0, mostCharacters))}"`)

const sample = (name: string, pairs: readonly string[], value: number): string =>
  `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value === Infinity ? '+Inf' : value}\n`

const heading = (name: string, help: string, type: string): string => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`

interface Labelled<State> {
  readonly values: readonly string[]
  readonly state: State
}

const areSame = (one: readonly string[], other: readonly string[]): boolean => {
  for (let place = 0; place < other.length; place++) if (one[place] !== other[place]) return false
  return one.length === other.length
}

/** One state for each combination of labels, up to a bound. */
class Series<State> {
  readonly #labels: readonly string[]
  readonly #make: () => State
  readonly #states = new Map<string, Labelled<State>>()
  /** What was asked for last: one request is much like the one before. */
  #last: Labelled<State> | undefined

  constructor(labels: readonly string[], make: () => State) {
    this.#labels = labels
    this.#make = make
  }

  of(values: readonly string[]): State {
    const last = this.#last
    if (last !== undefined && areSame(last.values, values)) return last.state
    return this.#find(values)
  }

  #find(values: readonly string[]): State {
    const key = values.join('\u0000')
    const known = this.#states.get(key)
    if (known !== undefined) {
      this.#last = known
      return known.state
    }
    if (this.#states.size >= mostSeries) return this.#other()
    const state = this.#make()
    this.#states.set(key, { values: [...values], state })
    return state
  }

  #other(): State {
    const known = this.#states.get('other')
    if (known !== undefined) return known.state
    const state = this.#make()
    this.#states.set('other', { values: this.#labels.map(() => 'other'), state })
    return state
  }

  text(write: (pairs: readonly string[], state: State) => string): string {
    return [...this.#states.values()].map(({ values, state }) => write(pairsOf(this.#labels, values), state)).join('')
  }
}

export interface Counter {
  /** Adds an amount that is not negative. */
  add(labels: readonly string[], amount: number): void
}

export interface Histogram {
  observe(labels: readonly string[], value: number): void
}

/** A number that somebody else keeps, read when the text is asked for. */
export interface Watched {
  watch(label: string, read: () => number): void
}

interface Distribution {
  /** How many fell into each bucket alone; the last holds what is beyond all of them. */
  readonly counts: Float64Array
  sum: number
}

/** The metrics of one process. */
export class Metrics {
  readonly #texts: (() => string)[] = []

  /** What is added is told divided by `unit`: whole parts of it are summed exactly. */
  counter(name: string, help: string, labels: readonly string[], unit = 1): Counter {
    const series = new Series(labels, () => ({ amount: 0 }))
    const write = (pairs: readonly string[], { amount }: { readonly amount: number }): string =>
      sample(name, pairs, amount / unit)
    this.#texts.push(() => heading(name, help, 'counter') + series.text(write))
    return {
      add(values, amount) {
        if (amount >= 0) series.of(values).amount += amount
      },
    }
  }

  histogram(name: string, help: string, labels: readonly string[], bounds: readonly number[]): Histogram {
    const series = new Series<Distribution>(labels, () => ({ counts: new Float64Array(bounds.length + 1), sum: 0 }))
    const write = (pairs: readonly string[], { counts, sum }: Distribution): string => {
      let total = 0
      let text = ''
      for (const [place, count] of counts.entries()) {
        total += count
        const bound = bounds[place]
        text += sample(`${name}_bucket`, [...pairs, `le="${bound === undefined ? '+Inf' : bound}"`], total)
      }
      return text + sample(`${name}_sum`, pairs, sum) + sample(`${name}_count`, pairs, total)
    }
    this.#texts.push(() => heading(name, help, 'histogram') + series.text(write))
    return {
      observe(values, value) {
        if (!Number.isFinite(value)) return
        const distribution = series.of(values)
        let place = 0
        while (place < bounds.length && value > (bounds[place] ?? Infinity)) place += 1
        distribution.counts[place] = (distribution.counts[place] ?? 0) + 1
        distribution.sum += value
      },
    }
  }

  /** Numbers that others keep, one for each value of the label, or one without a label. */
  watched(type: 'counter' | 'gauge', name: string, help: string, label?: string): Watched {
    const readers = new Map<string, () => number>()
    const write = ([value, read]: readonly [string, () => number]): string =>
      sample(name, label === undefined ? [] : pairsOf([label], [value]), read())
    this.#texts.push(() => heading(name, help, type) + [...readers].map(write).join(''))
    return { watch: (value, read) => void readers.set(value, read) }
  }

  /** In exposition format 0.0.4. */
  text(): string {
    return this.#texts.map(text => text()).join('')
  }
}
