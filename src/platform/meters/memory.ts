/** Meters in this process's memory: exact, and gone with it. */
import { Meter, meterKey } from '../../accounting/meter.ts'
import { Once } from '../../accounting/once.ts'
import { reserveIn, settleIn } from '../../accounting/reservations.ts'
import type { Reservation, Tables } from '../../accounting/reservations.ts'
import type { Window } from '../../domain/limit.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Demand, Meters } from '../../ports/meters.ts'

/** So many settled ids are remembered, in case one is settled again. */
const mostSettled = 10_000
/** After so many settlements what is over is looked for. */
const sweepEvery = 4_096
/** A period that is over may still be settled for so long. */
const afterlife = 24 * 3_600_000

const owner = 'me'

/** Maps instead of tables. */
class MemoryTables implements Tables {
  readonly meters = new Map<string, Meter>()
  readonly #held = new Map<string, Reservation>()
  readonly #settled = new Once(mostSettled)

  meter(key: string): Meter {
    const known = this.meters.get(key)
    if (known !== undefined) return known
    const meter = new Meter()
    this.meters.set(key, meter)
    return meter
  }

  find(id: string): Reservation | undefined {
    return this.#held.get(id)
  }

  put(id: string, reservation: Reservation): void {
    this.#held.set(id, reservation)
  }

  remove(id: string): void {
    this.#held.delete(id)
  }

  firstSettled(id: string): boolean {
    return this.#settled.first(id)
  }
}

/** Meters that count for this process alone. */
export const memoryMeters = (clock: Clock): Meters => {
  const tables = new MemoryTables()
  /** When what a meter counts is over. */
  const ends = new Map<string, number>()
  const opened = clock.now()
  let settlements = 0
  const sweep = (): void => {
    const now = clock.now()
    for (const [key, end] of ends) {
      const meter = tables.meters.get(key)
      if (end > now || (meter?.kept.reserved ?? 0) > 0) continue
      tables.meters.delete(key)
      ends.delete(key)
    }
  }
  const noteEnds = ({ claims }: Pick<Demand, 'claims'>): void => {
    for (const { meter, window } of claims) {
      if (window.kind === 'calendar') ends.set(meterKey(meter, window), window.end + afterlife)
    }
  }
  const balance = (meter: string, window: Window) =>
    (tables.meters.get(meterKey(meter, window)) ?? new Meter()).balance(window, clock.now())
  return {
    now: () => clock.now(),
    reserve: demand => {
      noteEnds(demand)
      return reserveIn(tables, { ...demand, owner }, clock.now())
    },
    settle: settlement => {
      settleIn(tables, settlement, clock.now())
      settlements += 1
      if (settlements % sweepEvery === 0) sweep()
    },
    peek: balance,
    read: async meters => meters.map(({ meter, window }) => balance(meter, window)),
    reset: async meter => {
      for (const [key, kept] of tables.meters) if (key === meter || key.startsWith(`${meter} @`)) kept.reset()
    },
    flush: async () => {},
    health: () => ({ part: 'meters', state: 'ok', since: opened }),
    close: async () => {},
  }
}
