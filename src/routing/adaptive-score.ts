/** The adaptive score: what each part says of a candidate, and what they come to. */
import type { Facts } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import { unit } from '../domain/units.ts'
import { isKnown } from './measures.ts'
import { errorsOf, price, reliability, slack, speed } from './scores.ts'
import type { Measure } from './scores.ts'
import type { Sharing } from './shares.ts'

/** How the score is made, and how traffic goes by it. Weights count as shares of their sum where it is over 1. */
export interface Formula extends Sharing {
  readonly reliability: number
  readonly speed: number
  readonly slack: number
  readonly price: number
  /** The rate of errors at which nothing is left of reliability. */
  readonly errorSpan: number
  /** How long after the last failure the penalty is lifted as far as it can be; 0: it is never lifted. */
  readonly momentum: number
  /** How much of the penalty can be lifted. */
  readonly lift: number
}

/** The rate of errors at which nothing is left of reliability, where nobody says otherwise. */
export const defaultErrorSpan = 0.05

/** The formula of the house. */
export const balanced: Formula = {
  reliability: 0.5,
  speed: 0.2,
  slack: 0.05,
  price: 0.25,
  errorSpan: defaultErrorSpan,
  momentum: 30_000,
  lift: 0.9,
  within: 0.05,
  rest: 0.05,
}

/**
 * The coefficients that Bifrost's documentation published until early 2026 and has withdrawn since
 * (docs/enterprise/adaptive-load-balancing.mdx in maximhq/bifrost at 4e925e7): errors 50 %, latency 20 %, utilisation
 * 5 %, momentum of 90 % in 30 s, a band of 5 % and 25 % of exploration; no price.
 */
export const classic: Formula = { ...balanced, price: 0, rest: 0.25 }

/** One candidate's score and what it is made of, each from 0 to 1. */
export interface Scored {
  readonly score: number
  readonly parts: Readonly<Record<string, number>>
}

type Part = 'reliability' | 'speed' | 'slack' | 'price'

/** A part that counts, and what it takes away from the score where it is 0. */
interface Term {
  readonly part: Part
  readonly measure: Measure
  readonly weight: number
}

const termsOf = (formula: Formula): readonly Term[] => {
  const measures: Readonly<Record<Part, Measure>> = { reliability: reliability(formula.errorSpan), speed, slack, price }
  const parts = ['reliability', 'speed', 'slack', 'price'] as const
  const whole = Math.max(
    1,
    parts.reduce((sum, part) => sum + formula[part], 0),
  )
  return parts
    .filter(part => formula[part] > 0)
    .map(part => ({ part, measure: measures[part], weight: formula[part] / whole }))
}

/** How much of the error penalty is lifted: by time since the last failure, and not while calls still fail. */
const liftOf = (candidate: Candidate, facts: Facts, { momentum, lift }: Formula): number => {
  const errors = errorsOf(candidate, facts)
  if (errors === undefined || errors.inRow !== 0 || !isKnown(errors.sinceLast) || momentum <= 0) return 0
  return lift * unit(errors.sinceLast / momentum)
}

/** A formula that is ready to score by. */
export interface AdaptiveScore {
  /** What the score is made from. */
  readonly reads: Measure['reads']
  /** The score of each of the tied: 1, less what each part is short of 1 times its weight. */
  scores(tied: readonly Candidate[], facts: Facts): readonly Scored[]
  /** The standard error of a candidate's score, from the samples behind its parts. */
  error(candidate: Candidate, facts: Facts, scored: Scored): number
}

/** Makes a formula ready. */
export const adaptiveScore = (formula: Formula): AdaptiveScore => {
  const terms = termsOf(formula)
  const one = (candidate: Candidate, facts: Facts, values: readonly number[]): Scored => {
    const parts: Record<string, number> = {}
    let score = 1
    for (const [at, { part, weight }] of terms.entries()) {
      const value = values[at] ?? 0
      parts[part] = value
      const momentum = part === 'reliability' && value < 1 ? (1 - value) * liftOf(candidate, facts, formula) : 0
      if (part === 'reliability') parts['momentum'] = momentum
      score -= weight * (1 - value - momentum)
    }
    return { score: unit(score), parts }
  }
  return {
    reads: [...new Set(terms.flatMap(({ measure }) => measure.reads))],
    scores: (tied, facts) => {
      const columns = terms.map(({ measure }) => measure.scores(tied, facts))
      return tied.map((candidate, place) =>
        one(
          candidate,
          facts,
          columns.map(column => column[place] ?? 0),
        ),
      )
    },
    error: (candidate, facts, { parts }) => {
      let squares = 0
      for (const { part, measure, weight } of terms) {
        const error = measure.error?.(candidate, facts, parts[part] ?? 0) ?? 0
        const kept = part === 'reliability' ? 1 - liftOf(candidate, facts, formula) : 1
        squares += (weight * error * kept) ** 2
      }
      return Math.sqrt(squares)
    },
  }
}
