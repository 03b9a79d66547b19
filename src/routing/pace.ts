/** How fast a candidate is, by what a policy goes by, and how sure that is. */
import type { Facts } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { SignalTypes } from '../domain/signal.ts'
import { candidateSignal, isKnown, provenFrom } from './measures.ts'

/** The whole answer to this request, its first token, or how quickly one token follows another. */
export const paceKinds = ['expected', 'first-token', 'throughput'] as const
export type PaceKind = (typeof paceKinds)[number]

/** What was measured of one candidate with enough samples: milliseconds, or milliseconds for each token; less is better. */
export interface Pace {
  readonly pace: number
  readonly samples: number
}

type Latency = SignalTypes['candidate.latency']

/** Ten days. Whatever takes longer, or is told to, takes as long as this. */
const longest = 8e8

const readings: Readonly<Record<PaceKind, (latency: Latency) => number | undefined>> = {
  expected: ({ expected }) => expected,
  'first-token': ({ p95 }) => p95,
  throughput: ({ throughput }) => (isKnown(throughput) && throughput > 0 ? 1000 / throughput : undefined),
}

/** Undefined while it has fewer samples than are asked for, or where this was not measured of it. */
export const paceOf = (
  candidate: Candidate,
  facts: Facts,
  kind: PaceKind,
  leastSamples: number = provenFrom,
): Pace | undefined => {
  const latency = candidateSignal(facts, 'candidate.latency', candidate)
  if (latency === undefined || !isKnown(latency.samples) || latency.samples < leastSamples) return undefined
  const pace = readings[kind](latency)
  // Never -0, which JSON does not tell from 0 and a ratio does.
  return isKnown(pace) && pace >= 0
    ? { pace: Math.max(0, Math.min(pace, longest)), samples: latency.samples }
    : undefined
}

/**
 * The pace of each. Where the whole answer is asked for and of one of the proven only the first token is known, nobody's
 * whole answer counts: a first token is no answer, and the two cannot be held against each other.
 */
export const pacesOf = (
  tied: readonly Candidate[],
  facts: Facts,
  kind: PaceKind,
  leastSamples: number = provenFrom,
): readonly (Pace | undefined)[] => {
  const asked = tied.map(candidate => paceOf(candidate, facts, kind, leastSamples))
  if (kind !== 'expected' || asked.every(one => one !== undefined)) return asked
  const first = tied.map(candidate => paceOf(candidate, facts, 'first-token', leastSamples))
  const isMixed = first.some((one, place) => one !== undefined && asked[place] === undefined)
  return isMixed ? first : asked
}

/**
 * The standard error of the logarithm of a p95 from one sample, where times spread log-normally by 0.5:
 * 0.5 * sqrt(0.95 * 0.05) / density at the 95th percentile.
 */
const errorOfP95 = 1.06
/** The same of a median: 0.5 * sqrt(0.5 * 0.5) / density in the middle. */
const errorOfMedian = 0.63

/** The standard error of the logarithm of the ratio of two paces. */
export const paceError = (one: Pace, other: Pace, kind: PaceKind): number =>
  (kind === 'throughput' ? errorOfMedian : errorOfP95) * Math.sqrt(1 / one.samples + 1 / other.samples)
