/** Prefers low latency. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { Unit } from '../../domain/units.ts'
import { unit } from '../../domain/units.ts'
import type { Order, Way } from '../../ports/strategy.ts'
import { uniform } from '../draw.ts'
import { isRealLead } from '../likelihood.ts'
import { candidateSignal, isKnown, provenFrom, provenLatency } from '../measures.ts'
import { defaulting, maker, optional } from '../options.ts'
import { nearInTime, share, tiedWithin } from '../parsers.ts'
import type { Nearness } from '../parsers.ts'
import { time } from '../wording.ts'

/** The key of the one unproven candidate that this request is a trial of: before every time there is. */
const onTrial = -1

/** Of the chance to come first, what all the unproven together get at most. */
const mostForTrials = 0.5

interface Field {
  /** The p95 of each; undefined where unproven. */
  readonly proven: readonly (number | undefined)[]
  /** The places of the unproven that may be tried: none if there is nobody else to serve. */
  readonly trials: readonly number[]
  /** The chance of each of them. */
  readonly each: number
}

const fieldOf = (tied: readonly Candidate[], facts: Facts, trialShare: number): Field => {
  const proven = tied.map(candidate => provenLatency(candidate, facts))
  const unproven = [...proven.keys()].filter(place => proven[place] === undefined)
  const trials = unproven.length === tied.length || trialShare === 0 ? [] : unproven
  return { proven, trials, each: Math.min(trialShare, mostForTrials / Math.max(1, trials.length)) }
}

const withTrial = ({ proven }: Field, tried: number | undefined): readonly (number | undefined)[] =>
  proven.map((p95, place) => (place === tried ? onTrial : p95))

/** The unproven come last, or they would get all; but now and then one is tried, or it would stay unproven for ever. */
const keys = (field: Field, seed: string): readonly (number | undefined)[] => {
  if (field.trials.length === 0) return field.proven
  // A label that no candidate has, so that the trial does not follow another step's draw.
  const draw = uniform(seed, '\u0000trial')
  return withTrial(field, field.trials[Math.floor(draw / field.each)])
}

const ways = (field: Field): readonly Way[] => [
  { chance: 1 - field.trials.length * field.each, keys: field.proven },
  ...field.trials.map(place => ({ chance: field.each, keys: withTrial(field, place) })),
]

/**
 * The standard error of the logarithm of a p95 from one sample, where times spread log-normally by 0.5:
 * 0.5 * sqrt(0.95 * 0.05) / density at the 95th percentile.
 */
const errorOfOne = 1.06

const confidence = (first: Candidate, second: Candidate, facts: Facts): Unit => {
  const one = candidateSignal(facts, 'candidate.latency', first)
  const other = candidateSignal(facts, 'candidate.latency', second)
  if (!isKnown(one?.p95) || !isKnown(other?.p95)) return unit(0.5)
  if (!isKnown(one.samples) || !isKnown(other.samples)) return unit(0.5)
  const isUsable = one.p95 > 0 && other.p95 > 0 && one.samples > 0 && other.samples > 0
  if (!isUsable) return unit(0.5)
  return unit(isRealLead(Math.log(other.p95 / one.p95), errorOfOne * Math.sqrt(1 / one.samples + 1 / other.samples)))
}

const nearness = (within: Nearness | undefined): Order['isTied'] => {
  const isNear = tiedWithin(within)
  return isNear && ((best, key) => (best === onTrial ? key === onTrial : isNear(best, key)))
}

const order = (within: Nearness | undefined, trialShare: number): Order => ({
  kind: 'order',
  name: 'fast',
  reads: ['candidate.latency'],
  keys: (tied, facts) => keys(fieldOf(tied, facts, trialShare), facts.seed),
  ways: (tied, facts) => ways(fieldOf(tied, facts, trialShare)),
  isTied: nearness(within),
  confidence,
  words: key => (key === onTrial ? `a trial (fewer than ${provenFrom} samples)` : time(key)),
})

/** `fast`: by p95 over the window; who has fewer than 20 samples comes last, but for a share of requests that try it. */
export const fast = maker({
  name: 'fast',
  kind: 'order',
  sentence:
    'Puts candidates with a low p95 latency first; ones with fewer than 20 samples come last, but are each tried on a share of requests.',
  options: {
    within: optional(nearInTime, 'How near to the fastest still counts as tied.'),
    trial: defaulting(
      share,
      'The share of requests that try a candidate with fewer than 20 samples; all such candidates get half at most.',
      '10%',
    ),
  },
  example: { within: '10%' },
  build: ({ within, trial }) => order(within, trial),
})
