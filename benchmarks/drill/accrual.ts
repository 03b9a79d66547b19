/** Who is left alone for a while after failures: by failures in a row as Finagle does, by their share in a minute as LiteLLM does. */
import type { Chance } from '../../src/world/chance.ts'
import type { Result } from './peer.ts'

export interface Cooling {
  /** May be asked now. */
  isFit(id: string, now: number): boolean
  ended(id: string, result: Result): void
}

/** Finagle's failure accrual: five in a row, then 5 s to 300 s, doubled with equal jitter; the first afterwards is a probe. */
export const inRow = (chance: Chance): Cooling => {
  const states = new Map<string, { failures: number; rests: number; until: number; isProbing: boolean }>()
  const of = (id: string) => {
    const known = states.get(id) ?? { failures: 0, rests: 0, until: 0, isProbing: false }
    states.set(id, known)
    return known
  }
  const rest = (state: ReturnType<typeof of>, now: number): void => {
    const whole = Math.min(300_000, 5_000 * 2 ** state.rests)
    state.until = now + whole / 2 + (whole / 2) * chance()
    state.rests += 1
    state.isProbing = true
  }
  return {
    isFit: (id, now) => of(id).until <= now,
    ended: (id, { ok, now }) => {
      const state = of(id)
      if (ok) {
        // Late answers of before do not end a rest.
        if (state.until <= now) Object.assign(state, { failures: 0, rests: 0, isProbing: false })
        return
      }
      if (state.until > now) return
      state.failures += 1
      if (state.isProbing || state.failures >= 5) rest(state, now)
    },
  }
}

const minute = 60_000

/**
 * LiteLLM's cooldown: 5 s after a 429, or where more than half of the calls of this minute have failed, five at least;
 * then everything comes back at once.
 */
export const byShare = (): Cooling => {
  const states = new Map<string, { minute: number; good: number; bad: number; until: number }>()
  const of = (id: string, now: number) => {
    const number = Math.floor(now / minute)
    const known = states.get(id) ?? { minute: number, good: 0, bad: 0, until: 0 }
    if (known.minute !== number) Object.assign(known, { minute: number, good: 0, bad: 0 })
    states.set(id, known)
    return known
  }
  return {
    isFit: (id, now) => of(id, now).until <= now,
    ended: (id, { ok, now, status }) => {
      const state = of(id, now)
      if (ok) state.good += 1
      else state.bad += 1
      if (ok) return
      const calls = state.good + state.bad
      const isIll = status === 429 || (calls >= 5 && state.bad > calls / 2)
      if (isIll && state.until <= now) state.until = now + 5_000
    },
  }
}
