/** Decisions to look at: one that would be made, and those that were. */
import type { DecisionTrace } from '../../domain/decision.ts'
import type { DecisionId } from '../../domain/ids.ts'
import { decisionInBrief } from './brief.ts'
import type { Front } from './front.ts'
import { doorOf, recognise } from './recognise.ts'
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

/** Decides as it would for this request, whatever dialect it is in, and calls nobody. */
export const route = (front: Front, visit: Visit): void =>
  whenUnderstood(
    front,
    visit,
    bytes => {
      const tongue = recognise(visit.request.headers, bytes)
      visit.dialect = tongue.dialect
      return tongue
    },
    ({ incoming }) => {
      // By the path that the request itself would come in at, or a policy that asks for it would decide otherwise.
      const path = doorOf(visit.dialect.id, incoming.body)
      const wishes = { ...incoming.wishes, ...(path !== undefined && { path }) }
      const explained = front.gateway.explain({ ...incoming, wishes })
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
