/** Attempts under way, so that each end finds its start. */
import type { DeploymentId, RequestId } from '../domain/ids.ts'
import type { Operation } from '../domain/operation.ts'
import type { Instant, Millis } from '../domain/units.ts'

export interface Flight {
  readonly deployment: DeploymentId
  readonly startedAt: Instant
  readonly isProbe: boolean
  /** Its first content was told. */
  hasSpoken?: boolean
  /** Tokens that it is expected to take. */
  readonly tokens: number
}

/** What is known of a request since it was decided. */
export interface Purpose {
  readonly pool?: string | undefined
  /** Who it is for. */
  readonly tenant?: string | undefined
  /** How long it is, estimated. */
  readonly inputTokens?: number
  readonly operation?: Operation
  readonly streamed?: boolean
  /** Tokens that each attempt of the request is expected to take. */
  readonly tokens: number
}
const unknown: Purpose = { tokens: 0 }

interface Journey {
  readonly since: Instant
  purpose: Purpose
  /** It was asked of several candidates at once. */
  isExtra: boolean
  readonly flights: Flight[]
}

/** More requests than one process can have under way; past it the oldest is given up, so that memory stays bounded. */
const mostRequests = 65_536

/** So many requests may be entered before the map is made anew, and always as many as it holds. */
const leastEntered = 32

export class Flights {
  #journeys = new Map<RequestId, Journey>()
  #entered = 0
  readonly #longest: Millis
  readonly #lost: (flight: Flight) => void

  /** `lost` is told of each attempt that is given up: its request was settled, or `longest` has passed, and no end came. */
  constructor(longest: Millis, lost: (flight: Flight) => void) {
    this.#longest = longest
    this.#lost = lost
  }

  get requests(): number {
    return this.#journeys.size
  }

  #journey(request: RequestId, at: Instant): Journey {
    let journey = this.#journeys.get(request)
    if (journey === undefined) {
      this.sweep(at)
      this.#renew()
      this.#journeys.set(request, (journey = { since: at, purpose: unknown, isExtra: false, flights: [] }))
    }
    return journey
  }

  /**
   * A map that is added to and taken from all the time is copied again and again, and each of its old tables keeps the
   * next one alive, with all that stood there. A new map now and then lets them go while they are young.
   */
  #renew(): void {
    this.#entered += 1
    if (this.#entered <= Math.max(leastEntered, this.#journeys.size)) return
    this.#entered = 0
    this.#journeys = new Map(this.#journeys)
  }

  /** The request was decided. */
  expect(request: RequestId, purpose: Purpose, at: Instant): void {
    this.#journey(request, at).purpose = purpose
  }

  purpose(request: RequestId): Purpose {
    return this.#journeys.get(request)?.purpose ?? unknown
  }

  /** It is asked of several candidates at once; true the first time. */
  double(request: RequestId): boolean {
    const journey = this.#journeys.get(request)
    if (journey === undefined || journey.isExtra) return false
    journey.isExtra = true
    return true
  }

  isDouble(request: RequestId): boolean {
    return this.#journeys.get(request)?.isExtra ?? false
  }

  start(request: RequestId, flight: Flight): void {
    this.#journey(request, flight.startedAt).flights.push(flight)
  }

  /** The first content of this attempt was told; of several at one deployment, of the oldest that had none. */
  speaks(request: RequestId, deployment: DeploymentId): void {
    const flights = this.#journeys.get(request)?.flights
    const flight = flights?.find(one => one.deployment === deployment && one.hasSpoken !== true)
    if (flight !== undefined) flight.hasSpoken = true
  }

  /** The start of an attempt that ended; of several at one deployment the oldest. Undefined if it is not known. */
  end(request: RequestId, deployment: DeploymentId): Flight | undefined {
    const journey = this.#journeys.get(request)
    if (journey === undefined) return undefined
    const place = journey.flights.findIndex(flight => flight.deployment === deployment)
    const flight = place === -1 ? undefined : journey.flights.splice(place, 1)[0]
    // Nobody will settle it again: it is of a copy that is asked after the request was settled.
    if (journey.purpose === unknown && journey.flights.length === 0) this.#journeys.delete(request)
    return flight
  }

  /** The request is over; what has not ended by now will not be waited for. */
  settle(request: RequestId): void {
    const journey = this.#journeys.get(request)
    if (journey === undefined) return
    this.#journeys.delete(request)
    for (const flight of journey.flights) this.#lost(flight)
  }

  /** Gives up what is too old. */
  sweep(now: Instant): void {
    for (const [request, { since }] of this.#journeys) {
      if (now - since < this.#longest && this.#journeys.size < mostRequests) return
      this.settle(request)
    }
  }
}
