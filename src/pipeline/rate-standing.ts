/** What is left of rate limits, the tightest of each kind, for clients that pace themselves by it. */
import type { Balance, RateStanding } from '../domain/limit.ts'
import type { Stake } from '../accounting/claims.ts'

const standingOf = ({ limit, claim }: Stake, balance: Balance): RateStanding | undefined => {
  const { measure, kind } = limit
  if (kind !== 'rate' || measure === 'usd' || !Number.isFinite(claim.cap)) return undefined
  const left = Math.max(0, claim.cap - balance.used - balance.reserved)
  return { measure, limit: claim.cap, left, ...(balance.resetsAt !== undefined && { resetsAt: balance.resetsAt }) }
}

/** Those known before, with what these claims tell: of each measure the one of which the smallest share is left. */
export const ratesOf = (
  before: readonly RateStanding[],
  stakes: readonly Stake[],
  balances: readonly Balance[],
): readonly RateStanding[] => {
  let rates = before
  for (const [place, stake] of stakes.entries()) {
    const balance = balances[place]
    const standing = balance === undefined ? undefined : standingOf(stake, balance)
    if (standing === undefined) continue
    const other = rates.find(({ measure }) => measure === standing.measure)
    if (other !== undefined && other.left / other.limit <= standing.left / standing.limit) continue
    rates = [...rates.filter(one => one !== other), standing]
  }
  return rates
}
