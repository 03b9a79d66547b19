/** What happens to a deployment from when to when: outages, slow times, heavy tails, answers that become worse. */
import type { Chance } from '../../src/world/chance.ts'

/** How a request that meets an outage ends: no connection, an error, or silence. */
export type Fault = 'refused' | 'error' | 'silence'

/** One spell; times in seconds from the beginning. */
export interface Spell {
  readonly on: string
  readonly from: number
  readonly to: number
  /** The share of requests that meets the fault. */
  readonly fault?: { readonly kind: Fault; readonly share: number }
  /** So many times as long until the first token, and from token to token. */
  readonly slow?: number
  /** This share of requests waits so many times as long for its first token. */
  readonly tail?: { readonly share: number; readonly times: number }
  /** Answers are those of this model. */
  readonly answersAs?: string
  /** Times this many of the usual places for requests at once. */
  readonly capacity?: number
}

/** What one request meets. */
export interface Luck {
  readonly fault?: Fault
  readonly factor: number
  /** For the first token alone. */
  readonly tail: number
  readonly answersAs?: string
}

/** The same spell again and again: `on` seconds of it, then `off` seconds of peace. */
export const flapping = (spell: Spell, on: number, off: number): readonly Spell[] => {
  const spells: Spell[] = []
  for (let from = spell.from; from < spell.to; from += on + off) {
    spells.push({ ...spell, from, to: Math.min(spell.to, from + on) })
  }
  return spells
}

/** What a request meets that comes to this deployment so many seconds after the beginning. */
export const luckOf = (spells: readonly Spell[], on: string, seconds: number, chance: Chance): Luck => {
  const luck: { -readonly [Key in keyof Luck]: Luck[Key] } = { factor: 1, tail: 1 }
  for (const spell of spells) {
    if (spell.on !== on || seconds < spell.from || seconds >= spell.to) continue
    if (spell.fault !== undefined && chance() < spell.fault.share) luck.fault = spell.fault.kind
    if (spell.slow !== undefined) luck.factor *= spell.slow
    if (spell.tail !== undefined && chance() < spell.tail.share) luck.tail *= spell.tail.times
    if (spell.answersAs !== undefined) luck.answersAs = spell.answersAs
  }
  return luck
}
