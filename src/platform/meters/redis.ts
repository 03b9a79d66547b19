/** Meters in Redis, for processes on many machines: one round trip to hold, and a stated behaviour while Redis is gone. */
import { randomUUID } from 'node:crypto'
import { meterKey, wholeCount } from '../../accounting/meter.ts'
import { Once } from '../../accounting/once.ts'
import type { Balance, Claim, Window } from '../../domain/limit.ts'
import { millis } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Demand, Grant, Meters, Settlement } from '../../ports/meters.ts'
import type { PartHealth } from '../../ports/part-health.ts'
import type { Reply } from '../redis/connection.ts'
import { balancesIn, numbers, wordsOf } from '../redis/meter-words.ts'
import { leaseScript, readScript, reserveScript, resetScript, settleScript } from '../redis/scripts.ts'

/** Runs scripts; what it rejects with is told to people. */
export interface Scripts {
  run(script: string, words: readonly string[]): Promise<Reply>
  health(): PartHealth
  close(): Promise<void>
}

/** Where what was used is kept besides, so that an empty Redis can be filled again. */
export interface Mirror {
  add(key: string, amount: number): void
  /** What was used by now; rejects where that cannot be known. */
  load(key: string): Promise<number>
  flush(): Promise<void>
}

/** `refuse`: nothing with a hard limit is granted without Redis. `allow`: each process may grant this share of what was left. */
export type OnLoss = { readonly budgets: 'refuse' } | { readonly budgets: 'allow'; readonly share: number }

export interface RedisMetersOptions {
  readonly scripts: Scripts
  readonly clock: Clock
  readonly onLoss?: OnLoss
  readonly mirror?: Mirror
  /** In front of all keys; within braces, so that a cluster keeps them together. */
  readonly prefix?: string
  readonly lease?: number
  /** What counts while Redis is gone. */
  readonly alone: Meters
}

const retry = millis(250)
const together = 64
const mostSettled = 100_000
const mostSeen = 20_000

class RedisMeters implements Meters {
  readonly #options: Required<Omit<RedisMetersOptions, 'mirror'>> & Pick<RedisMetersOptions, 'mirror'>
  readonly #owner = randomUUID()
  readonly #settled = new Once(mostSettled)
  /** As they were told last, by key. */
  readonly #seen = new Map<string, Balance>()
  /** Granted without Redis. */
  readonly #alone = new Set<string>()
  /** What this process may grant by itself, by key, fixed when Redis was lost. */
  #allowances = new Map<string, number>()
  #queue: Settlement[] = []
  #sending: Promise<void> | undefined
  /** How far Redis' clock is ahead of ours. */
  #ahead = 0
  #isClosed = false
  #cancelBeat: (() => void) | undefined
  #cancelRetry: (() => void) | undefined

  constructor(options: RedisMetersOptions) {
    this.#options = { onLoss: { budgets: 'refuse' }, prefix: '{signalbox}:', lease: 15_000, ...options }
    this.#beat()
  }

  now(): Instant {
    return (this.#options.clock.now() + this.#ahead) as Instant
  }

  async reserve(demand: Demand): Promise<Grant> {
    try {
      return await this.#reserve(demand, [])
    } catch (error) {
      return this.#lost(demand, error)
    }
  }

  async #reserve(demand: Demand, known: readonly (number | undefined)[]): Promise<Grant> {
    const { prefix, lease, scripts, mirror } = this.#options
    const words = demand.claims.flatMap(({ meter, window, amount, cap }, place) => [
      meterKey(meter, window),
      ...wordsOf(window),
      String(wholeCount(amount)),
      Number.isFinite(cap) ? String(Math.max(0, Math.floor(cap))) : '-1',
      this.#knownWord(known[place]),
    ])
    const start = this.#options.clock.now()
    const reply = await scripts.run(reserveScript, [
      prefix,
      this.#owner,
      String(lease),
      demand.id,
      String(demand.claims.length),
      ...words,
    ])
    const [code, told, answer, short] = Array.isArray(reply) ? reply : []
    this.#follow(Number(told), start)
    if (Number(code) === 2 && mirror !== undefined)
      return this.#reserve(demand, await this.#known(demand.claims, numbers(answer)))
    const balances = balancesIn(
      answer,
      demand.claims.map(({ window }) => window),
    )
    this.#see(demand.claims, balances)
    if (Number(code) === 1) return { granted: true, balances }
    return { granted: false, short: numbers(short), balances }
  }

