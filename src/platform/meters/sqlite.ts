/** Meters in an SQLite file, which several processes of one machine may share: exact, and not forgotten when a process is killed. */
import { randomUUID } from 'node:crypto'
import type { Database, Statement } from 'better-sqlite3'
import { meterKey } from '../../accounting/meter.ts'
import { Once } from '../../accounting/once.ts'
import { reserveIn, settleIn } from '../../accounting/reservations.ts'
import { millis } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Demand, Grant, Meters, Settlement } from '../../ports/meters.ts'
import type { PartHealth } from '../../ports/part-health.ts'
import { checkpointer } from '../sqlite/checkpointer.ts'
import type { Checkpointer } from '../sqlite/checkpointer.ts'
import { openDatabase } from '../sqlite/database.ts'
import type { OpenOptions } from '../sqlite/database.ts'
import { explained } from '../sqlite/failures.ts'
import { MeterTables } from '../sqlite/meter-tables.ts'
import { meterSteps } from '../sqlite/schema.ts'

export interface SqliteMetersOptions extends Pick<OpenOptions, 'maxBytes'> {
  /** How long what this process holds is its own after it was last heard of; 15 s if not told. */
  readonly lease?: number
}

/** How long a transaction waits for another's, while this process stands still. */
const lockWait = 20
/** How long one that found the file locked is tried again, and how often. */
const patience = 2_000
const again = millis(5)
/** Settlements wait so long for others, so that they are written together. */
const together = millis(10)
/** Where nothing can be written, it is tried again so often. */
const retry = millis(500)
/** Leases of others are looked at so often. */
const sweepEvery = 1_000
/** So many ids are remembered, in case one is settled again. */
const mostSettled = 100_000
/** About what a transaction takes in the log. */
const transactionBytes = 16_000

interface Waiting {
  readonly demand: Demand
  readonly since: Instant
  readonly answer: (grant: Grant) => void
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')

class SqliteMeters implements Meters {
  readonly #database: Database
  readonly #path: string
  readonly #clock: Clock
  readonly #lease: number
  readonly #tables: MeterTables
  readonly #log: Checkpointer
  readonly #owner = randomUUID()
  readonly #begin: Statement
  readonly #commit: Statement
  readonly #settled = new Once(mostSettled)
  #waiting: Waiting[] = []
  #settlements: Settlement[] = []
  #cancel: (() => void) | undefined
  #isSoon = false
  #leasedUntil = 0
  #sweptAt = -Infinity
  #health: PartHealth
  #isClosed = false
  #flushed: (() => void)[] = []

  constructor(database: Database, path: string, clock: Clock, { lease = 15_000 }: SqliteMetersOptions) {
    this.#database = database
    this.#path = path
    this.#clock = clock
    this.#lease = lease
    this.#tables = new MeterTables(database)
    this.#begin = database.prepare('BEGIN IMMEDIATE')
    this.#commit = database.prepare('COMMIT')
    this.#log = checkpointer(path, () => void database.pragma('wal_autocheckpoint = 1000'))
    this.#health = { part: 'meters', state: 'ok', since: clock.now() }
    database.pragma('wal_autocheckpoint = 0')
    this.#beat()
  }

  now(): Instant {
    return this.#clock.now()
  }

  reserve(demand: Demand): Promise<Grant> {
    return new Promise(answer => {
      if (this.#isClosed) return answer({ granted: false, unavailable: `the meters ${this.#path} are closed` })
      this.#waiting.push({ demand, since: this.#clock.now(), answer })
      this.#soon()
    })
  }

  settle(settlement: Settlement): void {
    if (!this.#settled.first(settlement.id)) return
    this.#settlements.push(settlement)
    this.#cancel ??= this.#clock.after(together, () => this.#step())
  }

  peek(meter: string, window: Parameters<Meters['peek']>[1]): ReturnType<Meters['peek']> {
    try {
      return this.#tables.peek(meterKey(meter, window)).balance(window, this.#clock.now())
    } catch {
      // Who only looks is told nothing; who holds and settles is told why.
      return undefined
    }
  }

  async read(meters: Parameters<Meters['read']>[0]): ReturnType<Meters['read']> {
    await this.flush()
    return this.#within(() => {
      const now = this.#clock.now()
      return meters.map(({ meter, window }) => this.#tables.peek(meterKey(meter, window)).balance(window, now))
    })
  }

  async reset(meter: string): Promise<void> {
    await this.flush()
    this.#within(() => {
      for (const key of this.#tables.keysOf(meter)) this.#tables.meter(key).reset()
    })
  }

