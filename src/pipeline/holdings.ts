/** What one request holds of all limits: reserved before each attempt is sent, settled by what it came to. */
import type { Held } from '../dispatch/hands.ts'
import type { Failure } from '../domain/failure.ts'
import type { Balance, RateStanding } from '../domain/limit.ts'
import type { Attempt } from '../domain/outcome.ts'
import { microUsd } from '../domain/units.ts'
import type { Tokens } from '../domain/units.ts'
import type { Grant } from '../ports/meters.ts'
import { attemptStakes, requestStakes, subjectsOf, usedOf } from '../accounting/claims.ts'
import type { Stake } from '../accounting/claims.ts'
import { crossings } from './crossings.ts'
import type { Errand } from './errand.ts'
import type { House } from './house.ts'
import { Prospect, unpriced } from './prospect.ts'
import type { Lack } from './prospect.ts'
import { ratesOf } from './rate-standing.ts'
import { shortage } from './shortage.ts'

/** The parts of the house that count. */
export type Counting = Pick<House, 'telemetry'> & Required<Pick<House, 'meters' | 'limits'>>

/** What something came to: millionths of a dollar, and tokens. */
export interface CameTo {
  readonly usd: number
  readonly input: number
  readonly output: number
}

/** What is held under one name until it is settled. */
interface Holding {
  readonly id: string
  readonly stakes: readonly Stake[]
  state: 'asked' | 'held' | 'over'
}

/** As nothing was asked. */
export const nothing: CameTo = { usd: 0, input: 0, output: 0 }
const all: Held = { ok: true }
const granted: Grant = { granted: true, balances: [] }

/** The limits without room, with where they stand. */
const lacksOf = ({ stakes }: Holding, grant: Grant): readonly Lack[] => {
  if (grant.granted || 'unavailable' in grant) return []
  return grant.short.flatMap(place => {
    const [stake, balance] = [stakes[place], grant.balances[place]]
    return stake === undefined || balance === undefined ? [] : [{ stake, balance }]
  })
}

const isHard = ({ claim }: Stake): boolean => Number.isFinite(claim.cap)

/** One request's. */
export class Holdings {
  readonly #errand: Errand
  readonly #counting: Counting
  readonly #prospect: Prospect
  readonly #name: string
  readonly #isBeside: boolean
  readonly #subjects: ReturnType<typeof subjectsOf>
  /** All that was asked for by one attempt: more than one thing where it was asked for less, or for another turn. */
  readonly #attempts = new Map<number, Holding[]>()
  #request: Holding | undefined
  #admission: Grant | Promise<Grant> = granted
  #isClosed = false
  #rates: readonly RateStanding[] = []

  /** What comes beside a request, as its shadows and judges, is none of so many requests itself. */
  constructor(errand: Errand, counting: Counting, beside?: string) {
    this.#errand = errand
    this.#name = beside === undefined ? errand.request.id : `${errand.request.id}:${beside}`
    this.#isBeside = beside !== undefined
    this.#counting = counting
    this.#prospect = new Prospect(errand)
    this.#subjects = subjectsOf(errand.request, errand.route.pool, counting.limits)
  }

  /** The request as a whole has no room: nobody else needs to be asked. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** What is left of rate limits, as it was told last. */
  get rates(): readonly RateStanding[] {
    return this.#rates
  }

  /** Before an attempt is sent. */
  reserve(attempt: Attempt): Held | Promise<Held> {
    // Both are asked for together, so that a store on another machine is asked once.
    const whole = this.#admit()
    const holding = this.#open(attempt, undefined)
    if (holding === undefined) return { ok: false, failure: unpriced(attempt.candidate) }
    const own = this.#ask(holding)
    if (!(whole instanceof Promise) && !(own instanceof Promise)) return this.#answered(attempt, holding, [whole, own])
    return Promise.all([whole, own]).then(grants => this.#answered(attempt, holding, grants))
  }

  /** What the request as a whole needs is asked for once. */
  #admit(): Grant | Promise<Grant> {
    if (this.#request !== undefined || this.#isBeside) return this.#admission
    const { meters, limits } = this.#counting
    const stakes = requestStakes(this.#subjects, limits, meters.now())
    this.#request = { id: this.#name, stakes, state: 'asked' }
    this.#admission = this.#ask(this.#request)
    return this.#admission
  }

  /** Undefined where money is limited and no price is known. */
  #open(attempt: Attempt, maxOutput: Tokens | undefined): Holding | undefined {
    const { meters, limits } = this.#counting
    const { usd, ...others } = this.#prospect.amounts(attempt, maxOutput)
    const amounts = { ...others, usd: usd ?? microUsd(0) }
    const stakes = attemptStakes(this.#subjects, attempt.candidate, { book: limits, amounts, now: meters.now() })
    if (usd === undefined && stakes.some(one => one.limit.measure === 'usd' && isHard(one))) return undefined
    const before = this.#attempts.get(attempt.index) ?? []
    const id = `${this.#name}/${attempt.index}.${before.length}`
    const holding: Holding = { id, stakes, state: 'asked' }
    this.#attempts.set(attempt.index, [...before, holding])
    return holding
  }

  #ask({ id, stakes }: Holding): Grant | Promise<Grant> {
    if (stakes.length === 0) return granted
    return this.#counting.meters.reserve({ id, claims: stakes.map(({ claim }) => claim) })
  }

  #answered(attempt: Attempt, holding: Holding, [whole, own]: readonly [Grant, Grant]): Held | Promise<Held> {
    const refused = this.#request === undefined ? undefined : this.#take(this.#request, whole)
    const lacking = this.#take(holding, own, attempt)
    if (refused !== undefined) {
      this.#isClosed = true
      this.#over(holding, nothing)
      return { ok: false, failure: refused }
    }
    if (lacking === undefined) return all
    return this.#shorter(attempt, lacksOf(holding, own)) ?? { ok: false, failure: lacking }
  }

