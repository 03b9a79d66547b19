/** Prefers quality for this kind of request. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { Unit } from '../../domain/units.ts'
import { unit } from '../../domain/units.ts'
import type { Order } from '../../ports/strategy.ts'
import { errorsAt90, isRealLead } from '../likelihood.ts'
import { qualityOf } from '../measures.ts'
import { maker, optional } from '../options.ts'
import { nearInQuality, tiedWithin } from '../parsers.ts'
import type { Nearness } from '../parsers.ts'
import { decimal } from '../wording.ts'

/** The mean, turned round because smaller comes first. */
const key = (candidate: Candidate, facts: Facts): number | undefined => {
  const quality = qualityOf(candidate, facts)
  return quality === undefined ? undefined : 0 - quality.mean
}

const confidence = (first: Candidate, second: Candidate, facts: Facts): Unit => {
  const one = qualityOf(first, facts)
  const other = qualityOf(second, facts)
  if (one === undefined || other === undefined) return unit(0.5)
  const error = Math.hypot(one.mean - one.low, other.mean - other.low) / errorsAt90
  return unit(isRealLead(one.mean - other.mean, error))
}

const order = (within: Nearness | undefined): Order => ({
  kind: 'order',
  name: 'good',
  reads: ['candidate.quality', 'request.task'],
  keys: (tied, facts) => tied.map(candidate => key(candidate, facts)),
  isTied: tiedWithin(within),
  confidence,
  words: value => `quality ${decimal(0 - value, 3)}`,
})

/** `good`: by the mean of learned quality at the request's task, else by the configured score; unknown comes last. */
export const good = maker({
  name: 'good',
  kind: 'order',
  sentence: "Puts candidates with a high quality at the request's task first; ones of unknown quality last.",
  options: { within: optional(nearInQuality, 'How many points under the best still count as tied.') },
  example: { within: 0.02 },
  build: ({ within }) => order(within),
})
