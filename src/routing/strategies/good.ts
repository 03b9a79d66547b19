/** Prefers quality for this kind of request. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { Unit } from '../../domain/units.ts'
import { unit } from '../../domain/units.ts'
import type { Order } from '../../ports/strategy.ts'
import { errorsAt90, isRealLead } from '../likelihood.ts'
import { qualityOf } from '../measures.ts'
import { defaulting, maker, optional } from '../options.ts'
import { nearInQuality, oneOf, tiedWithin } from '../parsers.ts'
import type { Nearness } from '../parsers.ts'
import { decimal } from '../wording.ts'

/** Which number of a quality counts. */
type By = 'mean' | 'low'

/** Turned round because smaller comes first. */
const key = (candidate: Candidate, facts: Facts, by: By): number | undefined => {
  const quality = qualityOf(candidate, facts)
  return quality === undefined ? undefined : 0 - quality[by]
}

const confidence = (first: Candidate, second: Candidate, facts: Facts): Unit => {
  const one = qualityOf(first, facts)
  const other = qualityOf(second, facts)
  if (one === undefined || other === undefined) return unit(0.5)
  const error = Math.hypot(one.mean - one.low, other.mean - other.low) / errorsAt90
  return unit(isRealLead(one.mean - other.mean, error))
}

const order = (within: Nearness | undefined, by: By): Order => ({
  kind: 'order',
  name: 'good',
  reads: ['candidate.quality', 'request.task', 'request.confidence'],
  keys: (tied, facts) => tied.map(candidate => key(candidate, facts, by)),
  isTied: tiedWithin(within),
  confidence,
  scores: (tied, facts) => tied.map(candidate => unit(qualityOf(candidate, facts)?.[by] ?? 0)),
  unknown: 'of unknown quality',
  words: value => `quality ${decimal(0 - value, 3)}`,
})

/** `good`: by the mean, or the lower bound, of learned quality at the request's task, else by the configured score; unknown comes last. */
export const good = maker({
  name: 'good',
  kind: 'order',
  sentence: "Puts candidates with a high quality at the request's task first; ones of unknown quality last.",
  options: {
    within: optional(nearInQuality, 'How many points under the best still count as tied.'),
    by: defaulting(
      oneOf('mean', 'low'),
      'What is compared: the mean, or the lower bound at 90 %, so that who is little known comes behind who is as good and well known.',
      'mean',
    ),
  },
  example: { within: 0.02 },
  build: ({ within, by }) => order(within, by),
})
