/** What is wrong or doubtful about one step, given what surely runs with it and before it. */
import type { Candidate } from '../domain/deployment.ts'
import type { StepOptions } from '../domain/policy.ts'
import { isKnown } from './measures.ts'
import { didYouMean } from '../domain/nearest.ts'
import { share } from './parsers.ts'
import type { Finding, Use, Way } from './finding.ts'
import { idleDoubts } from './idle-steps.ts'
import { bestScore, priceSpread, prioritiesIn, scoreSpread } from './pool-spread.ts'
import { strategyNamed } from './registry.ts'
import { idleOf } from './rival-bounds.ts'
import { decimal, listed } from './wording.ts'

/** Prices that differ by more make a pool one of unlike models. */
const unlikePrices = 3
/** Scores that differ by more do so too. */
const unlikeScores = 0.1

const times = (spread: number): string => (isKnown(spread) ? `${decimal(spread, 1)} times` : 'from free upwards')

const weightsIn = (step: Use): Readonly<Record<string, unknown>> | undefined => {
  const named: unknown = step.with?.['weights']
  return named !== null && typeof named === 'object' ? { ...named } : undefined
}

const weightless = (step: Use, candidates: readonly Candidate[]): number => {
  const named = weightsIn(step)
  const weights = candidates.map(one => (named === undefined ? one.weight : named[one.id]))
  return weights.filter(weight => typeof weight !== 'number' || !(weight > 0)).length
}

const priorities = (step: Use, candidates: readonly Candidate[]): number =>
  prioritiesIn(candidates, step.with?.['by'] === 'place' ? 'place' : 'number')

/** True if no two candidates can be tied behind this order. */
export const leavesNoTies = (step: Use, candidates: readonly Candidate[]): boolean => {
  if (['round-robin', 'random', 'adaptive'].includes(step.use)) return true
  if (step.use === 'inverse-square') return candidates.every(one => one.price !== undefined)
  if (step.use === 'priority') return candidates.length > 1 && priorities(step, candidates) === candidates.length
  if (step.use !== 'weighted') return false
  // Those without weight stay tied behind the others, unless nobody has any.
  const without = weightless(step, candidates)
  return without < 2 || without === candidates.length
}

const hasOption = (options: StepOptions | undefined, name: string, value: unknown): boolean => options?.[name] === value

const cheapDoubt = (step: Use, way: Way): string | undefined => {
  const spread = priceSpread(way.candidates)
  const isGuarded = way.hasFloor || way.orders.includes('good') || hasOption(step.with, 'withoutFloor', true)
  // In a blend it is weighed against other measures.
  if (spread <= unlikePrices || isGuarded || step.blend !== undefined) return undefined
  return `cheap without a quality floor: prices differ ${times(spread)}, so the weakest would get everything. Put quality-floor into the policy, or say withoutFloor: true`
}

/** Does price count in this score. */
const countsPrice = (step: Use): boolean => {
  if (step.use === 'score') return Number(step.with?.['cost'] ?? 0) > 0
  return step.use === 'adaptive' && step.with?.['preset'] !== 'classic' && step.with?.['price'] !== 0
}

/** A score that counts price leans to the cheapest, as cheap does. */
const scoreDoubt = (step: Use, way: Way): string | undefined => {
  const spread = priceSpread(way.candidates)
  const isGuarded = way.hasFloor || way.orders.includes('good') || hasOption(step.with, 'withoutFloor', true)
  if (!countsPrice(step) || spread <= unlikePrices || isGuarded || step.blend !== undefined) return undefined
  if (step.use === 'score' && step.with?.['quality'] !== undefined) return undefined
  return `${step.use} counts price without a quality floor: prices differ ${times(spread)}, so the weakest may get nearly everything. Put quality-floor or good before it`
}

/** Of several candidates each may come first; by weights that name one alone, that one does. */
const spreads = (step: Use, candidates: readonly Candidate[]): boolean => {
  if (step.use === 'round-robin' || step.use === 'random') return true
  return step.use === 'weighted' && candidates.length - weightless(step, candidates) !== 1
}

const spreadDoubt = (step: Use, way: Way): string | undefined => {
  const isSorted = (way.hasFloor || way.orders.includes('good')) && way.orders.includes('cheap')
  if (isSorted) return undefined
  const prices = priceSpread(way.candidates)
  const scores = scoreSpread(way.candidates)
  const differences = [
    ...(prices > unlikePrices ? [`prices differ ${times(prices)}`] : []),
    ...(scores > unlikeScores + 1e-9 ? [`configured scores differ by ${decimal(scores, 3)}`] : []),
  ]
  if (differences.length === 0) return undefined
  return `${step.use} spreads requests over unlike candidates: ${listed(differences)}. Let quality-floor and cheap go before it`
}

