/** The strategies we know, one line each. */
import type { StrategyMaker } from './options.ts'
import { adaptive } from './strategies/adaptive.ts'
import { allowed } from './strategies/allowed.ts'
import { budget } from './strategies/budget.ts'
import { capable } from './strategies/capable.ts'
import { cheap } from './strategies/cheap.ts'
import { costCeiling } from './strategies/cost-ceiling.ts'
import { explore } from './strategies/explore.ts'
import { fast } from './strategies/fast.ts'
import { good } from './strategies/good.ts'
import { headroom } from './strategies/headroom.ts'
import { healthy } from './strategies/healthy.ts'
import { ignore } from './strategies/ignore.ts'
import { inverseSquare } from './strategies/inverse-square.ts'
import { latencyCeiling } from './strategies/latency-ceiling.ts'
import { leastBusy } from './strategies/least-busy.ts'
import { lock } from './strategies/lock.ts'
import { only } from './strategies/only.ts'
import { priority } from './strategies/priority.ts'
import { qualityFloor } from './strategies/quality-floor.ts'
import { random } from './strategies/random.ts'
import { roundRobin } from './strategies/round-robin.ts'
import { score } from './strategies/score.ts'
import { sticky } from './strategies/sticky.ts'
import { warm } from './strategies/warm.ts'
import { weighted } from './strategies/weighted.ts'
import { where } from './strategies/where.ts'
import { withinLimits } from './strategies/within-limits.ts'

/** Every strategy that a policy can use, constraints first, in the order of a reference page. */
export const strategies: readonly StrategyMaker[] = [
  capable,
  allowed,
  lock,
  only,
  ignore,
  where,
  healthy,
  withinLimits,
  qualityFloor,
  costCeiling,
  latencyCeiling,
  budget,
  roundRobin,
  random,
  weighted,
  inverseSquare,
  sticky,
  warm,
  priority,
  cheap,
  fast,
  good,
  leastBusy,
  headroom,
  adaptive,
  score,
  explore,
]

const byName: ReadonlyMap<string, StrategyMaker> = new Map(strategies.map(one => [one.name, one]))

/** The strategy of this name. */
export const strategyNamed = (name: string): StrategyMaker | undefined => byName.get(name)

/** All names, in the order of `strategies`. */
export const strategyNames: readonly string[] = strategies.map(one => one.name)
