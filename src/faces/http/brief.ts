/** A decision in the few lines that fit beside an answer. */
import type { Assessment, RoutingDecision } from '../../domain/decision.ts'
import type { Ending, Served } from '../../ports/sink.ts'

const one = ({ candidate, tier, reasons }: Assessment, propensity: number | undefined) => ({
  deployment: candidate.id,
  provider: candidate.provider,
  model: candidate.model,
  tier,
  ...(propensity !== undefined && { propensity }),
  reasons,
})

/** Who was chosen and why, in words of the decision alone; plain JSON. */
export const decisionInBrief = (decision: RoutingDecision): Readonly<Record<string, unknown>> => ({
  decision: decision.id,
  policy: `${decision.policy.name}@${decision.policy.version}`,
  strategy: decision.decidedBy,
  confidence: decision.confidence,
  ranked: decision.ranked.map(assessment => one(assessment, decision.propensity[assessment.candidate.id] ?? 0)),
  excluded: decision.excluded.map(assessment => one(assessment, undefined)),
  ...(decision.chain !== undefined && { chain: decision.chain }),
  ...(decision.arms !== undefined && { arms: decision.arms }),
  ...(decision.shadows !== undefined && { shadows: decision.shadows }),
  execution: decision.execution,
  seed: decision.seed,
})

/** The same with what came of it. */
export const inBrief = (
  decision: RoutingDecision,
  ending: Ending,
  served: Served | undefined,
): Readonly<Record<string, unknown>> => ({
  ...decisionInBrief(decision),
  ...(served !== undefined && { served: served.candidate.id, lane: served.lane, losses: served.losses }),
  attempts: ending.attempts,
  ...(ending.fallback !== undefined && { fallback: ending.fallback }),
  cost: { usd: ending.cost.amount / 1_000_000, source: ending.cost.source },
})
