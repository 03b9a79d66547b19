/** How fast one deployment answers, by the shape of what it is asked: operation, size of input, streamed or not. */
import type { Operation } from '../domain/operation.ts'
import { operations } from '../domain/operation.ts'
import type { SignalTypes } from '../domain/signal.ts'
import { millis } from '../domain/units.ts'
import type { Instant, Millis } from '../domain/units.ts'
import { QuantileWindow } from './latency.ts'
import type { Quantiles } from './latency.ts'
import { Onset } from './onset.ts'
import { memberIn, numberIn, textIn, listIn, flagIn, timedIn } from './saved.ts'
import type { Restoring } from './saved.ts'

/** Longest window that may be asked for, in slices of 5 s. */
export const longestWindow = millis(300_000)
const slices = 60
/** What is asked for where a policy names no window. */
export const standardWindow = millis(60_000)
/** A minute is saved slice by slice, what is older in steps of half a minute. */
const savedExactly = 12
const savedStep = 6

/** Fewer samples than this are no measure of a shape: then all sizes count together. */
export const enoughSamples = 20

/** What a request is like, as far as it tells how long its answer takes. */
export interface Shape {
  readonly operation: Operation
  readonly streamed: boolean
  /** Undefined where nobody measured it. */
  readonly inputTokens?: number | undefined
}
/** What is asked of the paces of a deployment. */
export interface PaceQuestion extends Shape {
  /** Expected. */
  readonly outputTokens?: number | undefined
  /** How far to look back, 30 s to 5 min; a minute. */
  readonly window?: Millis | undefined
}
/** How long one answer took, in milliseconds. */
export interface Took {
  /** Until the first content of a streamed answer, or until the whole of another. */
  readonly first?: number | undefined
  /** From one token of a streamed answer to the next. */
  readonly perToken?: number | undefined
}

const largestBucket = 7
const unmeasured = -1

/** Sizes by powers of four: up to 64 tokens, 256, 1 024, …, 262 144, and what is longer. */
export const sizeOfInput = (tokens: number | undefined): number => {
  if (tokens === undefined || !(tokens >= 0)) return unmeasured
  return tokens <= 64 ? 0 : Math.min(largestBucket, Math.ceil(Math.log(tokens / 64) / Math.log(4)))
}

/** The times of one shape. */
class Times {
  readonly first = new QuantileWindow(longestWindow, slices)
  readonly perToken = new QuantileWindow(longestWindow, slices)

  add({ first, perToken }: Took, at: Instant): void {
    if (first !== undefined) this.first.add(first, at)
    if (perToken !== undefined) this.perToken.add(perToken, at)
  }
}

/** One operation, streamed or not: by size, and all sizes together. */
class Kind {
  readonly all = new Times()
  readonly sizes = new Map<number, Times>()

  size(bucket: number): Times {
    let times = this.sizes.get(bucket)
    if (times === undefined) this.sizes.set(bucket, (times = new Times()))
    return times
  }
}

/** Those of the size if they are enough, else those of all sizes. */
const pick = (
  own: QuantileWindow | undefined,
  all: QuantileWindow,
  ...[now, window]: [Instant, Millis]
): Quantiles | undefined => {
  const figures = own?.figures(now, window)
  return figures !== undefined && figures.samples >= enoughSamples ? figures : all.figures(now, window)
}

const savedKind = (kind: Kind | undefined, shape: Shape, now: Instant): readonly unknown[] =>
  [...(kind?.sizes ?? [])].flatMap(([size, times]) => {
    const first = times.first.save(now, savedExactly, savedStep)
    const perToken = times.perToken.save(now, savedExactly, savedStep)
    return first.length > 0 ? [{ ...shape, size, first, perToken }] : []
  })

type Latency = SignalTypes['candidate.latency']

/** What the middle one of those in a row took is the least that the next one has to be expected to take. */
const slowed = (usual: Latency, times: number): Latency => {
  const { p95, expected } = usual
  const late = millis(times * p95)
  const known = { ...usual, p50: late, p95: late }
  return expected === undefined ? known : { ...known, expected: millis(expected + late - p95) }
}

export class Paces {
  readonly onset = new Onset()
  readonly #kinds = new Map<Operation, { whole?: Kind; streamed?: Kind }>()

  #kind({ operation, streamed }: Shape): Kind | undefined {
    const both = this.#kinds.get(operation)
    return streamed ? both?.streamed : both?.whole
  }

  #kindFor({ operation, streamed }: Shape): Kind {
    let both = this.#kinds.get(operation)
    if (both === undefined) this.#kinds.set(operation, (both = {}))
    return streamed ? (both.streamed ??= new Kind()) : (both.whole ??= new Kind())
  }

  add(shape: Shape, took: Took, at: Instant): void {
    const kind = this.#kindFor(shape)
    kind.all.add(took, at)
    kind.size(sizeOfInput(shape.inputTokens)).add(took, at)
  }

  /** What is usual, and more than that where the last calls in a row took longer; undefined if nothing like it ended. */
  read(question: PaceQuestion, now: Instant): SignalTypes['candidate.latency'] | undefined {
    const usual = this.usual(question, now)
    const times = usual === undefined ? undefined : this.onset.times(now)
    return usual === undefined || times === undefined || usual.samples < enoughSamples ? usual : slowed(usual, times)
  }

  /** By the window alone. Undefined if nothing like it ended within it. */
  usual(question: PaceQuestion, now: Instant): SignalTypes['candidate.latency'] | undefined {
    const { streamed, inputTokens, outputTokens, window = standardWindow } = question
    const kind = this.#kind(question)
    if (kind === undefined) return undefined
    const own = inputTokens === undefined ? undefined : kind.sizes.get(sizeOfInput(inputTokens))
    const first = pick(own?.first, kind.all.first, now, window)
    if (first === undefined) return undefined
    const known = { p50: millis(first.p50), p95: millis(first.p95), samples: first.samples }
    if (!streamed) return { ...known, expected: millis(first.p95) }
    const perToken = pick(own?.perToken, kind.all.perToken, now, window)
    if (perToken === undefined) return known
    const throughput = 1_000 / perToken.p50
    if (outputTokens === undefined) return { ...known, throughput }
    return { ...known, expected: millis(first.p95 + Math.max(0, outputTokens - 1) * perToken.p95), throughput }
  }

  /** By shape; what all sizes make together follows from it. */
  save(now: Instant): readonly unknown[] {
    return [...this.#kinds].flatMap(([operation, { whole, streamed }]) => [
      ...savedKind(whole, { operation, streamed: false }, now),
      ...savedKind(streamed, { operation, streamed: true }, now),
    ])
  }

  restore(saved: unknown, restoring: Restoring): void {
    const { now } = restoring
    for (const one of listIn(saved)) {
      const operation = operations.find(name => name === textIn(one, 'operation'))
      const size = numberIn(one, 'size')
      if (operation === undefined || size === undefined) continue
      if (!Number.isInteger(size) || size < unmeasured || size > largestBucket) continue
      const kind = this.#kindFor({ operation, streamed: flagIn(one, 'streamed') })
      for (const times of [kind.all, kind.size(size)]) {
        times.first.restore(timedIn(memberIn(one, 'first'), restoring), now)
        times.perToken.restore(timedIn(memberIn(one, 'perToken'), restoring), now)
      }
    }
  }
}
