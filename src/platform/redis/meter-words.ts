/** Windows and balances as the scripts of meters take and tell them. */
import type { Balance, Window } from '../../domain/limit.ts'
import type { Instant } from '../../domain/units.ts'
import type { Reply } from './connection.ts'

const kinds = { total: 't', calendar: 'c', rolling: 'r', held: 'h' } as const

/** Kind, length or end, slices. */
export const wordsOf = (window: Window): readonly string[] => {
  if (window.kind === 'rolling') return [kinds.rolling, String(window.length), String(window.slices)]
  return [kinds[window.kind], window.kind === 'calendar' ? String(window.end) : '0', '0']
}

/** A list of them. */
export const numbers = (reply: Reply | undefined): readonly number[] => (Array.isArray(reply) ? reply.map(Number) : [])

/** As the scripts tell them: three words for each. */
export const balancesIn = (reply: Reply | undefined, windows: readonly Window[]): readonly Balance[] => {
  const told = numbers(reply)
  return windows.map((window, place) => {
    const [used = 0, reserved = 0, resets = -1] = told.slice(place * 3, place * 3 + 3)
    const resetsAt = window.kind === 'calendar' ? window.end : resets >= 0 ? (resets as Instant) : undefined
    return { used, reserved, ...(resetsAt !== undefined && { resetsAt }) }
  })
}
