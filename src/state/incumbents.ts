/** Who was fastest in a pool until now, by the shape of the requests, so that a lead has to be real before it changes. */
import type { Assessment, DecisionTrace, RoutingDecision } from '../domain/decision.ts'
import type { DeploymentId } from '../domain/ids.ts'
import type { Instant } from '../domain/units.ts'
import { sizeOfInput } from './paces.ts'
import type { Shape } from './paces.ts'
import { listIn, pastIn, textIn } from './saved.ts'
import type { Restoring } from './saved.ts'

/** Steps whose lead an incumbent keeps, by name. */
const leading = ['fast']
/** The measure of a trial: it comes before every time there is. */
const onTrial = -1
/** Of several arms this is the one that most requests take; what others lead is an experiment. */
const mainArm = 0.5

/** Pools times shapes; the one that was decided for longest ago goes. */
const mostIncumbents = 1_024
/** A lead that nobody has decided on for so long is over. */
const longestLead = 3_600_000

interface Lead {
  readonly id: DeploymentId
  readonly at: Instant
}

/** `3:fast` is of `fast`, as is `2.then.1:fast`. */
const nameOf = (step: string): string => step.slice(step.lastIndexOf(':') + 1)
const isOfLeading = (step: string): boolean => leading.includes(nameOf(step))

const isTrial = ({ reasons }: Assessment): boolean =>
  reasons.some(({ step, value }) => isOfLeading(step) && value === onTrial)

/** Only who came first by speed leads: whom a session, a price or an experiment put there says nothing of it. */
const leaderOf = ({ ranked, decidedBy, arms }: RoutingDecision): DeploymentId | undefined => {
  const [first] = ranked
  if (first === undefined || !isOfLeading(decidedBy) || isTrial(first)) return undefined
  return arms?.some(({ share }) => share < mainArm) === true ? undefined : first.candidate.id
}

const keyOf = (pool: string, { operation, streamed, inputTokens }: Shape): string =>
  `${operation} ${streamed ? 's' : 'w'}${sizeOfInput(inputTokens)} ${pool}`

export class Incumbents {
  readonly #leads = new Map<string, Lead>()

  get size(): number {
    return this.#leads.size
  }

  decided(pool: string, { facts, decision }: DecisionTrace, at: Instant): void {
    const id = leaderOf(decision)
    if (id === undefined) return
    const { operation, inputTokens, params } = facts.request
    const key = keyOf(pool, { operation, streamed: params['stream'] === true, inputTokens })
    // Decided on last stands last.
    this.#leads.delete(key)
    this.#leads.set(key, { id, at })
    const [oldest] = this.#leads.keys()
    if (this.#leads.size > mostIncumbents && oldest !== undefined) this.#leads.delete(oldest)
  }

  find(pool: string, shape: Shape, now: Instant): DeploymentId | undefined {
    const lead = this.#leads.get(keyOf(pool, shape))
    return lead !== undefined && now - lead.at < longestLead ? lead.id : undefined
  }

  keepOnly(ids: ReadonlySet<DeploymentId>): void {
    for (const [key, { id }] of this.#leads) if (!ids.has(id)) this.#leads.delete(key)
  }

  save(now: Instant): readonly unknown[] {
    return [...this.#leads].flatMap(([key, { id, at }]) => (now - at < longestLead ? [{ key, id, at }] : []))
  }

  restore(saved: unknown, restoring: Restoring): void {
    for (const one of listIn(saved).slice(-mostIncumbents)) {
      const [key, id, at] = [textIn(one, 'key'), textIn(one, 'id'), pastIn(one, 'at', restoring)]
      if (key !== undefined && id !== undefined && at !== undefined)
        this.#leads.set(key, { id: id as DeploymentId, at })
    }
  }
}
