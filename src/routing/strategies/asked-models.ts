/** Puts whoever serves the first model that was asked for before whoever serves the next. */
import type { Order } from '../../ports/strategy.ts'
import { decimal } from '../wording.ts'

/** By the caller's own list of models. */
export const askedModels: Order = {
  kind: 'order',
  name: 'asked-models',
  reads: [],
  keys: (tied, { asked }) =>
    tied.map(({ id }) => {
      const place = asked?.models?.findIndex(ids => ids.includes(id)) ?? -1
      return place < 0 ? undefined : place
    }),
  words: key => `model ${decimal(key + 1, 0)} of those that were asked for`,
  unknown: 'no model that was asked for',
}
