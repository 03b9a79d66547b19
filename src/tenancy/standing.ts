/** How limits stand: what of each is used and held, and what is in force of it. */
import { capOf, windowOf } from '../accounting/windows.ts'
import type { Balance, Limit } from '../domain/limit.ts'
import type { Meters } from '../ports/meters.ts'

/** How these limits stand now, in their order. Rejects where the meters cannot be asked. */
export const standingOf = async (
  meters: Pick<Meters, 'now' | 'read'>,
  limits: readonly Limit[],
): Promise<readonly (Balance & { readonly cap: number })[]> => {
  if (limits.length === 0) return []
  const now = meters.now()
  const balances = await meters.read(limits.map(limit => ({ meter: limit.id, window: windowOf(limit, now) })))
  return balances.map((balance, place) => {
    const limit = limits[place]
    return { ...balance, cap: limit === undefined ? Infinity : capOf(limit, now) }
  })
}
