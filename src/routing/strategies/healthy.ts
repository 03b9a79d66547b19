/** Leaves out candidates whose circuit is open, but never all of them on suspicion alone. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { SignalTypes } from '../../domain/signal.ts'
import type { Constraint } from '../../ports/strategy.ts'
import { candidateSignal, isKnown } from '../measures.ts'
import { defaulting, maker } from '../options.ts'
import { share } from '../parsers.ts'
import { percent } from '../wording.ts'

type Circuit = SignalTypes['candidate.circuit']

/** Out by what was seen, and not by the provider's own word or for want of a credential. */
interface Suspect {
  readonly candidate: Candidate
  readonly why: string
  readonly rate: number | undefined
  /** The rate, but as bad as can be where nothing but failures has come from it: what was before that tells nothing now. */
  readonly badness: number | undefined
  /** Milliseconds since its last failure. */
  readonly sinceLast: number | undefined
  readonly until: number | undefined
}

/** So many failures in a row are no bad luck. */
const wholly = 5

type Errors = SignalTypes['candidate.errors'] | undefined
const badnessOf = (errors: Errors, rate: number | undefined): number | undefined =>
  isKnown(errors?.inRow) && errors.inRow >= wholly ? 1 : rate

const openCircuit = (candidate: Candidate, facts: Facts): Circuit | undefined => {
  const circuit = candidateSignal(facts, 'candidate.circuit', candidate)
  return circuit?.open === true ? circuit : undefined
}

const isCertain = (circuit: Circuit | undefined): boolean => circuit?.by === 'told' || circuit?.by === 'credential'

const knownOr = (value: number | undefined): number | undefined => (isKnown(value) ? value : undefined)

const suspectOf = (candidate: Candidate, facts: Facts): readonly Suspect[] => {
  const circuit = openCircuit(candidate, facts)
  if (circuit === undefined || isCertain(circuit)) return []
  const errors = candidateSignal(facts, 'candidate.errors', candidate)
  const rate = knownOr(errors?.rate)
  const { why, until } = circuit
  const badness = badnessOf(errors, rate)
  return [{ candidate, why, rate, badness, sinceLast: knownOr(errors?.sinceLast), until: knownOr(until) }]
}

const lessFirst = (one: number | undefined, other: number | undefined): number => {
  if (one === other) return 0
  if (one === undefined) return 1
  return other === undefined || one < other ? -1 : 1
}

/**
 * Who fails least of late; of those that fail wholly who has failed longest ago, which takes them in turn, so that the
 * first to be well again is found at once; then who is to be tried again soonest, then the smaller id.
 */
const leastBadFirst = (one: Suspect, other: Suspect): number =>
  lessFirst(one.badness, other.badness) ||
  lessFirst(other.sinceLast ?? 0, one.sinceLast ?? 0) ||
  lessFirst(one.until, other.until) ||
  (one.candidate.id < other.candidate.id ? -1 : 1)

const lastResort = ({ candidate, why, rate }: Suspect): [string, string] => {
  const failing = rate === undefined ? '' : `, ${percent(rate)} of its answers failed of late`
  return [candidate.id, `kept as a last resort: ${why}${failing}`]
}

/** Those beyond as many as may go, least bad first. Who was told to stay away, or has no credential, goes in any case and counts for nothing. */
const spared = (
  out: readonly Candidate[],
  all: readonly Candidate[],
  facts: Facts,
  eject: number,
): ReadonlyMap<string, string> => {
  const suspects = out.flatMap(candidate => suspectOf(candidate, facts)).sort(leastBadFirst)
  const usable = all.length - out.length + suspects.length
  // In floating point 0.29 of 100 is less than 29.
  const most = Math.min(Math.floor(usable * eject + 1e-9), usable - 1)
  return new Map(suspects.slice(0, Math.max(0, suspects.length - most)).map(lastResort))
}

const constraint = (eject: number): Constraint => ({
  kind: 'constraint',
  name: 'healthy',
  reads: ['candidate.circuit', 'candidate.errors'],
  exclude: (candidate, facts) => {
    const circuit = openCircuit(candidate, facts)
    return circuit === undefined ? undefined : `circuit open: ${circuit.why}`
  },
  spare: (out, all, facts) => spared(out, all, facts, eject),
})

/** `healthy`: no news is good news. */
export const healthy = maker({
  name: 'healthy',
  kind: 'constraint',
  sentence:
    'Leaves out candidates that failed so often of late that their circuit is open, up to a share of those that are left; beyond it the least bad are kept behind all others, since somebody who may fail is better than nobody.',
  options: {
    eject: defaulting(
      share,
      'Of those that are left, how many it may take out at most; one always stays. Who was told by its provider to stay away, or has no credential that is fit, goes in any case and is not counted.',
      '50%',
    ),
  },
  build: ({ eject }) => constraint(eject),
})