  flush(): Promise<void> {
    if (this.#settlements.length === 0 && this.#waiting.length === 0) return Promise.resolve()
    return new Promise(resolve => {
      this.#flushed.push(resolve)
      this.#soon()
    })
  }

  health(): PartHealth {
    const waiting = this.#settlements.length
    return waiting > 0 ? { ...this.#health, waiting } : this.#health
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    // Where nothing can be written, nobody waits for ever.
    this.#step()
    this.#isClosed = true
    this.#cancel?.()
    this.#cancelBeat?.()
    for (const { answer } of this.#waiting) answer(this.#unavailable('is closed'))
    this.#waiting = []
    try {
      this.#within(() => this.#tables.leave(this.#owner))
      this.#database.pragma('wal_checkpoint(TRUNCATE)')
    } catch {
      // What is held will be written off when the lease is over; what was written stays in the log beside the file.
    }
    await this.#log.close()
    this.#database.close()
  }

  #cancelBeat: (() => void) | undefined

  /** The lease is renewed long before it is over. */
  #beat(): void {
    this.#leasedUntil = 0
    this.#cancelBeat = this.#clock.after(millis(this.#lease / 3), () => this.#beat())
    this.#soon()
  }

  /** Once this turn of the event loop is over: what else it asks for comes along. */
  #soon(): void {
    if (this.#isSoon || this.#isClosed) return
    this.#isSoon = true
    setImmediate(() => {
      this.#isSoon = false
      if (!this.#isClosed) this.#step()
    })
  }

  /** One transaction; whatever is thrown in it leaves everything as it was. */
  #within<T>(work: () => T): T {
    const database = this.#database
    this.#begin.run()
    try {
      this.#tables.begin()
      const done = work()
      this.#tables.write()
      this.#commit.run()
      this.#log.wrote(transactionBytes)
      return done
    } catch (error) {
      this.#tables.forget()
      if (database.inTransaction) database.exec('ROLLBACK')
      throw error
    }
  }

  /** All that waits, in one transaction. */
  #step(): void {
    this.#cancel?.()
    this.#cancel = undefined
    const now = this.#clock.now()
    const [waiting, settlements] = [this.#waiting, this.#settlements]
    const grants: Grant[] = []
    try {
      this.#within(() => {
        if (this.#leasedUntil < now) this.#tables.lease(this.#owner, now + this.#lease)
        for (const settlement of settlements) settleIn(this.#tables, settlement, now)
        if (now - this.#sweptAt >= sweepEvery) this.#tables.sweep(this.#owner, now)
        for (const { demand } of waiting) grants.push(reserveIn(this.#tables, { ...demand, owner: this.#owner }, now))
      })
    } catch (error) {
      return this.#failed(error, now)
    }
    if (this.#leasedUntil < now) this.#leasedUntil = now + this.#lease / 3
    if (now - this.#sweptAt >= sweepEvery) this.#sweptAt = now
    this.#waiting = []
    this.#settlements = []
    if (this.#health.state !== 'ok') this.#health = { part: 'meters', state: 'ok', since: now }
    for (const [place, { answer }] of waiting.entries()) answer(grants[place] ?? this.#unavailable('failed'))
    this.#tellFlushed()
  }

  #tellFlushed(): void {
    const flushed = this.#flushed
    this.#flushed = []
    for (const done of flushed) done()
  }

  #unavailable(why: string): Grant {
    return { granted: false, unavailable: `what is used cannot be counted: the meters ${this.#path} ${why}` }
  }

  /** Settlements stay until they can be written; whoever asks is told, unless another only wrote at the same time. */
  #failed(error: unknown, now: Instant): void {
    const isLocked = isBusy(error)
    this.#cancel = this.#clock.after(isLocked ? again : retry, () => this.#step())
    const late = isLocked ? this.#waiting.filter(({ since }) => now - since > patience) : this.#waiting
    this.#waiting = this.#waiting.filter(one => !late.includes(one))
    if (isLocked && late.length === 0) return
    const reason = explained(this.#path, error)
    const why = reason instanceof Error ? reason.message : String(reason)
    const { since } = this.#health.state === 'ok' ? { since: now } : this.#health
    const means = 'requests under a hard limit are refused; what was used is kept in memory until it can be written'
    this.#health = { part: 'meters', state: 'down', since, why, means }
    for (const { answer } of late) answer({ granted: false, unavailable: `what is used cannot be counted: ${why}` })
    this.#tellFlushed()
  }
}

/** Opens or makes the meters in the file at `path`. Rejects with the path and what to do. */
export const sqliteMeters = async (path: string, clock: Clock, options: SqliteMetersOptions = {}): Promise<Meters> => {
  const database = await openDatabase(path, { ...options, lockWait, steps: meterSteps })
  return new SqliteMeters(database, path, clock, options)
}
