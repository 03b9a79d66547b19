/** Peers that go by latency or load: a mean of the last ten, moving averages, two random choices. */
import { byShare, inRow } from './accrual.ts'
import type { Cooling } from './accrual.ts'
import { least, oneOf, untried } from './peer.ts'
import type { Choice, PeerGround, PeerMaker, Result } from './peer.ts'

/** Those that may be asked now; where nobody may, all of them. */
const fit = ({ places }: PeerGround, choice: Choice, cooling: Cooling): readonly string[] => {
  const left = untried(places, choice)
  const fitNow = left.filter(id => cooling.isFit(id, choice.now))
  return fitNow.length > 0 ? fitNow : left
}

/**
 * LiteLLM's `latency-based-routing`: the lowest mean of the last ten times to first token, no buffer; whoever was never
 * asked counts as 0, a timeout as 1,000 s. With everybody cooled down a request fails.
 */
export const litellm: PeerMaker = ground => {
  const cooling = byShare()
  const lists = new Map<string, number[]>()
  const add = (id: string, value: number): void => {
    const list = lists.get(id) ?? []
    lists.set(id, [...list.slice(-9), value])
  }
  const mean = (id: string): number => {
    const list = lists.get(id)
    return list === undefined ? 0 : list.reduce((sum, one) => sum + one, 0) / list.length
  }
  return {
    choose: choice =>
      least(
        untried(ground.places, choice).filter(id => cooling.isFit(id, choice.now)),
        mean,
      ),
    ended: (id, result) => {
      cooling.ended(id, result)
      if (result.isTimeout === true) add(id, 1_000_000)
      else if (result.ok && result.firstToken !== undefined) add(id, result.firstToken)
    },
  }
}

/** The lowest moving average, each new time counting 0.3; whoever was never asked counts as 0. With Finagle's failure accrual. */
export const movingAverage: PeerMaker = ground => {
  const cooling = inRow(ground.chance)
  const averages = new Map<string, number>()
  const add = (id: string, value: number): void => {
    const before = averages.get(id)
    averages.set(id, before === undefined ? value : before + 0.3 * (value - before))
  }
  return {
    choose: choice => least(fit(ground, choice, cooling), id => averages.get(id) ?? 0),
    heard: (id, { firstToken }) => add(id, firstToken ?? 0),
    ended: (id, result) => {
      cooling.ended(id, result)
      if (result.isTimeout === true) add(id, result.whole ?? 0)
    },
  }
}

/** How many are under way at each. */
const pendings = () => {
  const counts = new Map<string, number>()
  return {
    of: (id: string): number => counts.get(id) ?? 0,
    change: (id: string, by: number): void => void counts.set(id, (counts.get(id) ?? 0) + by),
  }
}

const betterOfTwo = (
  ids: readonly string[],
  { chance }: PeerGround,
  load: (id: string) => number,
): string | undefined => {
  const first = oneOf(ids, chance)
  const second = oneOf(
    ids.filter(id => id !== first),
    chance,
  )
  return least(
    [first, second].filter(id => id !== undefined),
    load,
  )
}

/** Two by chance, and of them the one with fewer requests under way. With Finagle's failure accrual. */
export const twoChoices: PeerMaker = ground => {
  const cooling = inRow(ground.chance)
  const pending = pendings()
  return {
    choose: choice => betterOfTwo(fit(ground, choice, cooling), ground, pending.of),
    started: id => pending.change(id, 1),
    ended: (id, result) => {
      pending.change(id, -1)
      cooling.ended(id, result)
    },
  }
}

/** After so many milliseconds a time counts for a third of what it did. */
const decay = 10_000
/** Of one that nothing is known of but that has requests under way. */
const penalty = 1e9

interface Cost {
  cost: number
  at: number
}

/**
 * Finagle's and Linkerd's peak EWMA: two by chance, and of them the one with the lower cost x (requests under way + 1).
 * A time above the average replaces it at once; below it, it is approached by age. With Finagle's failure accrual.
 */
export const peakEwma: PeerMaker = ground => {
  const cooling = inRow(ground.chance)
  const pending = pendings()
  const costs = new Map<string, Cost>()
  const observe = (id: string, time: number, now: number): number => {
    const known = costs.get(id) ?? { cost: 0, at: now }
    costs.set(id, known)
    const old = Math.exp(-Math.max(0, now - known.at) / decay)
    known.cost = time > known.cost ? time : known.cost * old + time * (1 - old)
    known.at = now
    return known.cost
  }
  const ended = (id: string, result: Result): void => {
    pending.change(id, -1)
    cooling.ended(id, result)
    if (result.firstToken === undefined) observe(id, result.whole ?? 0, result.now)
  }
  return {
    choose: choice =>
      betterOfTwo(fit(ground, choice, cooling), ground, id => {
        const cost = observe(id, 0, choice.now)
        return cost === 0 && pending.of(id) > 0 ? penalty + pending.of(id) : cost * (pending.of(id) + 1)
      }),
    started: id => pending.change(id, 1),
    heard: (id, { firstToken, now }) => void observe(id, firstToken ?? 0, now),
    ended,
  }
}
