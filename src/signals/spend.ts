/** What the budgets of whoever asks have left, as this process last saw them. */
import { moneyStakes, subjectsOf } from '../accounting/claims.ts'
import type { Signals } from '../domain/signal.ts'
import type { LimitBook } from '../domain/tenancy.ts'
import { microUsd, unit } from '../domain/units.ts'
import type { Meters } from '../ports/meters.ts'
import type { Question, SignalSource } from '../ports/signal-source.ts'

/** The least that is left of any, and the greatest share that is used of any: both count what is held. */
const tightest = (stakes: ReturnType<typeof moneyStakes>, meters: Meters): Signals => {
  let left = Infinity
  let used = 0
  for (const { limit, claim } of stakes) {
    const balance = meters.peek(claim.meter, claim.window)
    if (balance === undefined) continue
    const spent = balance.used + balance.reserved
    const amount = Number.isFinite(claim.cap) ? claim.cap : limit.amount
    left = Math.min(left, amount - spent)
    used = Math.max(used, amount > 0 ? spent / amount : 1)
  }
  if (left === Infinity) return {}
  return { 'budget.left': { value: microUsd(Math.max(0, left)) }, 'budget.used': { value: unit(used) } }
}

/** Answers from what was last seen; whatever was never seen is asked for beside the request, for the next. */
export const spend = (limits: () => LimitBook, meters: Meters): SignalSource => ({
  provides: ['budget.left', 'budget.used'],
  gather: ({ request, pool }: Question) => {
    const book = limits()
    if (book.isEmpty) return {}
    const stakes = moneyStakes(subjectsOf(request, pool, book), book, meters.now())
    const unseen = stakes.filter(({ claim }) => meters.peek(claim.meter, claim.window) === undefined)
    if (unseen.length > 0) {
      // Where the store cannot be asked, that is told by those who hold and settle.
      meters.read(unseen.map(({ claim: { meter, window } }) => ({ meter, window }))).catch(() => undefined)
    }
    return tightest(stakes, meters)
  },
})
