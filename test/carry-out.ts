/** Carries out decisions on paper: whoever is called meets a fate by seed, until nobody is left or somebody answers. */
import type { RoutingDecision } from '../src/domain/decision.ts'
import { consequences } from '../src/domain/failure.ts'
import type { FailureKind } from '../src/domain/failure.ts'
import type { SpanId } from '../src/domain/ids.ts'
import type { Attempt } from '../src/domain/outcome.ts'
import { millis } from '../src/domain/units.ts'
import type { Instant } from '../src/domain/units.ts'
import { nextMove } from '../src/dispatch/next-move.ts'
import type { Move, Standing } from '../src/dispatch/next-move.ts'
import { weird } from './chance.ts'
import type { Chance } from './chance.ts'

const kinds = Object.keys(consequences) as readonly FailureKind[]
/** Those after which others are asked; the rest ends most requests, and is drawn less often. */
const passing = kinds.filter(kind => consequences[kind].advance !== 'never')

/** What happened, in the order in which it did. */
export interface Carried {
  readonly attempts: readonly Attempt[]
  readonly moves: readonly (Move & { readonly move: 'call' })[]
  /** What went on that never should, in words. */
  readonly wrongs: readonly string[]
}

/** Only beside others is a lane ever stopped: because another answered first. */
const kindFor = (chance: Chance, isAlone: boolean): FailureKind => {
  const kind = chance.is(0.85) ? chance.pick(passing) : chance.pick(kinds)
  return isAlone && kind === 'cancelled' ? 'stream-broken' : kind
}

const fateOf = (chance: Chance, isAlone: boolean): Pick<Attempt, 'failure' | 'committed' | 'credentialsLeft'> => {
  const credentialsLeft = chance.pick([0, 0, 0, 1, 2])
  if (chance.is(0.15)) return { committed: true, credentialsLeft }
  const kind = kindFor(chance, isAlone)
  const retryAfter = chance.maybe(0.2, () => millis(weird(chance, chance.whole(4000))))
  const failure = {
    kind,
    message: 'by seed',
    ...(retryAfter !== undefined && { retryAfter }),
    ...(chance.is(0.1) && { retriable: false }),
  }
  const committed = kind === 'stream-broken' ? chance.is(0.5) : chance.is(0.03)
  return { failure, committed, credentialsLeft }
}

const attempt = (chance: Chance, { group, kind }: Move & { move: 'call' }, place: number): Attempt[] => {
  const candidate = group[place]
  if (candidate === undefined) return []
  return [
    {
      index: place,
      candidate,
      kind,
      spanId: 's' as SpanId,
      lane: 'express',
      startedAt: 0 as Instant,
      endedAt: 1 as Instant,
      size: 0,
      losses: [],
      ...fateOf(chance, group.length === 1),
    },
  ]
}

/** Laws of one move, before anybody is called. */
const wrongsOf = (move: Move & { move: 'call' }, standing: Standing, place: ReadonlyMap<string, number>): string[] => {
  const { attempts, patience, elapsed, decision } = standing
  const ids = move.group.map(({ id }) => id as string)
  const eligible = new Set(decision.ranked.map(({ candidate }) => candidate.id as string))
  const rotated = (id: string): boolean => attempts.some(one => one.candidate.id === id && one.credentialsLeft > 0)
  // Who was sent away since another answered first has not failed, and may go on where that one breaks off.
  const calls = (id: string): number =>
    attempts.filter(one => one.candidate.id === id && one.failure?.kind !== 'cancelled').length
  const rotations = (id: string): number =>
    attempts.filter(one => one.candidate.id === id && one.credentialsLeft > 0).length
  const wrong = (what: string, isSo: boolean): readonly string[] => (isSo ? [`${what}: ${ids.join(', ')}`] : [])
  return [
    ...wrong('nobody was called', ids.length === 0),
    ...wrong(
      'somebody who is excluded',
      ids.some(id => !eligible.has(id)),
    ),
    ...wrong(
      'somebody off the chain',
      ids.some(id => !place.has(id)),
    ),
    ...wrong('twice in one group', new Set(ids).size < ids.length),
    ...wrong('more attempts than there may be', attempts.length + ids.length > patience.maxAttempts),
    ...wrong(
      'beyond all patience',
      elapsed >= patience.total || (move.after > 0 && elapsed + move.after >= patience.total),
    ),
    ...wrong('a wait that is none', !(move.after >= 0 && move.after <= patience.maxWait)),
    ...wrong(
      'beyond its retries',
      ids.some(id => calls(id) > patience.retriesPerCandidate + rotations(id)),
    ),
    ...wrong(
      'an open circuit',
      move.group.some(one => standing.isOpen(one) && !rotated(one.id)),
    ),
    ...wrong(
      'beyond the retries of the pool',
      attempts.length > 0 && move.group.some(one => !standing.mayRetry(one) && !rotated(one.id)),
    ),
    ...wrong(
      'several where one may be asked',
      ids.length > 1 && (!standing.mayAskSeveral(undefined) || attempts.some(one => one.committed)),
    ),
    ...wrong('anybody but the first', standing.staysWithFirst && ids.some(id => place.get(id) !== 0)),
  ]
}

