/** Which orders of a policy become one: those of the same blend, in the place of the first. */
import type { Order, Strategy } from '../ports/strategy.ts'
import type { Use } from './plan.ts'
import type { Placed } from './slate.ts'

/** Why this step cannot stand in a blend; undefined if it can. */
export const blendFault = (strategy: Strategy): string | undefined =>
  strategy.kind === 'constraint'
    ? `${strategy.name} leaves out and orders nothing: it cannot stand in a blend`
    : undefined

const isOrder = (one: Use): one is Use & Placed<Order> => one.strategy.kind === 'order'

/** The orders, those of the same blend joined. */
export const blended = (uses: readonly Use[]): readonly Placed<Order>[] => uses.filter(isOrder)
