/** Why nobody is left to serve, in one sentence. */
import type { RoutingDecision } from '../domain/decision.ts'

const isSays = (says: string | undefined): says is string => says !== undefined

/** `2 by 1:healthy (circuit open: 5 failures in a row)`: how many a step left out, and what it said, each saying once. */
const share = (step: string, says: readonly string[]): string => {
  const different = [...new Set(says)]
  const shown = different.slice(0, 2).join('; ')
  const more = different.length > 2 ? '; …' : ''
  return `${says.length} by ${step}${shown === '' ? '' : ` (${shown}${more})`}`
}

/**
 * Why the chain is empty, for a failure and for explain: who was left out by which step, and what it said.
 * Undefined if somebody can serve.
 */
export const whyNobody = ({ ranked, excluded }: RoutingDecision): string | undefined => {
  if (ranked.length > 0) return undefined
  if (excluded.length === 0) return 'there are no candidates'
  const byStep = new Map<string, string[]>()
  for (const { reasons } of excluded) {
    const reason = reasons.find(({ says }) => isSays(says))
    const step = reason?.step ?? 'a step'
    byStep.set(step, [...(byStep.get(step) ?? []), ...[reason?.says].filter(isSays)])
  }
  const shares = [...byStep].map(([step, says]) => share(step, says))
  const who = excluded.length === 1 ? 'the only candidate is' : `all ${excluded.length} candidates are`
  return `${who} left out: ${shares.join(', ')}`
}
