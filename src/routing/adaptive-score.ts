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

const weighed = ['reliability', 'speed', 'slack', 'price'] as const
type Part = (typeof weighed)[number]

const measureOf = (part: Part, { errorSpan }: Formula): Measure =>
  part === 'reliability' ? reliability(errorSpan) : { speed, slack, price }[part]

/** How much of the error penalty is lifted: by time since the last failure, and not while calls still fail. */
const liftOf = (candidate: Candidate, facts: Facts, { momentum, lift }: Formula): number => {
  const errors = errorsOf(candidate, facts)
  if (errors === undefined || errors.inRow !== 0 || !isKnown(errors.sinceLast) || momentum <= 0) return 0
  return lift * unit(errors.sinceLast / momentum)
}

/** The share of the score that each part takes away where it is 0. */
const weightsOf = (formula: Formula): Readonly<Record<Part, number>> => {
  const sum = weighed.reduce((total, part) => total + formula[part], 0)
  const by = Math.max(1, sum)
  return {
    reliability: formula.reliability / by,
    speed: formula.speed / by,
    slack: formula.slack / by,
    price: formula.price / by,
  }
}

/** The score of each of the tied: 1, less what each part is short of 1 times its weight. */
export const adaptiveScores = (tied: readonly Candidate[], facts: Facts, formula: Formula): readonly Scored[] => {
  const used = weighed.filter(part => formula[part] > 0)
  const weights = weightsOf(formula)
  const columns = used.map(part => measureOf(part, formula).scores(tied, facts))
  return tied.map((candidate, place) => {
    const parts: Record<string, number> = {}
    let score = 1
    for (const [at, part] of used.entries()) {
      const value = columns[at]?.[place] ?? 0
      parts[part] = value
      const lifted = part === 'reliability' ? (1 - value) * liftOf(candidate, facts, formula) : 0
      if (part === 'reliability') parts['momentum'] = lifted
      score -= weights[part] * (1 - value - lifted)
    }
    return { score: unit(score), parts }
  })
}

/** The standard error of a score, from the samples behind its parts. */
export const errorOfScore = (candidate: Candidate, facts: Facts, formula: Formula, { parts }: Scored): number => {
  const weights = weightsOf(formula)
  const kept = 1 - liftOf(candidate, facts, formula)
  return Math.hypot(
    ...weighed.map(part => {
      const value = parts[part]
      const error = measureOf(part, formula).error
      if (value === undefined || error === undefined) return 0
      return weights[part] * error(candidate, facts, value) * (part === 'reliability' ? kept : 1)
    }),
  )
}

/** What the score is made from. */
export const adaptiveReads = (formula: Formula): Measure['reads'] => [
  ...new Set(weighed.filter(part => formula[part] > 0).flatMap(part => measureOf(part, formula).reads)),
]
