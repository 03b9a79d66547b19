/** Books what requests used into the store, by hour and names, in batches, beside the requests. */
import { randomUUID } from 'node:crypto'
import type { GatewayEvent, Settled, ShadowStory } from '../../domain/gateway-event.ts'
import type { Attempt } from '../../domain/outcome.ts'
import { microUsd, millis } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Usage, UsageRow } from '../../ports/usage.ts'
import { onceAMinute } from '../complaints.ts'
import type { Complain } from '../complaints.ts'
import type { Listener } from '../listener.ts'
import { servedOf } from '../story.ts'
import { hourLength, noSums, sums as allSums } from '../usage-lines.ts'
import type { Sums } from '../usage-lines.ts'
import { askedNames, HourOfNames, rowNames, shadowNames, usualBounds } from '../usage-names.ts'
import type { NameBounds, Names } from '../usage-names.ts'

export interface UsageListenerOptions {
  readonly usage: Pick<Usage, 'add'>
  readonly clock: Clock
  /** Told once a minute at most that something could not be written yet, or is lost. */
  readonly complain: Complain
  /** How long usage waits at most before it is written, in milliseconds; 1,000 if not told. */
  readonly every?: number
  /** The most rows that are written at a time, so that none holds the requests up for long; so many are written without waiting longer. 250 if not told. */
  readonly most?: number
  readonly bounds?: NameBounds
}

export interface UsageListener extends Listener {
  /** How many rows wait to be written. */
  waiting(): number
}

/** A batch that is told again until it was written; the store knows it by its name. */
interface Batch {
  readonly name: string
  readonly rows: readonly UsageRow[]
}

/** What is counted by others may be anything; what is summed up is whole. */
const whole = (count: number | undefined): number =>
  count !== undefined && Number.isFinite(count) && count > 0 ? Math.round(count) : 0

const attemptSums = ({ cost, usage }: Attempt, isCounted: boolean): Sums => ({
  ...noSums,
  attempts: 1,
  inputTokens: isCounted ? whole(usage?.input) : 0,
  cachedTokens: isCounted ? whole(usage?.inputCached) : 0,
  outputTokens: isCounted ? whole(usage?.output) : 0,
  cost: microUsd(whole(cost?.amount)),
  unpriced: cost?.source === 'unpriced' ? 1 : 0,
})

/** A row that is still added to. */
interface Growing extends Record<keyof Sums, number> {
  readonly names: UsageRow['names']
  readonly hour: Instant
}

/** Rows that wait, each set of names once for each hour. */
class Waiting {
  readonly #rows = new Map<string, Growing>()

  get size(): number {
    return this.#rows.size
  }

  add(hour: Instant, names: Names, told: Sums): void {
    const key = `${hour} ${names.text}`
    let row = this.#rows.get(key)
    if (row === undefined) {
      row = { hour, names: rowNames(names), ...noSums }
      this.#rows.set(key, row)
    }
    for (const sum of allSums) if (told[sum] !== 0) row[sum] += told[sum]
  }

  take(most: number): readonly UsageRow[] {
    const taken: UsageRow[] = []
    for (const [key, row] of this.#rows) {
      if (taken.length === most) break
      taken.push({ ...row, cost: microUsd(row.cost) })
      this.#rows.delete(key)
    }
    return taken
  }
}

const answered: Sums = { ...noSums, requests: 1 }
const failed: Sums = { ...noSums, requests: 1, failures: 1 }
const hourOf = (at: Instant): Instant => (Math.floor(at / hourLength) * hourLength) as Instant

/** What is told of late belongs to one of the last hours. */
const hoursRemembered = 3

/** The books that are kept open: turns stories into rows. */
class Books {
  readonly waiting = new Waiting()
  readonly #hours = new Map<Instant, HourOfNames>()
  readonly #bounds: NameBounds

  constructor(bounds: NameBounds) {
    this.#bounds = bounds
  }

  /** Attempts under those who were asked, the request under who served it. */
  request(settled: Settled): void {
    const hour = hourOf(settled.endedAt)
    const names = this.#namesOf(hour)
    const asked = names.request(askedNames(settled), settled)
    const isCounted = settled.operation !== 'count-tokens'
    for (const attempt of settled.attempts) {
      this.waiting.add(hour, names.row(asked, attempt), attemptSums(attempt, isCounted))
    }
    const sums = settled.failure === undefined ? answered : failed
    this.waiting.add(hour, names.row(asked, servedOf(settled)), sums)
  }

