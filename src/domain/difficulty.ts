/** Names for how hard a request is. */
import type { Unit } from './units.ts'

/** From easy to hard. */
export const tiers = ['simple', 'medium', 'complex', 'reasoning'] as const
export type Tier = (typeof tiers)[number]

/** The least difficulty of each tier. */
export const tierStarts: Readonly<Record<Tier, number>> = { simple: 0, medium: 0.25, complex: 0.5, reasoning: 0.75 }

/** The hardest tier that starts at or below this difficulty. */
export const tierOf = (difficulty: Unit): Tier => tiers.findLast(tier => difficulty >= tierStarts[tier]) ?? 'simple'
