/** Which orders of a policy become one: those of the same blend, in the place of the first. */
import type { Order, Strategy } from '../ports/strategy.ts'
import { blendFault, blendOf } from './blend.ts'
import type { Use } from './plan.ts'
import type { Placed } from './slate.ts'

/** Why this step cannot stand in a blend; undefined if it can. */
export const faultInBlend = (strategy: Strategy): string | undefined =>
  strategy.kind === 'constraint'
    ? `${strategy.name} leaves out and orders nothing: it cannot stand in a blend`
    : blendFault(strategy)

type PlacedOrder = Use & Placed<Order>
const isOrder = (one: Use): one is PlacedOrder => one.strategy.kind === 'order'

/** How a decision names a blend: at the place of its first order, `3:blend value`. */
const stepOf = ({ step }: PlacedOrder, name: string): string => `${step.slice(0, step.indexOf(':'))}:blend ${name}`

const join = (members: readonly PlacedOrder[], name: string): readonly Placed<Order>[] => {
  const [first] = members
  if (first === undefined) return []
  const weighted = members.map(({ strategy, weight = 1 }) => ({ order: strategy, weight }))
  return [{ step: stepOf(first, name), strategy: blendOf(weighted, name) }]
}

/** The orders, those of the same blend joined. */
export const blended = (uses: readonly Use[]): readonly Placed<Order>[] => {
  const orders = uses.filter(isOrder)
  if (orders.every(({ blend }) => blend === undefined)) return orders
  const seen = new Set<string>()
  return orders.flatMap((one): readonly Placed<Order>[] => {
    const { blend } = one
    if (blend === undefined) return [one]
    if (seen.has(blend)) return []
    seen.add(blend)
    return join(
      orders.filter(other => other.blend === blend),
      blend,
    )
  })
}
