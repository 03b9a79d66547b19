/** What is believed of a candidate's quality, and how often each of several would turn out to be the best. */
import type { Facts } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import { unit } from '../domain/units.ts'
import { drawer } from './draw.ts'
import { errorsAt, errorsAt90 } from './likelihood.ts'
import { candidateSignal, isKnown, qualityOf } from './measures.ts'

/** A mean and its standard error, both from 0 to 1. */
export interface Belief {
  readonly mean: number
  readonly error: number
}

/** What a configured score is worth, in scores that were learned. */
const priorScores = 10
/** Anything from 0 to 1 alike. */
const nothingKnown: Belief = { mean: 0.5, error: Math.sqrt(1 / 12) }

const errorOf = (mean: number, scores: number): number => Math.sqrt((mean * (1 - mean)) / (scores + 1))

/**
 * Learned quality with the error behind its lower bound, or by the number of its scores where it tells no bound below the
 * mean; a configured score as ten learned ones; undefined where nobody has said anything.
 */
export const beliefOf = (candidate: Candidate, facts: Facts): Belief | undefined => {
  const known = qualityOf(candidate, facts)
  if (known === undefined) return undefined
  const mean = unit(known.mean)
  const learned = candidateSignal(facts, 'candidate.quality', candidate)
  if (!isKnown(learned?.mean)) return { mean, error: errorOf(mean, priorScores) }
  if (known.low < known.mean)
    return { mean, error: Math.min(nothingKnown.error, (known.mean - known.low) / errorsAt90) }
  return { mean, error: errorOf(mean, isKnown(learned.samples) ? Math.max(1, learned.samples) : 1) }
}

/** The belief, or that it may be anything. */
export const beliefOrNothing = (candidate: Candidate, facts: Facts): Belief =>
  beliefOf(candidate, facts) ?? nothingKnown

/**
 * The places of those whose optimistic bound, at 90 %, reaches the best pessimistic one. Of the others it is as good as
 * sure already that they are not the best, so that trying them teaches nothing that matters.
 */
export const couldMatter = (beliefs: readonly Belief[]): readonly number[] => {
  const bar = Math.max(...beliefs.map(({ mean, error }) => mean - errorsAt90 * error))
  return [...beliefs.entries()]
    .filter(([, { mean, error }]) => mean + errorsAt90 * error >= bar)
    .map(([place]) => place)
}

/** Draws behind each chance. */
export const drawsOfEach = 256

/**
 * Standard normal numbers: one from each of 128 slices of equal probability, shuffled by a seed, and all of them once
 * more with the other sign, so that of two who are believed the same each wins exactly half.
 */
const normalDraws = (seed: string): Float64Array => {
  const draw = drawer(seed)
  const half = drawsOfEach / 2
  const labels = Array.from({ length: half }, (_, place) => ({ place, by: draw(String(place)) }))
  labels.sort((left, right) => left.by - right.by)
  const drawn = labels.map(({ place }) => errorsAt((place + 0.5) / half))
  return Float64Array.from([...drawn, ...drawn.map(one => 0 - one)])
}

/** The chances of several to be the best, by beliefs; `width` scales the errors. They sum to 1. */
export type BestOf = (beliefs: readonly Belief[], width: number) => readonly number[]

/** What was reckoned for some beliefs. */
interface Reckoned {
  readonly beliefs: readonly Belief[]
  readonly width: number
  readonly chances: readonly number[]
}
/** So many answers are kept: beliefs move only with new scores, and there are a few kinds of work in a pool. */
const mostKept = 32

const areSame = (one: readonly Belief[], other: readonly Belief[]): boolean => {
  if (one.length !== other.length) return false
  for (const [place, { mean, error }] of one.entries())
    if (mean !== other[place]?.mean || error !== other[place].error) return false
  return true
}

/**
 * Thompson sampling, written out: in how many of 256 draws from the beliefs each is the best. The draws are the same for
 * every request, by place and not by its seed, so the shares are exact for the beliefs and replay exactly; which of them
 * a request gets is drawn by its own seed. Draws and the latest answers are kept, as both cost more than to look them up.
 */
export const bestOf = (): BestOf => {
  const tables: Float64Array[] = []
  const kept: Reckoned[] = []
  let oldest = 0
  return (beliefs, width) => {
    const found = kept.find(one => one.width === width && areSame(one.beliefs, beliefs))
    if (found !== undefined) return found.chances
    while (tables.length < beliefs.length) tables.push(normalDraws(`beliefs ${tables.length}`))
    const chances = chancesOf(beliefs, width, tables)
    kept[oldest] = { beliefs, width, chances }
    oldest = (oldest + 1) % mostKept
    return chances
  }
}

const chancesOf = (beliefs: readonly Belief[], width: number, tables: readonly Float64Array[]): readonly number[] => {
  const most = new Float64Array(drawsOfEach).fill(Number.NEGATIVE_INFINITY)
  const first = new Uint32Array(drawsOfEach)
  for (const [place, { mean, error }] of beliefs.entries()) {
    for (const [draw, normal] of (tables[place] ?? most).entries()) {
      const drawn = mean + width * error * normal
      if (drawn <= (most[draw] ?? 0)) continue
      most[draw] = drawn
      first[draw] = place
    }
  }
  const wins = beliefs.map(() => 0)
  for (const place of first) wins[place] = (wins[place] ?? 0) + 1
  return wins.map(count => count / drawsOfEach)
}
