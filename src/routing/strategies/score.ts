/** Orders by one weighted sum of several measures. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { Unit } from '../../domain/units.ts'
import { unit } from '../../domain/units.ts'
import type { Order } from '../../ports/strategy.ts'
import { isRealLead } from '../likelihood.ts'
import { once } from '../once.ts'
import { maker, optional, wrong } from '../options.ts'
import type { StrategyMaker } from '../options.ts'
import { defaultErrorSpan } from '../adaptive-score.ts'
import { nearInQuality, share, tiedWithin } from '../parsers.ts'
import type { Nearness } from '../parsers.ts'
import { load, price, quality, reliability, slack, speed, throughput } from '../scores.ts'
import type { Measure } from '../scores.ts'
import { decimal } from '../wording.ts'

const measures = {
  cost: price,
  latency: speed,
  quality,
  reliability: reliability(defaultErrorSpan),
  slack,
  throughput,
  load,
} satisfies Readonly<Record<string, Measure>>

/** One measure of the sum, and its share of it. */
interface Term {
  readonly name: string
  readonly measure: Measure
  readonly weight: number
}

type Weights = Readonly<Record<keyof typeof measures, number | undefined>>

const termsOf = (weights: Weights): readonly Term[] => {
  const given = Object.entries(measures).map(([name, measure]) => ({ name, measure, weight: weightIn(weights, name) }))
  const sum = given.reduce((total, { weight }) => total + weight, 0)
  return given.filter(({ weight }) => weight > 0).map(term => ({ ...term, weight: term.weight / sum }))
}

const weightIn = (weights: Readonly<Record<string, number | undefined>>, name: string): number => weights[name] ?? 0

type Columns = readonly (readonly number[])[]

const columnsOf = (terms: readonly Term[], tied: readonly Candidate[], facts: Facts): Columns =>
  terms.map(({ measure }) => measure.scores(tied, facts))

const sumAt = (terms: readonly Term[], columns: Columns, place: number): number =>
  unit(terms.reduce((sum, { weight }, at) => sum + weight * (columns[at]?.[place] ?? 0), 0))

const confidence = (terms: readonly Term[], pair: readonly [Candidate, Candidate], facts: Facts): Unit => {
  const columns = columnsOf(terms, pair, facts)
  const errors = pair.flatMap((candidate, place) =>
    terms.map(({ measure, weight }, at) => {
      return weight * (measure.error?.(candidate, facts, columns[at]?.[place] ?? 0) ?? 0)
    }),
  )
  return unit(isRealLead(sumAt(terms, columns, 0) - sumAt(terms, columns, 1), Math.hypot(...errors)))
}

const order = (terms: readonly Term[], within: Nearness | undefined): Order => {
  const columns = once((tied, facts) => columnsOf(terms, tied, facts))
  const scores = (tied: readonly Candidate[], facts: Facts): readonly number[] => {
    const found = columns(tied, facts)
    return tied.map((_, place) => sumAt(terms, found, place))
  }
  return {
    kind: 'order',
    name: 'score',
    reads: [...new Set(terms.flatMap(({ measure }) => measure.reads))],
    keys: (tied, facts) => scores(tied, facts).map(score => 0 - score),
    isTied: tiedWithin(within),
    scores,
    parts: (tied, facts) => {
      const found = columns(tied, facts)
      return tied.map((_, place) => Object.fromEntries(terms.map(({ name }, at) => [name, found[at]?.[place] ?? 0])))
    },
    confidence: (first, second, facts) => confidence(terms, [first, second], facts),
    words: key => `score ${decimal(0 - key, 3)}`,
  }
}

const weighing = maker({
  name: 'score',
  kind: 'order',
  sentence:
    'Puts candidates with a high weighted sum of measures first, each from 0 to 1; the weights count by their sum.',
  options: {
    cost: optional(share, 'The weight of the cheapest expected cost by own; unpriced is 0.'),
    latency: optional(share, 'The weight of the best expected latency by own; unproven counts as the median.'),
    quality: optional(share, 'The weight of the mean of quality; unknown is 0.'),
    reliability: optional(share, 'The weight of reliability, which is 0 from 5 % of errors.'),
    slack: optional(share, 'The weight of what is left of the tightest limit.'),
    throughput: optional(share, 'The weight of own output tokens a second by the most; unproven counts as the median.'),
    load: optional(share, 'The weight of the fewest requests in flight by own.'),
    within: optional(nearInQuality, 'How many points under the best still count as tied.'),
  },
  example: { cost: 0.3, latency: 0.2, quality: 0.2, reliability: 0.1, slack: 0.05, throughput: 0.1, load: 0.05 },
  build: ({ within, ...weights }) => order(termsOf(weights), within),
})

const hasWeight = (options: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(measures).some(name => {
    const weight = share.parse(options[name])
    return weight.ok && weight.value > 0
  })

/** `score`: one formula of one's own, where a blend of measures is truly wanted; shown part by part. */
export const score: StrategyMaker = {
  ...weighing,
  make: options => {
    const made = weighing.make(options)
    if (!made.ok || hasWeight(options)) return made
    return wrong(
      `weighs nothing; give one of ${Object.keys(measures).join(', ')} a weight over 0, such as cost: 0.5`,
      'with',
    )
  },
}