const floorDoubt = (step: Use, way: Way): Omit<Finding, 'at'> | undefined => {
  const made = strategyNamed('quality-floor')?.make(step.with ?? {})
  if (made?.ok !== true || way.candidates.length === 0) return undefined
  const best = bestScore(way.candidates)
  const keepsUnknown = hasOption(step.with, 'unknown', 'keep')
  if (best === undefined) {
    const says = 'no candidate has a configured score: until scores are learned, this floor excludes everyone'
    return keepsUnknown ? undefined : { severity: 'warning', says }
  }
  const isUnscoredKept = keepsUnknown && way.candidates.some(one => Object.keys(one.quality).length === 0)
  const floor = floorOf(step)
  if (isUnscoredKept || floor === undefined || floor <= best) return undefined
  const says = `excludes everyone: the floor of ${decimal(floor, 3)} is above the best configured score of ${decimal(best, 3)}`
  return { severity: 'error', says }
}

const floorOf = (step: Use): number | undefined => {
  const at = share.parse(step.with?.['at'])
  return at.ok ? at.value : undefined
}

const namesIn = (step: Use): readonly string[] => {
  if (step.use === 'weighted') return Object.keys(weightsIn(step) ?? {})
  const given = step.use === 'lock' ? step.with?.['provider'] : step.with?.['providers']
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  return ['lock', 'only', 'ignore'].includes(step.use) ? list.filter(one => typeof one === 'string') : []
}

/** Names in options that mean nobody here. */
const strangers = (step: Use, candidates: readonly Candidate[]): readonly string[] => {
  const known = new Set(candidates.map(one => (step.use === 'weighted' ? one.id : one.provider)))
  const what = step.use === 'weighted' ? 'candidate' : 'provider'
  return namesIn(step)
    .filter(name => ![...known].some(one => one === name))
    .map(name => `${step.use} names ${what} "${name}", which is not among these candidates${didYouMean(name, known)}`)
}

const warning = (says: string): Omit<Finding, 'at'> => ({ severity: 'warning', says })
const error = (says: string): Omit<Finding, 'at'> => ({ severity: 'error', says })

const ownDoubts = (step: Use, way: Way): readonly Omit<Finding, 'at'>[] => {
  const cheap = step.use === 'cheap' ? cheapDoubt(step, way) : undefined
  const spread = spreads(step, way.candidates) ? spreadDoubt(step, way) : undefined
  const scored = scoreDoubt(step, way)
  const floor = step.use === 'quality-floor' ? floorDoubt(step, way) : undefined
  const idle = idleHere(step, way.candidates)
  const needless = step.use === 'allowed' ? 'allowed runs in front of every policy anyway' : undefined
  return [
    ...(cheap === undefined ? [] : [error(cheap)]),
    ...(spread === undefined ? [] : [warning(spread)]),
    ...(scored === undefined ? [] : [warning(scored)]),
    ...(floor === undefined ? [] : [floor]),
    ...(idle === undefined ? [] : [warning(idle)]),
    ...(needless === undefined ? [] : [warning(needless)]),
    ...strangers(step, way.everyone).map(warning),
  ]
}

/** What an order does not change because of these very candidates. */
const idleHere = (step: Use, candidates: readonly Candidate[]): string | undefined => {
  if (candidates.length < 2) return undefined
  if (step.use === 'priority' && priorities(step, candidates) === 1)
    return 'priority sets nobody apart: all candidates have the same priority'
  if (step.use === 'cheap' && candidates.every(one => one.price === undefined))
    return 'cheap sets nobody apart: no candidate has a price'
  return undefined
}

const ineffective = (step: Use, { full }: Way): Omit<Finding, 'at'> | undefined => {
  if (full === undefined || strategyNamed(step.use)?.kind !== 'order') return undefined
  const says = `ineffective: ${full.step.use} at ${full.at} leaves no ties, so ${step.use} can never take effect behind it`
  // Priorities belong to the candidates: the same policy may serve another pool, where they are tied.
  return full.step.use === 'priority' ? warning(says) : error(says)
}

const rivalDoubts = (step: Use, { ran }: Way): readonly Omit<Finding, 'at'>[] =>
  [...ran.values()].flatMap(before => {
    const idle = idleOf(before.step, step)
    if (idle === undefined) return []
    return idle === 'later'
      ? [error(`ineffective: ${step.use} at ${before.at} is at least as strict`)]
      : [error(`makes ${step.use} at ${before.at} ineffective: this one is stricter`)]
  })

/** What is wrong with a step that is reached this way. A step that can never take effect is not looked at further. */
export const doubtsAbout = (step: Use, key: string, way: Way): readonly Omit<Finding, 'at'>[] => {
  const twin = way.ran.get(key)
  if (twin !== undefined) return [error(`duplicate: ${step.use} already stands at ${twin.at} with the same options`)]
  const idle = ineffective(step, way)
  return idle === undefined ? [...rivalDoubts(step, way), ...idleDoubts(step, way), ...ownDoubts(step, way)] : [idle]
}
