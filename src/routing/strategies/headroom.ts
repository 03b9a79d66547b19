/** Prefers candidates with much left of their limits, and among those the one whose limits are whole again first. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { Order } from '../../ports/strategy.ts'
import { roomOf } from '../headroom.ts'
import type { Room } from '../headroom.ts'
import { defaulting, maker } from '../options.ts'
import { share } from '../parsers.ts'
import { percent } from '../wording.ts'

/** The largest share that is told behind a place: a whole one would be the next place. */
const almostAll = 1 - 1e-9

const isSooner = (one: Room, other: Room): boolean =>
  one.resetAt !== undefined && (other.resetAt === undefined || one.resetAt < other.resetAt)

/** Whoever has as much left as the best of those that remain, by who resets first. */
const bySoonest = (rooms: readonly Room[], places: readonly number[]): readonly number[] =>
  places.toSorted((one, other) => {
    const [ours, theirs] = [rooms[one], rooms[other]]
    if (ours === undefined || theirs === undefined) return one - other
    if (isSooner(ours, theirs)) return -1
    return isSooner(theirs, ours) ? 1 : one - other
  })

/** The places in groups that have as much left, most first. */
const groupsOf = (rooms: readonly Room[], within: number): readonly (readonly number[])[] => {
  const left = (place: number): number => rooms[place]?.left ?? 0
  const places = [...rooms.keys()].sort((one, other) => left(other) - left(one) || one - other)
  const groups: number[][] = []
  for (const place of places) {
    const group = groups.at(-1)
    const best = group?.[0]
    if (group !== undefined && best !== undefined && left(best) - left(place) <= within + 1e-9) group.push(place)
    else groups.push([place])
  }
  return groups
}

/** Before the point the place, and behind it the share that is used. */
const keysOf = (tied: readonly Candidate[], facts: Facts, within: number): readonly number[] => {
  const rooms = tied.map(candidate => roomOf(candidate, facts))
  const keys = tied.map(() => 0)
  let rank = -1
  for (const group of groupsOf(rooms, within)) {
    let before: Room | undefined
    for (const place of bySoonest(rooms, group)) {
      const room = rooms[place]
      if (room === undefined) continue
      if (before === undefined || isSooner(before, room)) rank += 1
      before = room
      keys[place] = rank + Math.min(almostAll, 1 - room.left)
    }
  }
  return keys
}

const order = (within: number): Order => ({
  kind: 'order',
  name: 'headroom',
  reads: ['candidate.headroom'],
  keys: (tied, facts) => keysOf(tied, facts, within),
  scores: (tied, facts) => tied.map(candidate => roomOf(candidate, facts).left),
  isTied: (best, key) => Math.floor(best) === Math.floor(key),
  words: key => `${percent(1 - (key - Math.floor(key)))} left of its tightest limit`,
})

/** `headroom`: what is not used by the reset is lost, so that of two with as much left the one that resets first is drained first. */
export const headroom = maker({
  name: 'headroom',
  kind: 'order',
  sentence:
    'Puts candidates first that have most left of their tightest limit (requests, tokens, concurrency); of those with as much left, the one that is whole again first. Who has no known limit has all of it left.',
  options: {
    within: defaulting(share, 'How many points less still count as much left.', '5%'),
  },
  build: ({ within }) => order(within),
})
