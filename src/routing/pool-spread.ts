/** How much the candidates of a pool differ in price and configured quality. */
import type { Candidate } from '../domain/deployment.ts'
import { isByPiece } from '../domain/rates.ts'
import { isKnown } from './measures.ts'
import { precedenceOf } from './precedence.ts'
import type { Precedence } from './precedence.ts'

/** Tokens of input for each one of output, as a rule of thumb for one price. */
const inputShare = 3

const priceOf = ({ price }: Candidate): number | undefined => {
  // A price by the piece is no price by the token: the two cannot be held against each other.
  if (price === undefined || isByPiece(price)) return undefined
  const blend = price.inputPerMillion * inputShare + price.outputPerMillion
  return isKnown(blend) ? blend : undefined
}

/** How many times the cheapest price the dearest is, three tokens in for one out; 1 where fewer than two are priced. */
export const priceSpread = (candidates: readonly Candidate[]): number => {
  const prices = candidates.map(priceOf).filter(price => price !== undefined)
  if (prices.length < 2) return 1
  const least = Math.min(...prices)
  const most = Math.max(...prices)
  if (most <= least) return 1
  return least <= 0 ? Number.POSITIVE_INFINITY : most / least
}

const scoreAt = ({ quality }: Candidate, task: string): number | undefined =>
  Object.hasOwn(quality, task) ? quality[task] : quality['*']

const tasksOf = (candidates: readonly Candidate[]): readonly string[] => [
  ...new Set(candidates.flatMap(candidate => Object.keys(candidate.quality))),
]

/** The widest gap between configured scores at one task. */
export const scoreSpread = (candidates: readonly Candidate[]): number => {
  const gaps = tasksOf(candidates).map(task => {
    const scores = candidates.map(candidate => scoreAt(candidate, task)).filter(isKnown)
    return scores.length < 2 ? 0 : Math.max(...scores) - Math.min(...scores)
  })
  return Math.max(0, ...gaps)
}

/** The best configured score at any task; undefined if there is none. */
export const bestScore = (candidates: readonly Candidate[]): number | undefined => {
  const scores = candidates.flatMap(candidate => Object.values(candidate.quality)).filter(isKnown)
  return scores.length === 0 ? undefined : Math.max(...scores)
}

/** How many different priorities there are: as many as candidates, and none stay tied; one, and all do. */
export const prioritiesIn = (candidates: readonly Candidate[], by: Precedence): number =>
  new Set(candidates.map(one => precedenceOf(one, by, candidates))).size
