/** Gives a bounded share of requests to those of whom it would help to know more. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import { unit } from '../../domain/units.ts'
import type { Unit } from '../../domain/units.ts'
import type { Order, Way } from '../../ports/strategy.ts'
import { beliefOf, beliefOrNothing, bestOf, couldMatter } from '../beliefs.ts'
import type { Belief, BestOf } from '../beliefs.ts'
import { uniform } from '../draw.ts'
import { isRealLead } from '../likelihood.ts'
import { expectedCost, isKnown, signalOf } from '../measures.ts'
import { once } from '../once.ts'
import { defaulting, maker, optional } from '../options.ts'
import { dollarAmount, names, share } from '../parsers.ts'

interface Bounds {
  readonly share: number
  readonly perDay: number | undefined
  readonly not: readonly string[]
  readonly floor: number | undefined
  readonly margin: number
  readonly width: number
}

/** The key of the one that is tried; all others have none, so that the steps behind go on with them as if nothing was said. */
const onTrial = 0

const hasTag = (tags: Facts['request']['tags'], wanted: string): boolean => {
  const [name = '', value] = wanted.split('=', 2)
  if (value !== undefined) return Object.hasOwn(tags, name) && tags[name] === value
  const isNamed = Object.hasOwn(tags, name) && tags[name] !== 'false'
  return isNamed || Object.values(tags).includes(name)
}

const fitsTheDay = (candidate: Candidate, facts: Facts, perDay: number | undefined): boolean => {
  if (perDay === undefined) return true
  const spent = signalOf(facts, 'pool.explored')
  const cost = expectedCost(candidate, facts.request, facts.now)
  // What has no price cannot be held to a sum.
  return cost !== undefined && (isKnown(spent) ? spent : 0) + cost <= perDay
}

const isAboveFloor = ({ mean }: Belief, { floor, margin }: Bounds): boolean =>
  floor === undefined || mean >= floor - margin - 1e-9

const mayBeTried = (candidate: Candidate, facts: Facts, bounds: Bounds): boolean =>
  isAboveFloor(beliefOrNothing(candidate, facts), bounds) && fitsTheDay(candidate, facts, bounds.perDay)

/** The chance of each to be tried; what falls to one who may not be is nobody's. */
const chancesOf = (tied: readonly Candidate[], facts: Facts, bounds: Bounds, best: BestOf): readonly number[] => {
  const chances = tied.map(() => 0)
  if (bounds.share === 0 || bounds.not.some(wanted => hasTag(facts.request.tags, wanted))) return chances
  const beliefs = tied.map(candidate => beliefOrNothing(candidate, facts))
  const rivals = couldMatter(beliefs)
  // With one alone it is as good as sure who is the best.
  if (rivals.length < 2) return chances
  const isBlind = tied.every(candidate => beliefOf(candidate, facts) === undefined)
  const odds = isBlind
    ? rivals.map(() => 1 / rivals.length)
    : best(
        rivals.flatMap(at => beliefs[at] ?? []),
        bounds.width,
      )
  for (const [at, place] of rivals.entries()) {
    const candidate = tied[place]
    if (candidate !== undefined && mayBeTried(candidate, facts, bounds)) chances[place] = bounds.share * (odds[at] ?? 0)
  }
  return chances
}

const withTrial = (tied: readonly Candidate[], tried: number | undefined): readonly (number | undefined)[] =>
  tied.map((_, place) => (place === tried ? onTrial : undefined))

/** The place that this request tries; undefined for most requests, without much ado. */
const triedPlace = (seed: string, all: number, chances: () => readonly number[]): number | undefined => {
  // A label that no candidate has and no other step draws by.
  let left = uniform(seed, '\u0000explore')
  if (left >= all) return undefined
  for (const [place, chance] of chances().entries()) {
    if (left < chance) return place
    left -= chance
  }
  return undefined
}

const ways = (tied: readonly Candidate[], chances: readonly number[]): readonly Way[] => {
  const tried = chances.reduce((sum, chance) => sum + chance, 0)
  const trials = [...chances.entries()].filter(([, chance]) => chance > 0)
  return [
    { chance: Math.max(0, 1 - tried), keys: withTrial(tied, undefined) },
    ...trials.map(([place, chance]) => ({ chance, first: place })),
  ]
}

const confidence = (first: Candidate, second: Candidate, facts: Facts): Unit => {
  const one = beliefOrNothing(first, facts)
  const other = beliefOrNothing(second, facts)
  return unit(isRealLead(one.mean - other.mean, Math.hypot(one.error, other.error)))
}

const order = (bounds: Bounds): Order => {
  const best = bestOf()
  const chances = once((tied, facts) => chancesOf(tied, facts, bounds, best))
  return {
    kind: 'order',
    name: 'explore',
    reads: [
      'candidate.quality',
      'request.task',
      'request.confidence',
      ...(bounds.perDay === undefined ? [] : ['pool.explored' as const]),
    ],
    keys: (tied, facts) =>
      withTrial(
        tied,
        triedPlace(facts.seed, bounds.share, () => chances(tied, facts)),
      ),
    ways: (tied, facts) => ways(tied, chances(tied, facts)),
    parts: (tied, facts) => {
      const tried = triedPlace(facts.seed, bounds.share, () => chances(tied, facts))
      if (tried === undefined) return tied.map(() => undefined)
      const by = chances(tied, facts)
      return tied.map((candidate, place) => ({ ...beliefOrNothing(candidate, facts), chance: by[place] ?? 0 }))
    },
    confidence,
    words: () => 'a trial for the sake of learning',
    unknown: 'not on trial this time',
  }
}

/** `explore`: a bounded share for learning; all other requests go on as if this step were not there. */
export const explore = maker({
  name: 'explore',
  kind: 'order',
  sentence:
    'Tries, on a share of requests, candidates that may turn out to be the best by what is known of their quality, each as often as it would (Thompson sampling over 256 seeded draws); all alike while nothing is known.',
  options: {
    share: defaulting(share, 'The share of requests that try somebody.', '5%'),
    perDay: optional(
      dollarAmount,
      'What such requests may cost in a day, UTC; whoever has no price is not tried then.',
    ),
    not: defaulting(
      names,
      'Requests that try nobody: with a tag of this name or with this value, or with this `name=value`.',
      'critical',
    ),
    floor: optional(share, "The policy's floor of quality, so that nobody is tried who is likely to be far below it."),
    margin: defaulting(share, 'How far under the floor the mean may be of whoever is tried.', '5%'),
    width: defaulting(share, 'How much of the uncertainty counts: less tries the best known more often.', '100%'),
  },
  example: { share: '5%', perDay: '$10' },
  build: order,
})
