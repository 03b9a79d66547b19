/** Meters and reservations in SQLite, read and written within one transaction. */
import type { Database } from 'better-sqlite3'
import { Meter } from '../../accounting/meter.ts'
import type { KeptMeter } from '../../accounting/meter.ts'
import { writeOffIn } from '../../accounting/reservations.ts'
import type { Reservation, Tables } from '../../accounting/reservations.ts'
import type { Window } from '../../domain/limit.ts'
import type { Instant } from '../../domain/units.ts'

/** A period that is over may still be settled for so long. */
const afterlife = 24 * 3_600_000

interface ReservationRow {
  readonly owner: string
  readonly claims: string
  readonly written_off_at: number | null
}

/** A claim as it is kept: without its cap, which counted only when it was granted. */
type KeptClaim = readonly [meter: string, amount: number, window: Window, resets?: number]

const textOf = ({ claims, writtenOff }: Reservation): string =>
  JSON.stringify(
    claims.map(({ meter, amount, window }, place): KeptClaim =>
      writtenOff === undefined ? [meter, amount, window] : [meter, amount, window, writtenOff.resets[place] ?? 0],
    ),
  )

const reservationIn = ({ owner, claims: text, written_off_at: at }: ReservationRow): Reservation => {
  const claims = JSON.parse(text) as readonly KeptClaim[]
  const resets = claims.map(([, , , count = 0]) => count)
  return {
    owner,
    claims: claims.map(([meter, amount, window]) => ({ meter, amount, window, cap: Infinity })),
    ...(at !== null && { writtenOff: { at: at as Instant, resets } }),
  }
}

const statementsOf = (database: Database) => ({
  meter: database.prepare<[string], { kept: string }>('SELECT kept FROM meters WHERE key = ?'),
  putMeter: database.prepare('INSERT OR REPLACE INTO meters (key, kept, ends_at) VALUES (?, ?, ?)'),
  removeMeter: database.prepare('DELETE FROM meters WHERE key = ?'),
  meters: database.prepare<[string, string, string], { key: string }>(
    'SELECT key FROM meters WHERE key = ? OR (key > ? AND key < ?)',
  ),
  sweepMeters: database.prepare('DELETE FROM meters WHERE ends_at < ?'),
  reservation: database.prepare<[string], ReservationRow>(
    'SELECT owner, claims, written_off_at FROM reservations WHERE id = ?',
  ),
  putReservation: database.prepare(
    'INSERT OR REPLACE INTO reservations (id, owner, claims, written_off_at) VALUES (?, ?, ?, ?)',
  ),
  removeReservation: database.prepare('DELETE FROM reservations WHERE id = ?'),
  heldBy: database.prepare<[string], { id: string }>(
    'SELECT id FROM reservations WHERE owner = ? AND written_off_at IS NULL',
  ),
  sweepReservations: database.prepare('DELETE FROM reservations WHERE written_off_at < ?'),
  owner: database.prepare('INSERT OR REPLACE INTO owners (id, until) VALUES (?, ?)'),
  removeOwner: database.prepare('DELETE FROM owners WHERE id = ?'),
  goneOwners: database.prepare<[number, string], { id: string }>('SELECT id FROM owners WHERE until < ? AND id <> ?'),
  dataVersion: database.prepare<[], { data_version: number }>('PRAGMA data_version'),
})

/** What is known of the tables as long as no other process writes to them, and what of it has to be written. */
export class MeterTables implements Tables {
  readonly #sql: ReturnType<typeof statementsOf>
  readonly #meters = new Map<string, Meter>()
  readonly #held = new Map<string, Reservation | undefined>()
  readonly #ends = new Map<string, number>()
  readonly #changed = new Set<string>()
  readonly #put = new Set<string>()
  #version = -1

  constructor(database: Database) {
    this.#sql = statementsOf(database)
  }

  /** At the beginning of a transaction: what another process may have changed is forgotten. */
  begin(): void {
    const version = this.#sql.dataVersion.get()?.data_version ?? 0
    if (version !== this.#version) this.forget()
    this.#version = version
  }

  /** Nothing of what is known can be relied on. */
  forget(): void {
    this.#meters.clear()
    this.#held.clear()
    this.#changed.clear()
    this.#put.clear()
  }

  meter(key: string): Meter {
    this.#changed.add(key)
    return this.peek(key)
  }

  /** To look at, not to change. */
  peek(key: string): Meter {
    const known = this.#meters.get(key)
    if (known !== undefined) return known
    const row = this.#sql.meter.get(key)
    const meter = row === undefined ? new Meter() : new Meter(JSON.parse(row.kept) as KeptMeter)
    this.#meters.set(key, meter)
    return meter
  }

  find(id: string): Reservation | undefined {
    if (this.#held.has(id)) return this.#held.get(id)
    const row = this.#sql.reservation.get(id)
    // What is not there is asked for by whoever is refused: it is not remembered, or refusals would fill the memory.
    if (row === undefined) return undefined
    const found = reservationIn(row)
    this.#held.set(id, found)
    return found
  }

  put(id: string, reservation: Reservation): void {
    for (const { meter, window } of reservation.claims) {
      if (window.kind === 'calendar') this.#ends.set(`${meter} @${window.start}`, window.end + afterlife)
    }
    this.#held.set(id, reservation)
    this.#put.add(id)
  }

  remove(id: string): void {
    this.#held.set(id, undefined)
    this.#put.add(id)
  }

  /** Whoever settles sees to it that it is told once. */
  firstSettled(): boolean {
    return true
  }

  /** What was changed, into the tables; then the transaction can be committed. */
  write(): void {
    for (const key of this.#changed) {
      const meter = this.#meters.get(key)
      if (meter === undefined) continue
      if (meter.isEmpty) this.#sql.removeMeter.run(key)
      else this.#sql.putMeter.run(key, JSON.stringify(meter.kept), this.#ends.get(key) ?? null)
    }
    for (const id of this.#put) {
      const held = this.#held.get(id)
      if (held === undefined) this.#sql.removeReservation.run(id)
      else this.#sql.putReservation.run(id, held.owner, textOf(held), held.writtenOff?.at ?? null)
      if (held === undefined || held.writtenOff !== undefined) this.#held.delete(id)
    }
    this.#changed.clear()
    this.#put.clear()
  }

  /** The lease of this process holds until then. */
  lease(owner: string, until: number): void {
    this.#sql.owner.run(owner, until)
  }

  /** This process holds nothing any more. */
  leave(owner: string): void {
    if (this.#sql.heldBy.get(owner) === undefined) this.#sql.removeOwner.run(owner)
  }

  /** What others held whose leases are over is written off; what is long over is thrown out. */
  sweep(owner: string, now: Instant): void {
    for (const gone of this.#sql.goneOwners.all(now, owner)) {
      for (const { id } of this.#sql.heldBy.all(gone.id)) writeOffIn(this, id, now)
      this.#sql.removeOwner.run(gone.id)
    }
    this.#sql.sweepReservations.run(now - afterlife)
    this.#sql.sweepMeters.run(now)
    for (const [key, end] of this.#ends) {
      if (end >= now) continue
      this.#ends.delete(key)
      this.#meters.delete(key)
    }
  }

  /** The keys of all windows of a meter. */
  keysOf(meter: string): readonly string[] {
    return this.#sql.meters.all(meter, `${meter} @`, `${meter} @~`).map(({ key }) => key)
  }
}