  /** Counts as held what is granted; else tells why it is not. */
  #take(holding: Holding, grant: Grant, attempt?: Attempt): Failure | undefined {
    if (holding.state === 'held') return undefined
    if ('unavailable' in grant) {
      if (holding.stakes.some(isHard)) return { kind: 'limits-unknown', message: grant.unavailable }
      // What only counts is settled all the same.
      return this.#hold(holding, [])
    }
    this.#rates = ratesOf(this.#rates, holding.stakes, grant.balances)
    if (grant.granted) return this.#hold(holding, grant.balances)
    const [first, ...others] = lacksOf(holding, grant)
    if (first === undefined) return { kind: 'internal', message: 'the store of limits refused without saying which' }
    this.#tellRefused([first, ...others], attempt)
    return shortage([first, ...others], this.#counting.meters.now(), attempt?.candidate)
  }

  #hold(holding: Holding, balances: readonly Balance[]): undefined {
    const { telemetry, meters } = this.#counting
    for (const crossed of crossings(holding.stakes, balances)) {
      telemetry({ type: 'limit-crossed', at: meters.now(), request: this.#errand.request.id, ...crossed })
    }
    const isLate = holding.state === 'over'
    holding.state = 'held'
    // It was over while this was waited for.
    if (isLate) this.#over(holding, nothing)
    return undefined
  }

  #tellRefused(lacks: readonly Lack[], attempt: Attempt | undefined): void {
    const { telemetry, meters } = this.#counting
    const { id, caller } = this.#errand.request
    for (const { stake, balance } of lacks) {
      telemetry({
        type: 'limit-refused',
        at: meters.now(),
        request: id,
        caller,
        limit: stake.limit,
        balance,
        needed: stake.claim.amount,
        ...(attempt !== undefined && { candidate: attempt.candidate }),
      })
    }
  }

  /** Where the client leaves the length of the answer open, it gets what there is room for; undefined where that is too little. */
  #shorter(attempt: Attempt, lacks: readonly Lack[]): Held | Promise<Held> | undefined {
    const maxOutput = lacks.length === 0 ? undefined : this.#prospect.roomFor(attempt, lacks)
    const holding = maxOutput === undefined ? undefined : this.#open(attempt, maxOutput)
    if (maxOutput === undefined || holding === undefined) return undefined
    const held = (grant: Grant): Held => {
      const failure = this.#take(holding, grant, attempt)
      return failure === undefined ? { ok: true, maxOutput } : { ok: false, failure }
    }
    const grant = this.#ask(holding)
    return grant instanceof Promise ? grant.then(held) : held(grant)
  }

  /** A turn of a conversation is over, which came to so much until now: another one is held, or the conversation is stopped. */
  turned(attempt: Attempt, came: CameTo, stop: (failure: Failure) => void): void {
    const before = this.#attempts.get(attempt.index) ?? []
    const [first] = before
    const isCovered = first?.stakes.every(
      stake => usedOf(stake, came) + stake.claim.amount <= before.length * stake.claim.amount,
    )
    if (isCovered !== false) return
    const holding = this.#open(attempt, undefined)
    if (holding === undefined) return
    const heard = (grant: Grant): void => {
      const failure = this.#take(holding, grant, attempt)
      if (failure !== undefined) stop(failure)
    }
    const grant = this.#ask(holding)
    if (grant instanceof Promise) void grant.then(heard)
    else heard(grant)
  }

  /** An attempt is over. */
  settle(attempt: Attempt, came: CameTo): void {
    let left = came
    for (const holding of this.#attempts.get(attempt.index) ?? []) {
      const isHeld = holding.state === 'held'
      this.#over(holding, left)
      // What it came to is counted once, however often more was held.
      if (isHeld) left = nothing
    }
  }

  /** The request is over. */
  end(): void {
    if (this.#request !== undefined) this.#over(this.#request, nothing)
  }

  #over(holding: Holding, came: CameTo): void {
    const isHeld = holding.state === 'held'
    holding.state = 'over'
    if (!isHeld || holding.stakes.length === 0) return
    this.#counting.meters.settle({
      id: holding.id,
      claims: holding.stakes.map(({ claim }) => claim),
      used: holding.stakes.map(stake => usedOf(stake, came)),
    })
  }
}

/** What this request, or what comes beside it, will hold; undefined where nothing is counted. */
export const holdingsFor = (errand: Errand, house: House, beside?: string): Holdings | undefined => {
  const { meters, limits, telemetry } = house
  if (meters === undefined || limits === undefined || limits.isEmpty) return undefined
  return new Holdings(errand, { meters, limits, telemetry }, beside)
}
