/** Leaves out candidates whose circuit is open. */
import type { Constraint } from '../../ports/strategy.ts'
import { candidateSignal } from '../measures.ts'
import { maker } from '../options.ts'

const constraint: Constraint = {
  kind: 'constraint',
  name: 'healthy',
  reads: ['candidate.circuit'],
  exclude: (candidate, facts) => {
    const circuit = candidateSignal(facts, 'candidate.circuit', candidate)
    return circuit?.open === true ? `circuit open: ${circuit.why}` : undefined
  },
}

/** `healthy`: no news is good news. */
export const healthy = maker({
  name: 'healthy',
  kind: 'constraint',
  sentence: 'Leaves out candidates that failed so often of late that their circuit is open.',
  options: {},
  build: () => constraint,
})
