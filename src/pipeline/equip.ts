/** What a request's dispatch works with: the machine, the providers, and what the house knows of them right now. */
import type { Hands } from '../dispatch/hands.ts'
import type { DeploymentId } from '../domain/ids.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { Patience } from '../domain/policy.ts'
import type { ModelRequest } from '../domain/request.ts'
import { millis } from '../domain/units.ts'
import { drawer } from '../routing/draw.ts'
import { cameTo } from './attempt-cost.ts'
import { nothing } from './holdings.ts'
import type { CameTo, Holdings } from './holdings.ts'
import type { Errand } from './errand.ts'
import type { House } from './house.ts'
import { askedOf } from './settle.ts'
import { isRepeatable } from './repeatable.ts'
import { fitFor } from './recalled.ts'
import { resting } from './resting.ts'

/** The policy's patience, never lengthened by what the request wishes. */
const patienceOf = (patience: Patience, { wishes }: ModelRequest): Patience => {
  const { maxAttempts, timeout } = wishes
  if (maxAttempts === undefined && timeout === undefined) return patience
  return {
    ...patience,
    maxAttempts: Math.min(patience.maxAttempts, maxAttempts ?? patience.maxAttempts),
    total: millis(Math.min(patience.total, timeout ?? patience.total)),
  }
}

/** Which key is used, how many are left, and why none is. */
const keysFor = (
  request: ModelRequest,
  { live, clock }: House,
  draw: Hands['draw'],
): Pick<Hands, 'credential' | 'credentialsLeft' | 'resting'> => {
  let picks = 0
  return {
    credential: (adapter, candidate, except) => {
      const credentials = fitFor(request, adapter)
      const lot = draw(`credential ${picks++}`)
      const picked = live.credential(adapter.id, credentials, clock.now(), lot, except, candidate.id)
      return credentials.find(one => one.id === picked)
    },
    credentialsLeft: (adapter, candidate, except) => {
      const others = fitFor(request, adapter).filter(one => !except.includes(one.id))
      return live.credentialsFit(adapter.id, others, clock.now(), candidate.id)
    },
    resting: (adapter, candidate) => resting(adapter, candidate, live, clock.now()),
  }
}

/** Where the house stands with the candidates, as the dispatch goes on. */
const standingOf = (
  { request, route, trace }: Errand,
  { live, clock }: House,
  holdings: Holdings | undefined,
): Pick<Hands, 'staysWithFirst' | 'isOpen' | 'mayRetry' | 'mayAskSeveral'> => {
  const { allowFallbacks, order } = request.wishes
  const heedsCircuits = route.policy.reads.includes('candidate.circuit')
  const before = trace.facts.signals['candidate.circuit']?.by ?? {}
  const isOpen = (id: DeploymentId): boolean => heedsCircuits && live.circuit(id, clock.now()).open
  return {
    // Who names an order means nobody beyond it, which the decision has seen to.
    staysWithFirst: allowFallbacks === false && (order === undefined || order.length === 0),
    // Who was open when it was ranked is asked all the same: the policy would rather have the least bad than nobody.
    isOpen: ({ id }) => before[id]?.open !== true && isOpen(id),
    // But only as the first: in an outage, one such call for each request is enough.
    mayRetry: ({ id }) => holdings?.isClosed !== true && !isOpen(id) && live.retryAllowed(route.pool, id, clock.now()),
    mayAskSeveral: cap => isRepeatable(request, trace.facts.request) && live.extraAllowed(route.pool, cap, clock.now()),
  }
}

/** How what is asked is held, and settled by what it came to. */
const holdingOf = (
  holdings: Holdings | undefined,
  { request, trace }: Errand,
): Pick<Hands, 'reserve' | 'turned' | 'settle'> => {
  if (holdings === undefined) return {}
  const asked = askedOf({ trace })
  const came = (attempt: Attempt): CameTo => (request.operation === 'count-tokens' ? nothing : cameTo(attempt, asked))
  return {
    reserve: attempt => holdings.reserve(attempt),
    turned: (attempt, stop) => holdings.turned(attempt, came(attempt), stop),
    settle: attempt => holdings.settle(attempt, came(attempt)),
  }
}

/** The hands of this request's dispatch. */
export const equip = (errand: Errand, house: House, holdings?: Holdings): Hands => {
  const { request, trace } = errand
  const { clock, transport, secrets, adapters, routes, ids, telemetry } = house
  const { decision } = trace
  const draw = drawer(request.id)
  return {
    request,
    clock,
    transport,
    secrets,
    patience: patienceOf(decision.patience, request),
    refusalFails: decision.fallbackOn.includes('refusal'),
    adapter: provider => adapters.get(provider),
    ...keysFor(request, house, draw),
    ...standingOf(errand, house, holdings),
    ...holdingOf(holdings, errand),
    priceOf: (provider, model) => routes.priceOf(provider, model, clock.now()),
    span: () => ids.span(),
    draw,
    tell: telemetry,
  }
}
