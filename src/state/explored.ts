/** What trying others for the sake of learning has cost each pool today. */
import type { Settled } from '../domain/gateway-event.ts'
import { microUsd } from '../domain/units.ts'
import type { Instant, MicroUsd } from '../domain/units.ts'
import { countIn, listIn, memberIn, textIn } from './saved.ts'

const dayLength = 86_400_000
/** Days are those of UTC, counted from the epoch. */
const dayOf = (at: Instant): number => Math.floor(at / dayLength)

/** Pools of former configurations make room. */
const mostPools = 1_024

const isExploring = (step: string): boolean => step.slice(step.lastIndexOf(':') + 1) === 'explore'

export class Explored {
  #spent = new Map<string, number>()
  #day = Number.NEGATIVE_INFINITY

  /** A day that is over is forgotten; a clock that steps back forgets nothing. */
  #turn(day: number): void {
    if (!(day > this.#day)) return
    this.#day = day
    this.#spent = new Map()
  }

  settled({ pool, decision, cost }: Pick<Settled, 'pool' | 'decision' | 'cost'>, at: Instant): void {
    if (pool === undefined || decision === undefined || !isExploring(decision.decision.decidedBy)) return
    this.#turn(dayOf(at))
    this.#spent.set(pool, (this.#spent.get(pool) ?? 0) + cost.amount)
    const [oldest] = this.#spent.keys()
    if (this.#spent.size > mostPools && oldest !== undefined) this.#spent.delete(oldest)
  }

  spent(pool: string, now: Instant): MicroUsd {
    return microUsd(dayOf(now) > this.#day ? 0 : (this.#spent.get(pool) ?? 0))
  }

  save(): unknown {
    const pools = [...this.#spent].map(([pool, spent]) => ({ pool, spent }))
    return pools.length === 0 ? undefined : { day: this.#day, pools }
  }

  restore(saved: unknown, now: Instant): void {
    const day = countIn(saved, 'day')
    if (day === undefined || day !== dayOf(now)) return
    this.#turn(day)
    for (const one of listIn(memberIn(saved, 'pools')).slice(-mostPools)) {
      const [pool, spent] = [textIn(one, 'pool'), countIn(one, 'spent')]
      if (pool !== undefined && spent !== undefined) this.#spent.set(pool, spent)
    }
  }
}
