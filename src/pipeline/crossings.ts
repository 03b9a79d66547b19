/** When what is used and held of a limit comes to a share at which that is to be told. */
import type { Balance, Limit } from '../domain/limit.ts'
import type { Stake } from '../accounting/claims.ts'

export interface Crossing {
  readonly limit: Limit
  readonly share: number
  readonly balance: Balance
}

/** The highest share told so far, and the window that it was told for. */
const told = new WeakMap<Limit, { share: number; window: string }>()

const windowName = ({ claim: { window } }: Stake): string => (window.kind === 'calendar' ? String(window.start) : '')

const crossedBy = (stake: Stake, balance: Balance): number => {
  const { limit, claim } = stake
  // While another amount is in force, the shares are of that.
  const amount = Number.isFinite(claim.cap) ? claim.cap : limit.amount
  const part = (balance.used + balance.reserved) / amount
  return limit.soft.reduce((most, share) => (part >= share && share > most ? share : most), 0)
}

/** The limits that have come to another of their shares; each is told once for its window, and again once it was below. */
export const crossings = (stakes: readonly Stake[], balances: readonly Balance[]): readonly Crossing[] =>
  stakes.flatMap((stake, place): readonly Crossing[] => {
    const { limit } = stake
    const balance = balances[place]
    if (balance === undefined || limit.soft.length === 0) return []
    const share = crossedBy(stake, balance)
    const window = windowName(stake)
    const before = told.get(limit)
    const isNew = share > (before?.window === window ? before.share : 0)
    if (isNew || before === undefined || before.window !== window || share < before.share)
      told.set(limit, { share, window })
    return isNew ? [{ limit, share, balance }] : []
  })