/** The places of those who were asked first of each group for the first time; a chain that is kept never goes back. */
const goesBack = (
  { attempts, moves }: Pick<Carried, 'attempts' | 'moves'>,
  place: ReadonlyMap<string, number>,
): boolean => {
  // Whoever was passed over for its small window may still be asked after somebody else failed otherwise.
  if (attempts.some(({ failure }) => failure?.kind === 'context-overflow')) return false
  const seen = new Set<string>()
  let furthest = -1
  for (const { group } of moves) {
    const head = group[0]?.id ?? ''
    const at = place.get(head) ?? -1
    if (!seen.has(head) && at < furthest) return true
    if (!seen.has(head)) furthest = at
    for (const { id } of group) seen.add(id)
  }
  return false
}

/** Whom the chain asks, by place. */
const placesIn = ({ chain, ranked }: RoutingDecision): ReadonlyMap<string, number> =>
  new Map((chain ?? ranked.map(({ candidate }) => candidate.id)).map((id, at) => [id as string, at]))

/** From the decision to the end of it. Throws if it has no end. */
export const carryOut = (chance: Chance, decision: RoutingDecision): Carried => {
  const { patience } = decision
  const place = placesIn(decision)
  const open = new Set(chance.some(decision.ranked, 0.15).map(({ candidate }) => candidate.id))
  const spent = new Set(chance.some(decision.ranked, 0.15).map(({ candidate }) => candidate.id))
  const [mayAskSeveral, staysWithFirst, canGoOn] = [chance.is(0.8), chance.is(0.1), chance.is(0.5)]
  const attempts: Attempt[] = []
  const moves: (Move & { readonly move: 'call' })[] = []
  const wrongs: string[] = []
  let elapsed = 0
  for (let turn = 0; turn <= patience.maxAttempts + 1; turn++) {
    const standing: Standing = {
      decision,
      patience,
      attempts,
      elapsed: millis(elapsed),
      staysWithFirst,
      canGoOn,
      draw: () => chance.next(),
      isOpen: ({ id }) => open.has(id),
      mayRetry: ({ id }) => !spent.has(id),
      mayAskSeveral: () => mayAskSeveral,
    }
    const move = nextMove(standing)
    if (move.move === 'give-up') {
      if (move.failure.message === '') wrongs.push('it ended without a word')
      return {
        attempts,
        moves,
        wrongs: goesBack({ attempts, moves }, place) ? [...wrongs, 'the chain is not kept'] : wrongs,
      }
    }
    wrongs.push(...wrongsOf(move, standing, place))
    moves.push(move)
    const made = move.group.flatMap((_, at) => attempt(chance, move, at))
    attempts.push(...made)
    if (made.some(({ failure }) => failure === undefined)) return { attempts, moves, wrongs }
    elapsed += move.after + chance.whole(3000)
  }
  return { attempts, moves, wrongs: [...wrongs, 'it has no end'] }
}
