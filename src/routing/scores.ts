/** How good each of the tied is by one measure, from 0 to 1, and how sure that is. */
import type { Facts } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { SignalKey, SignalTypes } from '../domain/signal.ts'
import { unit } from '../domain/units.ts'
import { roomOf } from './headroom.ts'
import { errorsAt90 } from './likelihood.ts'
import { candidateSignal, isKnown, likelyCost, qualityOf } from './measures.ts'
import { paceError, pacesOf } from './pace.ts'
import type { PaceKind } from './pace.ts'

/** One thing that candidates are good or bad at. */
export interface Measure {
  readonly reads: readonly SignalKey[]
  /** One score from 0 to 1 for each of the tied; 1 is best. */
  scores(tied: readonly Candidate[], facts: Facts): readonly number[]
  /** The standard error of a candidate's score. Absent: it is certain. */
  error?(candidate: Candidate, facts: Facts, score: number): number
}

type Known = number | undefined
/** The standard error of a number of which nothing is known but that it lies from 0 to 1. */
const anywhere = Math.sqrt(1 / 12)

const notBelowZero = (value: Known): Known => (isKnown(value) ? Math.max(0, value) : undefined)
const knownOf = (values: readonly Known[]): readonly number[] => values.filter(value => value !== undefined)

/** The middle one; of two in the middle, half-way between them. */
const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((left, right) => left - right)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? upper
  return lower / 2 + upper / 2
}

/**
 * The least of all by own; unknown is 0, and where nothing is known all are 1. A ratio keeps what a stretch from best to
 * worst loses: how much worse the worse are.
 */
const leastByOwn = (values: readonly Known[]): readonly number[] => {
  const known = knownOf(values)
  if (known.length === 0) return values.map(() => 1)
  const least = Math.min(...known)
  return values.map(own => {
    if (own === undefined) return 0
    return own <= least ? 1 : least / own
  })
}

/** Scores where whoever counts as tied with the best key has the score of the best: who is near enough is no worse. */
export const levelled = (
  scores: readonly number[],
  keys: readonly (number | undefined)[],
  isTied: ((best: number, key: number) => boolean) | undefined,
): readonly number[] => {
  const known = keys.filter(isKnown)
  if (isTied === undefined || known.length === 0) return scores
  const best = Math.min(...known)
  const top = scores[keys.indexOf(best)] ?? 1
  return scores.map((score, place) => {
    const key = keys[place]
    return isKnown(key) && isTied(best, key) ? Math.max(score, top) : score
  })
}

/** The cheapest expected cost by own. Free is 1; unpriced is not free, and is 0 beside anybody priced. */
export const price: Measure = {
  reads: ['candidate.warm'],
  scores: (tied, facts) => leastByOwn(tied.map(candidate => notBelowZero(likelyCost(candidate, facts)))),
}

/** The quickest by own. Who is unproven counts as the median of the proven: as the fastest it would get all, as the slowest nothing. */
export const quickness = (kind: PaceKind): Measure => ({
  reads: ['candidate.latency'],
  scores: (tied, facts) => {
    const paces = pacesOf(tied, facts, kind).map(one => one?.pace)
    const known = knownOf(paces)
    if (known.length === paces.length) return leastByOwn(paces)
    const middle = known.length === 0 ? undefined : median(known)
    return leastByOwn(paces.map(pace => pace ?? middle))
  },
  error: (candidate, facts, score) => {
    const [pace] = pacesOf([candidate], facts, kind)
    // The error of one of two that are alike is smaller by the root of two than that of their ratio.
    return pace === undefined ? anywhere : Math.min(anywhere, (score * paceError(pace, pace, kind)) / Math.SQRT2)
  },
})

/** The best expected latency by own. */
export const speed: Measure = quickness('expected')
/** Own output tokens a second by the most. */
export const throughput: Measure = quickness('throughput')

/** The mean of quality as it is; unknown is 0. */
export const quality: Measure = {
  reads: ['candidate.quality', 'request.task', 'request.confidence'],
  scores: (tied, facts) => tied.map(candidate => unit(qualityOf(candidate, facts)?.mean ?? 0)),
  error: (candidate, facts) => {
    const known = qualityOf(candidate, facts)
    return known === undefined ? anywhere : Math.min(anywhere, Math.max(0, known.mean - known.low) / errorsAt90)
  },
}

const isCapacity = (value: Known): value is number => isKnown(value) && value > 0

const inFlight = (candidate: Candidate, facts: Facts): number => {
  const count = candidateSignal(facts, 'candidate.inflight', candidate)
  // Who was never counted has nothing under way.
  return isKnown(count) ? Math.max(0, count) : 0
}

/** What is left of the tightest limit: requests, tokens, or requests at once; without a limit, all of it. */
export const slack: Measure = {
  reads: ['candidate.headroom', 'candidate.inflight'],
  scores: (tied, facts) =>
    tied.map(candidate => {
      const { concurrent } = candidate.limits
      const unused = isCapacity(concurrent) ? 1 - inFlight(candidate, facts) / concurrent : 1
      return unit(Math.min(unused, roomOf(candidate, facts).left))
    }),
}

/** The least load by own, one request more counted for each; by requests at once where all have a limit, else by weight. */
export const load: Measure = {
  reads: ['candidate.inflight'],
  scores: (tied, facts) => {
    const limits = tied.map(({ limits: { concurrent } }) => concurrent)
    const capacities = limits.every(isCapacity) ? limits : tied.map(({ weight }) => weight)
    return leastByOwn(
      tied.map((one, place) => {
        const capacity = capacities[place]
        return isCapacity(capacity) ? (inFlight(one, facts) + 1) / capacity : undefined
      }),
    )
  },
}

type Errors = SignalTypes['candidate.errors']

/** The errors of a candidate; undefined where none were ever told. */
export const errorsOf = (candidate: Candidate, facts: Facts): Errors | undefined => {
  const errors = candidateSignal(facts, 'candidate.errors', candidate)
  return isKnown(errors?.rate) ? errors : undefined
}

/** The most that a standard error of a number from 0 to 1 can be: it may be either end. */
const eitherEnd = 0.5

const reliabilityError = (errors: Errors | undefined, span: number): number => {
  const samples = isKnown(errors?.samples) ? Math.max(0, errors.samples) : 0
  // One good and one bad answer are added, or no failure of three answers would be as sure as none of three thousand.
  const rate = (unit(errors?.rate ?? 0) * samples + 1) / (samples + 2)
  return Math.min(eitherEnd, Math.sqrt((rate * (1 - rate)) / (samples + 2)) / span)
}

/** 1 without errors, 0 from where their rate fills the span, which is over 0; who was never seen to fail is reliable. */
export const reliability = (span: number): Measure => ({
  reads: ['candidate.errors'],
  scores: (tied, facts) => tied.map(candidate => 1 - unit(unit(errorsOf(candidate, facts)?.rate ?? 0) / span)),
  error: (candidate, facts) => reliabilityError(errorsOf(candidate, facts), span),
})
