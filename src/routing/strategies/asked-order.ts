/** Puts whom the caller names before others, in the caller's order. */
import type { Order } from '../../ports/strategy.ts'
import { isMeant } from '../asked-for.ts'
import { decimal } from '../wording.ts'

/** By the caller's own list of providers, deployments or models. */
export const askedOrder: Order = {
  kind: 'order',
  name: 'asked-order',
  reads: [],
  keys: (tied, { asked }) =>
    tied.map(candidate => {
      const place = asked?.order?.findIndex(name => isMeant(name, candidate)) ?? -1
      return place < 0 ? undefined : place
    }),
  words: key => `place ${decimal(key + 1, 0)} of those that were asked for`,
  unknown: 'not among those that were asked for',
}