  /** What the mirror has of meters that Redis has not. */
  async #known(claims: readonly Claim[], unknown: readonly number[]): Promise<readonly (number | undefined)[]> {
    const { mirror } = this.#options
    await mirror?.flush()
    return Promise.all(
      claims.map(async ({ meter, window }, place) =>
        unknown.includes(place) ? mirror?.load(meterKey(meter, window)) : undefined,
      ),
    )
  }

  /** As a script takes it: unknown until the mirror was asked, if there is one. */
  #knownWord(known: number | undefined): string {
    return String(known ?? (this.#options.mirror === undefined ? 0 : -1))
  }

  /** Redis' clock counts; half of the way there and back is ours. */
  #follow(told: number, start: Instant): void {
    if (!Number.isFinite(told)) return
    const middle = (start + this.#options.clock.now()) / 2
    const ahead = told - middle
    // Small differences are the network's.
    if (Math.abs(ahead - this.#ahead) > 50) this.#ahead = ahead
  }

  #see(claims: readonly Claim[], balances: readonly Balance[]): void {
    this.#allowances.clear()
    for (const [place, { meter, window }] of claims.entries()) {
      const balance = balances[place]
      if (balance === undefined) continue
      const key = meterKey(meter, window)
      this.#seen.delete(key)
      this.#seen.set(key, balance)
    }
    const oldest = this.#seen.keys().next()
    if (this.#seen.size > mostSeen && oldest.done !== true) this.#seen.delete(oldest.value)
  }

  /** What this process may still grant of a claim by itself. */
  #allowance({ meter, window, cap }: Claim, share: number): number {
    if (!Number.isFinite(cap)) return Infinity
    const key = meterKey(meter, window)
    const known = this.#allowances.get(key)
    if (known !== undefined) return known
    const seen = this.#seen.get(key)
    // Nothing is known of it: then nothing of it is known to be left.
    const left = seen === undefined ? 0 : Math.max(0, cap - seen.used - seen.reserved)
    const allowance = Math.floor(left * share)
    this.#allowances.set(key, allowance)
    return allowance
  }

  #lost(demand: Demand, error: unknown): Grant | Promise<Grant> {
    const { onLoss, alone } = this.#options
    const why = error instanceof Error ? error.message : String(error)
    const unavailable = `what is used cannot be counted: ${why}`
    if (onLoss.budgets === 'refuse') return { granted: false, unavailable }
    const { share } = onLoss
    const claims = demand.claims.map(claim => ({ ...claim, cap: this.#allowance(claim, share) }))
    this.#alone.add(demand.id)
    return alone.reserve({ ...demand, claims })
  }

  settle(settlement: Settlement): void {
    if (!this.#settled.first(settlement.id)) return
    if (this.#alone.delete(settlement.id)) this.#options.alone.settle(settlement)
    this.#queue.push(settlement)
    void this.#send()
  }

  /** In order, many at a time; what is not taken stays. */
  #send(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
      // What was settled just as this ended would wait for the next otherwise.
      if (this.#queue.length > 0 && this.#cancelRetry === undefined) void this.#send()
    })
    return this.#sending
  }

  async #sendAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, together)
      const sent = await Promise.allSettled(batch.map(one => this.#sendOne(one)))
      const failed = batch.filter((_, place) => sent[place]?.status === 'rejected')
      this.#queue = [...failed, ...this.#queue.slice(batch.length)]
      if (failed.length === 0) continue
      // An id counts once, so that what was taken though nobody heard of it may be told again.
      this.#cancelRetry ??= this.#options.clock.after(retry, () => {
        this.#cancelRetry = undefined
        void this.#send()
      })
      return
    }
  }

  async #sendOne(settlement: Settlement, known: readonly (number | undefined)[] = []): Promise<void> {
    const { prefix, scripts } = this.#options
    const { id, claims, used } = settlement
    const words = claims.flatMap(({ meter, window }, place) => [
      meterKey(meter, window),
      ...wordsOf(window),
      String(wholeCount(used[place] ?? 0)),
      this.#knownWord(known[place]),
    ])
    const reply = await scripts.run(settleScript, [prefix, id, String(claims.length), ...words])
    if (Array.isArray(reply)) return this.#sendOne(settlement, await this.#known(claims, numbers(reply[1])))
    if (Number(reply) === 1) this.#reflect(settlement)
  }

  /** What Redis has taken is mirrored, and only that: whatever waits is told to a Redis that comes back empty. */
  #reflect({ claims, used }: Settlement): void {
    const { mirror } = this.#options
    for (const [place, { meter, window }] of claims.entries()) {
      const count = wholeCount(used[place] ?? 0)
      if (count > 0 && (window.kind === 'total' || window.kind === 'calendar'))
        mirror?.add(meterKey(meter, window), count)
    }
  }

  #beat(): void {
    const { clock, lease, prefix, scripts } = this.#options
    const start = clock.now()
    scripts.run(leaseScript, [prefix, this.#owner, String(lease)]).then(
      told => this.#follow(Number(told), start),
      // Whoever asks next is told; the lease is renewed as soon as it can be.
      () => undefined,
    )
    this.#cancelBeat = clock.after(millis(lease / 3), () => this.#beat())
  }

  peek(meter: string, window: Window): Balance | undefined {
    return this.#seen.get(meterKey(meter, window))
  }

  async read(meters: readonly { readonly meter: string; readonly window: Window }[]): Promise<readonly Balance[]> {
    const { prefix, scripts } = this.#options
    const words = meters.flatMap(({ meter, window }) => [meterKey(meter, window), ...wordsOf(window)])
    const balances = balancesIn(
      await scripts.run(readScript, [prefix, ...words]),
      meters.map(({ window }) => window),
    )
    this.#see(
      meters.map(one => ({ ...one, cap: Infinity, amount: 0 })),
      balances,
    )
    return balances
  }

  async reset(meter: string): Promise<void> {
    const { prefix, scripts } = this.#options
    const keys = [...this.#seen.keys()].filter(key => key === meter || key.startsWith(`${meter} @`))
    for (const key of new Set([meter, ...keys])) await scripts.run(resetScript, [prefix, key])
  }

  async flush(): Promise<void> {
    await this.#send()
    await this.#options.mirror?.flush()
  }

  health(): PartHealth {
    const told = this.#options.scripts.health()
    if (told.state === 'ok') return this.#queue.length > 0 ? { ...told, waiting: this.#queue.length } : told
    const { onLoss } = this.#options
    const means =
      onLoss.budgets === 'refuse'
        ? 'requests under a hard limit are refused; what was used is kept until it can be written'
        : `each process grants ${onLoss.share * 100} % of what was left by itself; what was used is kept until it can be written`
    return { ...told, means, waiting: this.#queue.length, ...(onLoss.budgets === 'allow' && { state: 'degraded' }) }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.flush().catch(() => undefined)
    this.#cancelBeat?.()
    this.#cancelRetry?.()
    await this.#options.scripts.close()
  }
}

/** Meters over these scripts. */
export const redisMeters = (options: RedisMetersOptions): Meters => new RedisMeters(options)
