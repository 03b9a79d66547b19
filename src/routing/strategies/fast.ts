/** Prefers low latency. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { Unit } from '../../domain/units.ts'
import { unit } from '../../domain/units.ts'
import type { Order, Way } from '../../ports/strategy.ts'
import { uniform } from '../draw.ts'
import { isRealLead } from '../likelihood.ts'
import { provenFrom, signalOf } from '../measures.ts'
import { defaulting, maker, optional } from '../options.ts'
import { paceError, paceKinds, pacesOf } from '../pace.ts'
import type { Pace, PaceKind } from '../pace.ts'
import { lookBack, nearInTime, oneOf, share, tiedWithin } from '../parsers.ts'
import type { Nearness } from '../parsers.ts'
import { levelled, quickness } from '../scores.ts'
import { decimal, time } from '../wording.ts'

/** The key of the one unproven candidate that this request is a trial of: before every time there is. */
const onTrial = -1
/** Milliseconds for each token stand above this, so that a key tells what it measures. */
const perToken = 1e9
/** Of the chance to come first, what all the unproven together get at most. */
const mostForTrials = 0.5

interface Asked {
  readonly by: PaceKind
  readonly within: Nearness | undefined
  readonly trial: number
  readonly margin: number
}

/** Turned round twice a number is off by its last digits, which may tip the rounding of its words. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6

/** Who leads on because nobody is surely faster comes behind a trial and before every time, which its key still tells. */
const keptKey = (key: number): number => -1 / (key + 2)
const isKept = (key: number): boolean => key > onTrial && key < 0
/** What was measured, whoever leads. */
const measuredKey = (key: number): number => (isKept(key) ? rounded(-1 / key - 2) : key)
/** Milliseconds, or milliseconds for each token. */
const paceIn = (key: number): number => {
  const own = measuredKey(key)
  return own >= perToken ? own - perToken : own
}
const keyOf = (one: Pace | undefined, by: PaceKind): number | undefined =>
  one === undefined ? undefined : one.pace + (by === 'throughput' ? perToken : 0)

const isPace = (one: Pace | undefined): one is Pace => one !== undefined

/** By more than the margin, and by more than may be chance. */
const isSurelyFaster = (rival: Pace, incumbent: Pace, { by, margin }: Asked): boolean =>
  rival.pace < incumbent.pace * (1 - margin) && Math.log(incumbent.pace / rival.pace) > paceError(rival, incumbent, by)

/** The place of who led until now, if it was not the fastest this time and nobody can be said to be faster. */
const keptPlace = (
  tied: readonly Candidate[],
  paces: readonly (Pace | undefined)[],
  facts: Facts,
  asked: Asked,
): number | undefined => {
  const led = signalOf(facts, 'pool.incumbent')
  const place = led === undefined || asked.margin === 0 ? -1 : tied.findIndex(({ id }) => id === led)
  const own = paces[place]
  if (own === undefined) return undefined
  const rivals = paces.filter(isPace).filter(one => one !== own)
  const best = Math.min(...rivals.map(one => one.pace))
  if (own.pace <= best || tiedWithin(asked.within)?.(best, own.pace) === true) return undefined
  return rivals.some(one => isSurelyFaster(one, own, asked)) ? undefined : place
}

interface Field {
  /** The key of each; undefined where unproven. */
  readonly proven: readonly (number | undefined)[]
  /** The places of the unproven that may be tried: none if there is nobody else to serve. */
  readonly trials: readonly number[]
  /** The chance of each of them. */
  readonly each: number
}

const fieldOf = (tied: readonly Candidate[], facts: Facts, asked: Asked): Field => {
  const paces = pacesOf(tied, facts, asked.by)
  const kept = keptPlace(tied, paces, facts, asked)
  const proven = paces.map((one, place) => {
    const key = keyOf(one, asked.by)
    return key !== undefined && place === kept ? keptKey(key) : key
  })
  const unproven = [...proven.keys()].filter(place => proven[place] === undefined)
  const trials = unproven.length === tied.length || asked.trial === 0 ? [] : unproven
  return { proven, trials, each: Math.min(asked.trial, mostForTrials / Math.max(1, trials.length)) }
}

