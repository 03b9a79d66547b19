/** Leaves out what is too slow at present. */
import type { Constraint } from '../../ports/strategy.ts'
import { provenLatency } from '../measures.ts'
import { defaulting, maker, required } from '../options.ts'
import { duration, keepOrExclude } from '../parsers.ts'
import { time } from '../wording.ts'

const constraint = (at: number, unknown: 'keep' | 'exclude'): Constraint => ({
  kind: 'constraint',
  name: 'latency-ceiling',
  reads: ['candidate.latency'],
  exclude: (candidate, facts) => {
    const p95 = provenLatency(candidate, facts)
    if (p95 === undefined) return unknown === 'keep' ? undefined : 'too few samples to know its latency'
    return p95 > at ? `p95 of ${time(p95)} is over the ceiling of ${time(at)}` : undefined
  },
})

/** `latency-ceiling`: by p95. The unproven stay by default, or nobody would ever learn how fast they are. */
export const latencyCeiling = maker({
  name: 'latency-ceiling',
  kind: 'constraint',
  sentence: 'Leaves out candidates whose p95 latency over the window is above the ceiling.',
  options: {
    at: required(duration, 'The ceiling.'),
    unknown: defaulting(keepOrExclude, 'What happens to a candidate with fewer than 20 samples.', 'keep'),
  },
  example: { at: '2s' },
  build: ({ at, unknown }) => constraint(at, unknown),
})
