/** Which shadows a settled request casts: who is asked on a copy, unless that would do something twice. */
import type { Shadow } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { ModelRequest } from '../domain/request.ts'
import { expectedCost } from '../routing/measures.ts'
import { equip } from './equip.ts'
import type { Errand } from './errand.ts'
import { holdingsFor } from './holdings.ts'
import type { House } from './house.ts'
import type { Ledger } from './ledger.ts'
import { isRepeatable } from './repeatable.ts'
import { askedOf } from './settle.ts'

/** What its provider would keep though nobody was told of it, and a form whose files are gone with the request. */
const leavesSomething = ({ memory, raw }: ModelRequest, candidate: Candidate, { adapters }: House): boolean =>
  raw?.form !== undefined ||
  (memory?.keeps === true && adapters.get(candidate.provider)?.speaks(memory.dialect, candidate.model) === true)

const cast = (shadow: Shadow, candidate: Candidate, { errand, ledger, house }: Scene): void => {
  const { request, trace } = errand
  const { clock, telemetry, shadows } = house
  if (!isRepeatable(request, trace.facts.request) || leavesSomething(request, candidate, house)) {
    const at = clock.now()
    return telemetry({ type: 'shadow-skipped', at, request: request.id, shadow, why: 'not-repeatable' })
  }
  const expected = expectedCost(candidate, trace.facts.request, clock.now())
  const { pool, task, routeSpan } = ledger
  const { session } = request.wishes
  shadows.ask({
    shadow,
    candidate,
    trace,
    index: ledger.attempts.length,
    asked: askedOf({ trace }),
    // A refusal is an answer as well, and the client's hurry is over.
    hands: {
      ...equip(errand, house, holdingsFor(errand, house, `shadow ${shadow.step} ${shadow.arm}`)),
      refusalFails: false,
      patience: trace.decision.patience,
    },
    ...(expected !== undefined && { expected }),
    story: {
      operation: request.operation,
      trace: request.trace,
      routeSpan,
      streamed: request.stream,
      ...(pool !== undefined && { pool }),
      ...(task !== undefined && { task }),
      ...(session !== undefined && { session }),
    },
  })
}

interface Scene {
  readonly errand: Errand
  readonly ledger: Ledger
  readonly house: House
}

/** Has everybody asked on a copy whom the decision names for it. Nobody waits for that. */
export const castShadows = (errand: Errand, ledger: Ledger, house: House): void => {
  const { decision, facts } = errand.trace
  for (const shadow of decision.shadows ?? []) {
    const candidate = facts.candidates.find(({ id }) => id === shadow.candidate)
    if (candidate !== undefined) cast(shadow, candidate, { errand, ledger, house })
  }
}
