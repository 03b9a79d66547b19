/** Leaves out what is too slow at present. */
import type { Constraint } from '../../ports/strategy.ts'
import { defaulting, maker, optional, required } from '../options.ts'
import { paceOf } from '../pace.ts'
import { duration, keepOrExclude, lookBack, oneOf } from '../parsers.ts'
import { time } from '../wording.ts'

interface Ceiling {
  readonly at: number
  readonly by: 'expected' | 'first-token'
  readonly unknown: 'keep' | 'exclude'
}

const unknownLatency = {
  expected: 'its expected latency is not known',
  'first-token': 'too few samples to know its latency',
}

const constraint = ({ at, by, unknown }: Ceiling): Constraint => ({
  kind: 'constraint',
  name: 'latency-ceiling',
  reads: ['candidate.latency'],
  exclude: (candidate, facts) => {
    const measured = paceOf(candidate, facts, by)?.pace
    if (measured === undefined) return unknown === 'keep' ? undefined : unknownLatency[by]
    const what = by === 'expected' ? 'expected latency' : 'p95'
    return measured > at ? `${what} of ${time(measured)} is over the ceiling of ${time(at)}` : undefined
  },
})

/** `latency-ceiling`: by p95. The unproven stay by default, or nobody would ever learn how fast they are. */
export const latencyCeiling = maker({
  name: 'latency-ceiling',
  kind: 'constraint',
  sentence: 'Leaves out candidates whose latency, 19 times of 20 over the window, is above the ceiling.',
  options: {
    at: required(duration, 'The ceiling.'),
    by: defaulting(
      oneOf('first-token', 'expected'),
      'What is held against it: the p95 until the first token of streams and of whole answers otherwise, or the time until the last token of this request that is expected.',
      'first-token',
    ),
    unknown: defaulting(
      keepOrExclude,
      'What happens to a candidate with fewer than 20 samples, or of which this is not known.',
      'keep',
    ),
    window: optional(lookBack, 'How far back latency is looked at; the usual is a minute.'),
  },
  example: { at: '2s' },
  build: ({ at, by, unknown }) => constraint({ at, by, unknown }),
})
