/** Every interleaving of three requests that hold, settle, die, are written off and settle late, with resets in between. */
import { describe, expect, it } from 'vitest'
import type { Claim, Window } from '../domain/limit.ts'
import { millis } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import { Meter } from './meter.ts'
import type { KeptMeter } from './meter.ts'
import { reserveIn, settleIn, writeOffIn } from './reservations.ts'
import type { Reservation, Tables } from './reservations.ts'

/** Where one request is. */
type Phase = 'new' | 'held' | 'refused' | 'gone' | 'settled'

interface World {
  readonly kept: KeptMeter
  readonly held: readonly (readonly [string, Reservation])[]
  readonly settled: readonly string[]
  readonly phases: readonly Phase[]
  /** What each counts as used, by the specification: its own word, else what was written off. */
  readonly counted: readonly number[]
  readonly resets: number
}

const cap = 5
const amounts = [3, 2, 3]
/** Less, the same, and more than was held. */
const used = [1, 2, 4]
const now = 1_000_000 as Instant

const tablesOf = (world: World) => {
  const meter = new Meter(world.kept)
  const held = new Map(world.held)
  const settled = new Set(world.settled)
  const tables: Tables = {
    meter: () => meter,
    find: id => held.get(id),
    put: (id, reservation) => void held.set(id, reservation),
    remove: id => void held.delete(id),
    firstSettled: id => !settled.has(id) && Boolean(settled.add(id)),
  }
  const after = (changes: Partial<World>): World => ({
    ...world,
    kept: meter.kept,
    held: [...held].sort(([left], [right]) => (left < right ? -1 : 1)),
    settled: [...settled].sort(),
    ...changes,
  })
  return { tables, meter, after }
}

const replaced = <T>(list: readonly T[], at: number, value: T): readonly T[] =>
  list.map((one, place) => (place === at ? value : one))

const claimOf = (actor: number, window: Window): Claim => ({ meter: 'm', window, cap, amount: amounts[actor] ?? 0 })

const reserve = (world: World, actor: number, window: Window): World => {
  const { tables, meter, after } = tablesOf(world)
  const grant = reserveIn(tables, { id: `r${actor}`, owner: `o${actor}`, claims: [claimOf(actor, window)] }, now)
  const { used: spent, reserved } = meter.balance(window, now)
  if (grant.granted) expect(spent + reserved).toBeLessThanOrEqual(cap)
  return after({ phases: replaced(world.phases, actor, grant.granted ? 'held' : 'refused') })
}

const settle = (world: World, actor: number, window: Window): World => {
  const { tables, after } = tablesOf(world)
  settleIn(tables, { id: `r${actor}`, claims: [claimOf(actor, window)], used: [used[actor] ?? 0] }, now)
  const isFirst = world.phases[actor] !== 'settled'
  return after({
    phases: replaced(world.phases, actor, 'settled'),
    ...(isFirst && { counted: replaced(world.counted, actor, used[actor] ?? 0) }),
  })
}

const writeOff = (world: World, actor: number): World => {
  const { tables, after } = tablesOf(world)
  writeOffIn(tables, `r${actor}`, now)
  const isHeld = world.phases[actor] === 'held'
  return after({
    phases: isHeld ? replaced(world.phases, actor, 'gone') : world.phases,
    ...(isHeld && { counted: replaced(world.counted, actor, amounts[actor] ?? 0) }),
  })
}

const reset = (world: World): World => {
  const { meter, after } = tablesOf(world)
  meter.reset()
  return { ...after({ kept: meter.kept }), counted: [0, 0, 0], resets: world.resets + 1 }
}

/** Everything that can happen next: whoever holds settles or is written off, whoever is gone settles late, all of it twice. */
const nexts = (world: World, window: Window): readonly World[] => [
  ...world.phases.flatMap((phase, actor): readonly World[] => {
    if (phase === 'new') return [reserve(world, actor, window)]
    if (phase === 'refused') return []
    return [settle(world, actor, window), writeOff(world, actor)]
  }),
  ...(world.resets < 2 ? [reset(world)] : []),
]

const check = (world: World, window: Window): void => {
  const { used: spent, reserved } = new Meter(world.kept).balance(window, now)
  const held = world.phases.reduce((sum, phase, actor) => sum + (phase === 'held' ? (amounts[actor] ?? 0) : 0), 0)
  expect(reserved).toBe(held)
  expect(spent).toBe(world.counted.reduce((sum, one) => sum + one, 0))
}

const windows: Readonly<Record<string, Window>> = {
  total: { kind: 'total' },
  rolling: { kind: 'rolling', length: millis(60_000), slices: 60 },
}

describe.each(Object.entries(windows))('over a %s window', (_, window) => {
  it('every state that can be reached keeps the cap, holds what is held, and counts each request once', () => {
    const first: World = {
      kept: { used: 0, reserved: 0 },
      held: [],
      settled: [],
      phases: ['new', 'new', 'new'],
      counted: [0, 0, 0],
      resets: 0,
    }
    const seen = new Set([JSON.stringify(first)])
    const open = [first]
    for (let world = open.pop(); world !== undefined; world = open.pop()) {
      check(world, window)
      for (const next of nexts(world, window)) {
        const name = JSON.stringify(next)
        if (seen.has(name)) continue
        seen.add(name)
        open.push(next)
      }
    }
    expect(seen.size).toBeGreaterThan(500)
  })
})
