/** Leaves out candidates that would be rate limited. */
import type { Constraint } from '../../ports/strategy.ts'
import { lackOfRoom } from '../headroom.ts'
import { maker } from '../options.ts'

const constraint: Constraint = {
  kind: 'constraint',
  name: 'within-limits',
  reads: ['candidate.headroom'],
  exclude: lackOfRoom,
}

/** `within-limits`: what is left of requests, tokens and concurrency, and whether this request fits into it. */
export const withinLimits = maker({
  name: 'within-limits',
  kind: 'constraint',
  sentence:
    'Leaves out candidates that have no requests, tokens or concurrency left, or too few tokens for this request.',
  options: {},
  build: () => constraint,
})