const withTrial = ({ proven }: Field, tried: number | undefined): readonly (number | undefined)[] =>
  proven.map((key, place) => (place === tried ? onTrial : key))

/** The unproven come last, or they would get all; but now and then one is tried, or it would stay unproven for ever. */
const keys = (field: Field, seed: string): readonly (number | undefined)[] => {
  if (field.trials.length === 0) return field.proven
  // A label that no candidate has, so that the trial does not follow another step's draw.
  const draw = uniform(seed, '\u0000trial')
  return withTrial(field, field.trials[Math.floor(draw / field.each)])
}

const ways = (field: Field): readonly Way[] => [
  { chance: 1 - field.trials.length * field.each, keys: field.proven },
  ...field.trials.map(place => ({ chance: field.each, first: place })),
]

const confidence = (first: Candidate, second: Candidate, facts: Facts, by: PaceKind): Unit => {
  // A few samples say something, too: how little is in the error.
  const [one, other] = pacesOf([first, second], facts, by, 1)
  if (one === undefined || other === undefined || one.pace <= 0 || other.pace <= 0) return unit(0.5)
  return unit(isRealLead(Math.log(other.pace / one.pace), paceError(one, other, by)))
}

const nearness = (within: Nearness | undefined): Order['isTied'] => {
  const isNear = tiedWithin(within)
  return isNear && ((best, key) => (best === onTrial ? key === onTrial : isNear(paceIn(best), paceIn(key))))
}

/** For a blend, where nobody is tried and nobody leads on: the quickest by own, those within reach of it alike. */
const scores = (tied: readonly Candidate[], facts: Facts, asked: Asked): readonly number[] => {
  const plain = pacesOf(tied, facts, asked.by).map(one => keyOf(one, asked.by))
  return levelled(quickness(asked.by).scores(tied, facts), plain, nearness(asked.within))
}

const words = (key: number): string => {
  if (key === onTrial) return `a trial (fewer than ${provenFrom} samples)`
  const own = measuredKey(key)
  const said = own >= perToken ? `${decimal(1000 / (own - perToken), 1)} tokens a second` : time(own)
  return isKept(key) ? `${said} (still in the lead: nobody is surely faster)` : said
}

const order = (asked: Asked): Order => ({
  kind: 'order',
  name: 'fast',
  reads: asked.margin === 0 ? ['candidate.latency'] : ['candidate.latency', 'pool.incumbent'],
  keys: (tied, facts) => keys(fieldOf(tied, facts, asked), facts.seed),
  ways: (tied, facts) => ways(fieldOf(tied, facts, asked)),
  unknown: 'unproven',
  isTied: nearness(asked.within),
  scores: (tied, facts) => scores(tied, facts, asked),
  confidence: (first, second, facts) => confidence(first, second, facts, asked.by),
  words,
})

/**
 * `fast`: by the expected latency of this request, else by p95 over the window. Who has fewer than 20 samples comes last,
 * but for a share of requests that try it; who led keeps the lead until somebody is surely faster.
 */
export const fast = maker({
  name: 'fast',
  kind: 'order',
  sentence:
    'Puts candidates first that are expected to answer soonest, 19 times of 20; ones with fewer than 20 samples come last, but are each tried on a share of requests, and who led for such requests until now leads on as long as nobody is surely faster.',
  options: {
    within: optional(nearInTime, 'How near to the fastest still counts as tied; by `throughput`, in time per token.'),
    trial: defaulting(
      share,
      'The share of requests that try a candidate with fewer than 20 samples; all such candidates get half at most.',
      '10%',
    ),
    by: defaulting(
      oneOf(...paceKinds),
      'What is measured: the time until the last token of this request that is expected (until the first where of one of them no more is known), until the first token, or the tokens a second.',
      'expected',
    ),
    margin: defaulting(
      share,
      'By how much another must be faster than who led until now, and by more than chance explains, to take over the lead; 0 lets the fastest lead at once.',
      '10%',
    ),
    window: optional(lookBack, 'How far back latency is looked at; the usual is a minute.'),
  },
  example: { within: '10%' },
  build: ({ within, trial, by, margin }) => order({ within, trial, by, margin }),
})
