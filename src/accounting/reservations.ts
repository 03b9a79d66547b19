/** Holding, settling and writing off, over tables that somebody keeps: the rules of every store of meters. */
import type { Balance, Claim } from '../domain/limit.ts'
import type { Instant } from '../domain/units.ts'
import { meterKey, wholeCount } from './meter.ts'
import type { Meter } from './meter.ts'

/** What is held under one id, or was until the process that held it died. */
export interface Reservation {
  readonly owner: string
  readonly claims: readonly Claim[]
  /** Absent while it is held. */
  readonly writtenOff?: {
    readonly at: Instant
    /** How often each meter had been reset by then: what was counted before a reset counts no more. */
    readonly resets: readonly number[]
  }
}

/** Where meters and reservations are kept, while one step is made. */
export interface Tables {
  /** A new one where there is none. Whatever is done to it is kept. */
  meter(key: string): Meter
  find(id: string): Reservation | undefined
  put(id: string, reservation: Reservation): void
  remove(id: string): void
  /** True the first time that it is told of this id. */
  firstSettled(id: string): boolean
}

export type Granted =
  | { readonly granted: true; readonly balances: readonly Balance[] }
  | { readonly granted: false; readonly short: readonly number[]; readonly balances: readonly Balance[] }

const balanceOf = (tables: Tables, { meter, window }: Claim, now: Instant): Balance =>
  tables.meter(meterKey(meter, window)).balance(window, now)

/** Holds all claims, if all have room. What is held already under this id is granted as it is. */
export const reserveIn = (
  tables: Tables,
  { id, claims, owner }: { readonly id: string; readonly claims: readonly Claim[]; readonly owner: string },
  now: Instant,
): Granted => {
  const balances = claims.map(claim => balanceOf(tables, claim, now))
  if (tables.find(id) !== undefined) return { granted: true, balances }
  const short = claims.flatMap(({ amount, cap }, place) => {
    const { used = 0, reserved = 0 } = balances[place] ?? {}
    return used + reserved + wholeCount(amount) > cap ? [place] : []
  })
  if (short.length > 0) return { granted: false, short, balances }
  const held = claims.map(claim => ({ ...claim, amount: wholeCount(claim.amount) }))
  for (const { meter, window, amount } of held) tables.meter(meterKey(meter, window)).hold(amount)
  tables.put(id, { owner, claims: held })
  const after = held.map(({ amount }, place) => {
    const { used = 0, reserved = 0, ...rest } = balances[place] ?? {}
    return { ...rest, used, reserved: reserved + amount }
  })
  return { granted: true, balances: after }
}

/** It is as if it had never been held, nor written off. */
const takeBack = (tables: Tables, { claims, writtenOff }: Reservation): void => {
  for (const [place, { meter, window, amount }] of claims.entries()) {
    const kept = tables.meter(meterKey(meter, window))
    if (writtenOff === undefined) kept.release(amount)
    else if (writtenOff.resets[place] === kept.resets) kept.unuse(amount, window, writtenOff.at)
  }
}

/** What was held, or had been written off, gives way to what was used; an id counts once, and also one that was never held. */
export const settleIn = (
  tables: Tables,
  { id, claims, used }: { readonly id: string; readonly claims: readonly Claim[]; readonly used: readonly number[] },
  now: Instant,
): void => {
  if (!tables.firstSettled(id)) return
  const before = tables.find(id)
  if (before !== undefined) takeBack(tables, before)
  if (before !== undefined) tables.remove(id)
  for (const [place, { meter, window }] of claims.entries()) {
    tables.meter(meterKey(meter, window)).use(wholeCount(used[place] ?? 0), window, now)
  }
}

/** Whoever held it is gone: what it held counts as used, and requests at the same time are given back. */
export const writeOffIn = (tables: Tables, id: string, now: Instant): void => {
  const before = tables.find(id)
  if (before === undefined || before.writtenOff !== undefined) return
  const resets = before.claims.map(({ meter, window, amount }) => {
    const kept = tables.meter(meterKey(meter, window))
    kept.release(amount)
    kept.use(amount, window, now)
    return kept.resets
  })
  tables.put(id, { ...before, writtenOff: { at: now, resets } })
}
