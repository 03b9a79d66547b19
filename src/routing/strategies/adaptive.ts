/** Shares traffic by a score of reliability, speed, slack and price. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { Unit } from '../../domain/units.ts'
import { unit } from '../../domain/units.ts'
import type { Order } from '../../ports/strategy.ts'
import { adaptiveScore, balanced, classic } from '../adaptive-score.ts'
import type { AdaptiveScore, Formula } from '../adaptive-score.ts'
import { drawer, weightedKey } from '../draw.ts'
import { isRealLead } from '../likelihood.ts'
import { once } from '../once.ts'
import { defaulting, maker, optional, shown, wrong } from '../options.ts'
import type { Option, Parser } from '../options.ts'
import { duration, oneOf, share } from '../parsers.ts'
import { trafficShares } from '../shares.ts'
import { decimal } from '../wording.ts'

/** Whom chance has drawn comes before every score; scores go from 0 to 1, so the key still tells it. */
const drawnFirst = -2

const scoreIn = (key: number): number => (key <= drawnFirst ? drawnFirst - key : 0 - key)

/** The place that chance has drawn. By candidate, so that where one goes away only those who had it move. */
const drawnPlace = (tied: readonly Candidate[], shares: readonly number[], seed: string): number => {
  const draw = drawer(seed)
  let first = 0
  let least: number | undefined
  for (const [place, { id }] of tied.entries()) {
    // A label that no other step draws by.
    const key = weightedKey(draw(`\u0000adaptive\u0000${id}`), shares[place] ?? 0)
    if (key === undefined || (least !== undefined && key >= least)) continue
    first = place
    least = key
  }
  return first
}

const confidence = (score: AdaptiveScore, first: Candidate, second: Candidate, facts: Facts): Unit => {
  const [one, other] = score.scores([first, second], facts)
  if (one === undefined || other === undefined) return unit(0.5)
  const error = Math.hypot(score.error(first, facts, one), score.error(second, facts, other))
  return unit(isRealLead(one.score - other.score, error))
}

const order = (formula: Formula): Order => {
  const score = adaptiveScore(formula)
  const scored = once(score.scores)
  const scores = (tied: readonly Candidate[], facts: Facts): readonly number[] =>
    scored(tied, facts).map(one => one.score)
  const odds = (tied: readonly Candidate[], facts: Facts): readonly number[] =>
    trafficShares(scores(tied, facts), formula)
  return {
    kind: 'order',
    name: 'adaptive',
    reads: score.reads,
    keys: (tied, facts) => {
      const drawn = drawnPlace(tied, odds(tied, facts), facts.seed)
      // Behind the drawn one the rest stand by score, so that a failure is followed by the best and not by another draw.
      return scores(tied, facts).map((one, place) => (place === drawn ? drawnFirst - one : 0 - one))
    },
    odds,
    scores,
    parts: (tied, facts) => scored(tied, facts).map(one => one.parts),
    confidence: (first, second, facts) => confidence(score, first, second, facts),
    words: key => `score ${decimal(scoreIn(key), 3)}${key <= drawnFirst ? ' (drawn)' : ''}`,
  }
}

const presets = { balanced, classic } satisfies Readonly<Record<string, Formula>>

/** An error span of 0 would count a single failure among thousands as much as nothing but failures. */
const someShare: Parser<number> = {
  type: 'a share over 0, such as 0.05 or 5%',
  parse: value => {
    const read = share.parse(value)
    return read.ok && read.value > 0 ? read : wrong(`is ${shown(value)}; write a share over 0, such as 0.05 or 5%`)
  },
}

/** An option that is as the preset has it unless it is given. */
const byPreset = <T>(parser: Parser<T>, sentence: string, value: string): Option<T | undefined> => ({
  ...optional(parser, sentence),
  default: value,
})

/** `adaptive`: the published score of docs/adaptive.md; near the top traffic goes in proportion, and a little to the rest. */
export const adaptive = maker({
  name: 'adaptive',
  kind: 'order',
  sentence:
    'Shares requests by a score of reliability, speed, slack and price: in proportion among those near the top, a small part for the rest; the formula is in docs/adaptive.md.',
  options: {
    preset: defaulting(
      oneOf('balanced', 'classic'),
      'What holds where nothing else is given; `classic` knows no price and gives the rest 25 %.',
      'balanced',
    ),
    reliability: byPreset(share, 'What a full error penalty takes away from the score of 1.', '50%'),
    speed: byPreset(share, 'The weight of the best expected latency by own.', '20%'),
    slack: byPreset(share, 'The weight of what is left of the tightest limit.', '5%'),
    price: byPreset(share, 'The weight of the cheapest expected cost by own; nothing in `classic`.', '25%'),
    errorSpan: byPreset(someShare, 'The rate of errors at which the penalty is full.', '5%'),
    momentum: byPreset(
      duration,
      'How long after the last failure, if calls succeed, the penalty is lifted as far as it can be; 0 lifts nothing.',
      '30s',
    ),
    lift: byPreset(share, 'How much of the penalty momentum can lift.', '90%'),
    within: byPreset(
      share,
      'Who is short of the top score by no more than this share of it gets its full share.',
      '5%',
    ),
    rest: byPreset(share, 'The share of requests that all others get together, at most.', '5%'),
  },
  example: { within: '5%' },
  build: ({ preset, ...given }) => {
    const own = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    return order({ ...presets[preset], ...own })
  },
})
