/** Leaves out what is too weak for this kind of work. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { Constraint } from '../../ports/strategy.ts'
import { errorsAt, errorsAt90 } from '../likelihood.ts'
import { candidateSignal, isKnown, provenFrom, qualityOf } from '../measures.ts'
import { defaulting, maker, required } from '../options.ts'
import { keepOrExclude, probability, share } from '../parsers.ts'
import { decimal, whole } from '../wording.ts'

interface Floor {
  readonly at: number
  readonly confidence: number
  readonly unknown: 'keep' | 'exclude'
}

/** Says so where few scores were learned: then the bound tells more of what is not known than of the candidate. */
const unproven = (candidate: Candidate, facts: Facts): string => {
  const samples = candidateSignal(facts, 'candidate.quality', candidate)?.samples
  if (!isKnown(samples) || samples >= provenFrom) return ''
  return ` (unproven: ${whole(samples)} ${samples === 1 ? 'score' : 'scores'})`
}

const constraint = ({ at, confidence, unknown }: Floor): Constraint => {
  // Signals tell the bound at 90 %; another confidence moves it in proportion. Configured scores have no spread to move.
  const scale = errorsAt(confidence) / errorsAt90
  return {
    kind: 'constraint',
    name: 'quality-floor',
    reads: ['candidate.quality', 'request.task', 'request.confidence'],
    exclude: (candidate, facts) => {
      const quality = qualityOf(candidate, facts)
      if (quality === undefined) return unknown === 'keep' ? undefined : 'no quality known'
      const bound = scale === 1 ? quality.low : quality.mean - (quality.mean - quality.low) * scale
      if (bound >= at) return undefined
      return `quality ${decimal(bound, 3)} is under the floor of ${decimal(at, 3)}${unproven(candidate, facts)}`
    },
  }
}

/** `quality-floor`: by the lower confidence bound of learned quality, else by the configured score. */
export const qualityFloor = maker({
  name: 'quality-floor',
  kind: 'constraint',
  sentence: "Leaves out candidates whose quality at the request's task is not surely above the floor.",
  options: {
    at: required(share, 'The floor.'),
    confidence: defaulting(probability, 'How sure it must be; configured scores count as certain.', '90%'),
    unknown: defaulting(keepOrExclude, 'What happens to a candidate of which no quality is known.', 'exclude'),
  },
  example: { at: 0.5 },
  build: constraint,
})
