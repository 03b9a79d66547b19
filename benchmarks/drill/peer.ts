/** What a peer's algorithm is: it chooses, and hears what came of it. The loop around it is the same for all. */
import type { Chance } from '../../src/world/chance.ts'
import type { Asking } from './traffic.ts'
import type { Place } from './simulated-provider.ts'
import type { WorldModel } from '../../src/world/models.ts'

/** How one call to a deployment ended, as the caller saw it; milliseconds. */
export interface Result {
  readonly ok: boolean
  readonly now: number
  /** The caller's own deadline ended it. */
  readonly isTimeout?: boolean
  readonly status?: number
  readonly firstToken?: number
  readonly whole?: number
  /** How long the provider asks to be left alone. */
  readonly retryAfter?: number
}

export interface Choice {
  readonly asking: Asking
  /** Who was asked for this request already; never to be chosen again. */
  readonly tried: ReadonlySet<string>
  /** Milliseconds from the beginning. */
  readonly now: number
}

/** One run's worth of a peer's algorithm. Undefined chooses nobody: the request fails. */
export interface Peer {
  choose(choice: Choice): string | undefined
  started?(id: string, now: number): void
  /** The first content came. */
  heard?(id: string, result: Result): void
  ended?(id: string, result: Result): void
}

/** What an algorithm is told beforehand. */
export interface PeerGround {
  readonly places: readonly Place[]
  readonly models: ReadonlyMap<string, WorldModel>
  readonly chance: Chance
  /** Configured quality by deployment and task. */
  readonly scores: Readonly<Record<string, Readonly<Record<string, number>>>>
}
export type PeerMaker = (ground: PeerGround) => Peer

/** The members that have not been asked yet. */
export const untried = (places: readonly Place[], { tried }: Choice): readonly string[] =>
  places.map(({ id }) => id).filter(id => !tried.has(id))

/** One of them by chance; undefined of none. */
export const oneOf = (ids: readonly string[], chance: Chance): string | undefined =>
  ids[Math.floor(chance() * ids.length)]

/** Who has the least of this; the first of those that are equal. */
export const least = (ids: readonly string[], key: (id: string) => number): string | undefined => {
  let best: string | undefined
  let lowest = Infinity
  for (const id of ids) {
    const value = key(id)
    if (best === undefined || value < lowest) [best, lowest] = [id, value]
  }
  return best
}
