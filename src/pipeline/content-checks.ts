/** What a policy has judged in an answer before it is shown, as the dispatch needs it. */
import { checksOfCascade, checksOnFallback } from '../checks/checks-of.ts'
import type { Hands } from '../dispatch/hands.ts'
import type { RoutingDecision } from '../domain/decision.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { Usage } from '../domain/stream-event.ts'
import { tokens } from '../domain/units.ts'
import type { ModelRequest } from '../domain/request.ts'
import type { AnswerCheck } from '../ports/check.ts'
import type { Asked } from './attempt-cost.ts'
import type { House } from './house.ts'
import { judgeBy } from './judge.ts'
import type { Judged } from './judge.ts'
import { charactersPerToken } from '../accounting/price.ts'

/** Each check once, in the order of their cost. */
const checksOf = ({ fallbackOn, execution }: RoutingDecision): readonly AnswerCheck[] => {
  const ofCascade = execution.mode === 'cascade' ? checksOfCascade(execution.check) : []
  const others = checksOnFallback(fallbackOn).filter(({ name }) => ofCascade.every(one => one.name !== name))
  return [...ofCascade, ...others]
}

const zero = tokens(0)

/** A count that broke off is a lower bound, of which the input may be missing: then both are estimated. */
const usageOf = ({ usage, size }: Attempt, { inputTokens }: Asked): Usage => ({
  inputCached: zero,
  inputCacheWritten: zero,
  reasoning: zero,
  ...usage,
  input: usage === undefined || usage.input === 0 ? inputTokens : usage.input,
  output: tokens(Math.max(usage?.output ?? 0, Math.ceil(size / charactersPerToken))),
})

/** The hands that judge and count for this decision. */
export const contentHands = (
  decision: RoutingDecision,
  request: ModelRequest,
  ledger: Judged & { readonly asked: Asked },
  house: House,
): Pick<Hands, 'checks' | 'judge' | 'usageOf' | 'guardrailFails'> => {
  const { execution, fallbackOn } = decision
  const pool = execution.mode === 'cascade' ? execution.check.judge : undefined
  return {
    checks: checksOf(decision),
    guardrailFails: fallbackOn.includes('guardrail'),
    usageOf: attempt => usageOf(attempt, ledger.asked),
    ...(pool !== undefined && request.operation === 'chat' && { judge: judgeBy(pool, request, ledger, house) }),
  }
}
