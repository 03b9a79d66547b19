/** Prefers low latency. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { Unit } from '../../domain/units.ts'
import { unit } from '../../domain/units.ts'
import type { Order } from '../../ports/strategy.ts'
import { isRealLead } from '../likelihood.ts'
import { candidateSignal, isKnown, provenLatency } from '../measures.ts'
import { maker, optional } from '../options.ts'
import { nearInTime, tiedWithin } from '../parsers.ts'
import type { Nearness } from '../parsers.ts'
import { time } from '../wording.ts'

/** The unproven stand with the best, so that they get tried: last they would stay unproven, first they would get all. */
const keys = (tied: readonly Candidate[], facts: Facts): readonly (number | undefined)[] => {
  const proven = tied.map(candidate => provenLatency(candidate, facts))
  const best = proven.reduce((least, p95) => (p95 === undefined || (least ?? p95) < p95 ? least : p95), undefined)
  return proven.map(p95 => p95 ?? best)
}

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

const order = (within: Nearness | undefined): Order => ({
  kind: 'order',
  name: 'fast',
  reads: ['candidate.latency'],
  keys,
  isTied: tiedWithin(within),
  confidence,
  words: time,
})

/** `fast`: by p95 over the window; who has fewer than 20 samples counts as tied with the best. */
export const fast = maker({
  name: 'fast',
  kind: 'order',
  sentence:
    'Puts candidates with a low p95 latency first; ones with fewer than 20 samples stand with the fastest, so let round-robin or random follow.',
  options: { within: optional(nearInTime, 'How near to the fastest still counts as tied.') },
  example: { within: '10%' },
  build: ({ within }) => order(within),
})
