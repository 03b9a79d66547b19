/** Gives each of the tied candidates its turn. */
import type { Facts } from '../../domain/decision.ts'
import type { Order } from '../../ports/strategy.ts'
import { isKnown, signalOf } from '../measures.ts'
import { maker } from '../options.ts'
import { decimal } from '../wording.ts'

/** Whose turn it is among so many, by the turns that the pool has taken. */
const turnAmong = (facts: Facts, count: number): number => {
  const turn = signalOf(facts, 'pool.turn')
  if (!isKnown(turn)) return 0
  const place = Math.floor(turn) % count
  return place < 0 ? place + count : place
}

const order: Order = {
  kind: 'order',
  name: 'round-robin',
  reads: ['pool.turn'],
  keys: (tied, facts) => {
    const count = tied.length
    const first = turnAmong(facts, count)
    return tied.map((_, place) => (place - first + count) % count)
  },
  odds: tied => tied.map(() => 1 / tied.length),
  words: key => (key === 0 ? 'its turn' : `${decimal(key, 0)} ${key === 1 ? 'turn' : 'turns'} to wait`),
}

/** `round-robin`: the turn is counted per pool and enters as a signal, so a replay gives the same turn. */
export const roundRobin = maker({
  name: 'round-robin',
  kind: 'order',
  sentence: 'Takes turns among candidates that are tied so far.',
  options: {},
  build: () => order,
})