  shadow(shadow: ShadowStory): void {
    const { attempt, cost, task } = shadow
    const hour = hourOf(attempt.endedAt)
    const names = this.#namesOf(hour)
    const asked = names.request(shadowNames(shadow), { tags: {}, ...(task !== undefined && { task }) })
    this.waiting.add(hour, names.row(asked, attempt), attemptSums({ ...attempt, cost }, true))
  }

  #namesOf(hour: Instant): HourOfNames {
    const known = this.#hours.get(hour)
    if (known !== undefined) return known
    const made = new HourOfNames(this.#bounds)
    this.#hours.set(hour, made)
    const [oldest] = this.#hours.keys()
    if (this.#hours.size > hoursRemembered && oldest !== undefined) this.#hours.delete(oldest)
    return made
  }
}

/** How much longer each wait is after one that failed, and the longest, in milliseconds. */
const growth = 2
const longestWait = 30_000

/** Writes what waits, one batch after the other; a batch that could not be written is told again under its name. */
class Writer {
  readonly #options: UsageListenerOptions
  readonly #waiting: Waiting
  readonly #complain: Complain
  #batch: Batch | undefined
  #writing: Promise<boolean> | undefined
  #takeBack: (() => void) | undefined
  #isUrgent = false
  #failed = 0

  constructor(options: UsageListenerOptions, waiting: Waiting) {
    this.#options = options
    this.#waiting = waiting
    this.#complain = onceAMinute(options.clock, options.complain)
  }

  get rows(): number {
    return this.#waiting.size + (this.#batch?.rows.length ?? 0)
  }

  get #most(): number {
    return this.#options.most ?? 250
  }

  schedule(): void {
    if (this.#writing !== undefined || this.rows === 0) return
    const isUrgent = this.#failed === 0 && this.#waiting.size >= this.#most
    if (this.#takeBack !== undefined && this.#isUrgent === isUrgent) return
    this.#takeBack?.()
    this.#isUrgent = isUrgent
    const { every = 1000, clock } = this.#options
    const wait = isUrgent ? 0 : Math.min(every * growth ** this.#failed, Math.max(every, longestWait))
    this.#takeBack = clock.after(millis(wait), () => void this.write().then(() => this.schedule()))
  }

  /** Writes one batch; false if it could not be written. */
  write(): Promise<boolean> {
    if (this.#writing !== undefined) return this.#writing
    this.#takeBack?.()
    this.#takeBack = undefined
    if (this.#batch === undefined && this.#waiting.size > 0) {
      this.#batch = { name: randomUUID(), rows: this.#waiting.take(this.#most) }
    }
    const batch = this.#batch
    if (batch === undefined) return Promise.resolve(true)
    this.#writing = this.#options.usage.add(batch.name, batch.rows).then(
      () => {
        this.#batch = undefined
        this.#failed = 0
        return true
      },
      (error: unknown) => {
        this.#failed += 1
        this.#complain(`usage of ${this.rows} rows waits, since it could not be written: ${String(error)}`)
        return false
      },
    )
    return this.#writing.finally(() => (this.#writing = undefined))
  }

  /** Writes all that waits now; ends where the store does not take it. */
  async writeAll(): Promise<void> {
    await this.#writing
    while (this.rows > 0 && (await this.write())) {
      // One batch after the other.
    }
    this.schedule()
  }

  stop(): void {
    this.#takeBack?.()
    this.#takeBack = undefined
  }

  lose(): number {
    const lost = this.rows
    if (lost > 0) this.#complain(`usage of ${lost} rows is lost: the store did not take it before the end`)
    return lost
  }
}

/** How long a store that fails at the end is given, by wait, in milliseconds. */
const lastWaits = [250, 1000]

/**
 * Listens for settled requests and shadows. Nothing is lost while the store fails: rows of the same names add up in
 * memory, and are written when it is well again. What a process that is killed had heard in its last second is lost.
 */
export const usageListener = (options: UsageListenerOptions): UsageListener => {
  const { clock, bounds = usualBounds } = options
  const books = new Books(bounds)
  const writer = new Writer(options, books.waiting)
  let lost = 0
  let isClosed = false
  const hear = (event: GatewayEvent): void => {
    if (isClosed) return
    if (event.type === 'request-settled') books.request(event.settled)
    else if (event.type === 'shadow-ended') books.shadow(event.shadow)
    else return
    writer.schedule()
  }
  return {
    hear,
    flush: () => writer.writeAll(),
    async close() {
      if (isClosed) return
      isClosed = true
      await writer.writeAll()
      for (const wait of lastWaits) {
        if (writer.rows === 0) return
        await new Promise<void>(resolve => clock.after(millis(wait), resolve))
        await writer.writeAll()
      }
      writer.stop()
      lost = writer.lose()
    },
    dropped: () => lost,
    waiting: () => writer.rows,
  }
}
