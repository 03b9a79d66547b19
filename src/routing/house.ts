/** The house's own constraints, in front of every policy. */
import type { Constraint, Order } from '../ports/strategy.ts'
import type { Placed } from './slate.ts'
import { allowedByKey } from './strategies/allowed.ts'
import { askedModels } from './strategies/asked-models.ts'
import { askedOnly } from './strategies/asked-only.ts'
import { askedOrder } from './strategies/asked-order.ts'
import { askedSorts } from './strategies/asked-sort.ts'
import { askedTags } from './strategies/asked-tags.ts'
import { budgetCap } from './strategies/budget-cap.ts'
import { ignoreProviders } from './strategies/ignore.ts'
import { keeperOnly } from './strategies/keeper.ts'
import { lockTo } from './strategies/lock.ts'
import { maxPrice } from './strategies/max-price.ts'
import { onlyProviders } from './strategies/only.ts'
import { keepsParameters } from './strategies/parameters.ts'

/** What the key may use and the request's own bounds: no policy can leave them out. */
export const houseConstraints: readonly Placed<Constraint>[] = [
  allowedByKey,
  lockTo(),
  onlyProviders(),
  ignoreProviders(),
  budgetCap,
  keeperOnly,
  keepsParameters,
  maxPrice,
  askedTags,
  askedOnly,
].map(strategy => ({ step: `house:${strategy.name}`, strategy }))

/** What the caller would like first: orders that run before the policy's own, where the request asks for any. */
export const houseOrders: readonly Placed<Order>[] = [askedModels, askedOrder, ...askedSorts].map(strategy => ({
  step: `house:${strategy.name}`,
  strategy,
}))
