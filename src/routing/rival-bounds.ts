/** Finds floors and ceilings that a stronger one beside them leaves without effect. */
import { canonical } from '../domain/fingerprint.ts'
import type { PolicyStep } from '../domain/policy.ts'
import { dollarAmount, duration, share } from './parsers.ts'
import type { Parser } from './options.ts'

type Use = Extract<PolicyStep, { use: string }>

/** Steps with one bound each: how it is read, and whether more of it leaves fewer. */
const bounds: Readonly<Record<string, { readonly parser: Parser<number>; readonly isFloor: boolean }>> = {
  'quality-floor': { parser: share, isFloor: true },
  'cost-ceiling': { parser: dollarAmount, isFloor: false },
  'latency-ceiling': { parser: duration, isFloor: false },
}

const withoutBound = (step: Use): string => canonical({ ...step.with, at: undefined })

/** The strictness of a step among its kind: more leaves fewer; undefined for steps without a bound. */
export const strictness = (step: Use): number | undefined => {
  const bound = Object.hasOwn(bounds, step.use) ? bounds[step.use] : undefined
  const read = bound?.parser.parse(step.with?.['at'])
  if (bound === undefined || read?.ok !== true) return undefined
  return bound.isFloor ? read.value : -read.value
}

/** Which of two steps can never take effect beside the other, if either. */
export const idleOf = (earlier: Use, later: Use): 'earlier' | 'later' | undefined => {
  if (earlier.use !== later.use || withoutBound(earlier) !== withoutBound(later)) return undefined
  const before = strictness(earlier)
  const after = strictness(later)
  if (before === undefined || after === undefined) return undefined
  return before >= after ? 'later' : 'earlier'
}
