/** Decisions to look at: one that would be made, and those that were. */
import type { DecisionTrace } from '../../domain/decision.ts'
import type { DecisionId } from '../../domain/ids.ts'
import { decisionInBrief } from './brief.ts'
import type { Tongue } from './converse.ts'
import type { Front } from './front.ts'
import { parseBody } from './parse-body.ts'
import { refuse, sendJson } from './reply.ts'
import { whenUnderstood } from './understand.ts'
import type { Visit } from './visit.ts'

const told = (trace: DecisionTrace, words: string | undefined): Readonly<Record<string, unknown>> => ({
  object: 'signalbox.decision',
  id: trace.decision.id,
  ...decisionInBrief(trace.decision),
  ...(words !== undefined && { words }),
  trace,
})

/** Members that only Anthropic's requests have at their top. */
const onlyAnthropic = ['system', 'stop_sequences', 'thinking', 'output_config']

/** Whose words a body is in, where neither path nor header says so. */
const isAnthropic = (visit: Visit, bytes: Buffer): boolean => {
  if (visit.request.headers['anthropic-version'] !== undefined) return true
  const parsed = parseBody(bytes)
  if (!parsed.ok) return false
  const { json } = parsed.value
  if (onlyAnthropic.some(member => Object.hasOwn(json, member))) return true
  const { tools } = json
  return Array.isArray(tools) && tools.some(tool => tool !== null && typeof tool === 'object' && 'input_schema' in tool)
}

/** Decides as it would for this request, and calls nobody. */
export const route =
  (openai: Tongue, anthropic: Tongue) =>
  (front: Front, visit: Visit): void =>
    whenUnderstood(
      front,
      visit,
      bytes => {
        if (!isAnthropic(visit, bytes)) return openai
        visit.dialect = anthropic.dialect
        return anthropic
      },
      ({ incoming }) => {
        const explained = front.gateway.explain(incoming)
        if (explained.ok) sendJson(front, visit, 200, told(explained.trace, explained.words))
        else refuse(front, visit, explained.failure)
      },
    )

/** A decision is its caller's own, and the administrator's. */
const maySee = ({ caller }: Visit, trace: DecisionTrace): boolean =>
  caller.admin === true || trace.facts.request.caller.key === caller.key

/** A decision that was made, with its facts. */
export const readDecision = (front: Front, visit: Visit, id: string): void => {
  const missing = (): void =>
    refuse(front, visit, {
      kind: 'invalid-request',
      status: 404,
      message: `there is no decision "${id.slice(0, 80)}" of this key; ids are told in the header x-signalbox-decision, and decisions are written shortly after the answer`,
    })
  front.gateway.decision(id as DecisionId).then(
    trace => {
      if (trace === undefined || !maySee(visit, trace)) missing()
      else sendJson(front, visit, 200, told(trace, front.gateway.words(trace)))
    },
    (error: unknown) => {
      front.alarm('a decision could not be read', error)
      refuse(front, visit, { kind: 'internal', message: 'the journal could not be read; try again shortly' })
    },
  )
}
