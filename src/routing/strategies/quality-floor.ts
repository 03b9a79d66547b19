/** Leaves out what is too weak for this kind of work. */
import type { Constraint } from '../../ports/strategy.ts'
import { errorsAt, errorsAt90 } from '../likelihood.ts'
import { qualityOf } from '../measures.ts'
import { defaulting, maker, required } from '../options.ts'
import { keepOrExclude, probability, share } from '../parsers.ts'
import { decimal } from '../wording.ts'

interface Floor {
  readonly at: number
  readonly confidence: number
  readonly unknown: 'keep' | 'exclude'
}

const constraint = ({ at, confidence, unknown }: Floor): Constraint => {
  // Signals tell the bound at 90 %; another confidence moves it in proportion. Configured scores have no spread to move.
  const scale = errorsAt(confidence) / errorsAt90
  return {
    kind: 'constraint',
    name: 'quality-floor',
    reads: ['candidate.quality', 'request.task'],
    exclude: (candidate, facts) => {
      const quality = qualityOf(candidate, facts)
      if (quality === undefined) return unknown === 'keep' ? undefined : 'no quality known'
      const bound = scale === 1 ? quality.low : quality.mean - (quality.mean - quality.low) * scale
      return bound < at ? `quality ${decimal(bound, 3)} is under the floor of ${decimal(at, 3)}` : undefined
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
