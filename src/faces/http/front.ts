/** What all endpoints share: the gateway behind them, who may come in, and whether the house is closing. */
import type { Duplex } from 'node:stream'
import type { ServerConfig } from '../../config/settings.ts'
import type { Failure } from '../../domain/failure.ts'
import { millis } from '../../domain/units.ts'
import type { Millis } from '../../domain/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Gateway } from '../../ports/gateway.ts'
import type { PartHealth } from '../../ports/part-health.ts'
import type { Keyring } from './authenticate.ts'
import type { Http2Door } from './http2.ts'
import type { KeptItems } from './kept-items.ts'
import type { Visit } from './visit.ts'

/** Times and sizes that keep one client from holding what all need. */
export interface Limits {
  /** Until the head of a request is whole. */
  readonly head: Millis
  /** Until its body is whole. */
  readonly body: Millis
  /** In each such time a body must bring `least` bytes. */
  readonly window: Millis
  readonly least: number
  /** How long a client may leave what was written to it unread. */
  readonly stall: Millis
  /** Silence in a stream after which a comment keeps the connection open. */
  readonly quiet: Millis
  /** How long an idle connection is kept. */
  readonly keepAlive: Millis
  /** How long a refused client may go on sending, so that it comes to read why. */
  readonly linger: Millis
  /** How often node looks for connections that are too slow. */
  readonly checkEvery: Millis
  /** Bytes of bodies that are not whole yet, over all requests. */
  readonly buffered: number
}

export const standardLimits: Limits = {
  head: millis(20_000),
  body: millis(300_000),
  window: millis(15_000),
  least: 1024,
  stall: millis(120_000),
  quiet: millis(15_000),
  keepAlive: millis(75_000),
  linger: millis(3_000),
  checkEvery: millis(2_000),
  buffered: 512 * 1024 * 1024,
}

/** A request being read, or an answer under way, that can be ended from outside. */
export interface Ongoing {
  /** Where it stands among all that is under way; the roll's own to write. */
  place: number
  /** Ends it at once: an error where nothing was sent yet, else a typed error frame. */
  cut(failure: Failure): void
}

/**
 * All that is under way. No Set: one that is added to and taken from all the time is copied again and again, and each of
 * its old tables keeps alive whoever stood in it, which cost as much memory as the requests themselves.
 */
export class Roll {
  readonly #places: (Ongoing | undefined)[] = []
  readonly #free: number[] = []

  get size(): number {
    return this.#places.length - this.#free.length
  }

  add(one: Ongoing): void {
    one.place = this.#free.pop() ?? this.#places.length
    this.#places[one.place] = one
  }

  /** Who does not stand here is not missed. */
  delete(one: Ongoing): void {
    if (this.#places[one.place] !== one) return
    this.#places[one.place] = undefined
    this.#free.push(one.place)
  }

  all(): readonly Ongoing[] {
    return this.#places.filter(one => one !== undefined)
  }
}

/** Told what no client may see: errors that nobody foresaw. */
export type Alarm = (message: string, error: unknown) => void

/** Shared by all endpoints; settings and keyring are exchanged as a whole when the configuration changes. */
export interface Front {
  readonly gateway: Gateway
  readonly clock: Clock
  readonly limits: Limits
  settings: ServerConfig
  keyring: Keyring
  isDraining: boolean
  /** Bytes of bodies that are not whole yet. */
  buffered: number
  /** What is being read or answered. */
  readonly ongoing: Roll
  /** Called while draining when nothing is ongoing any more. */
  onIdle?: () => void
  readonly sockets: Set<Duplex>
  /** Those of them on which conversations are held. */
  readonly lines: Set<Duplex>
  /** What speaks HTTP/2. */
  second?: Http2Door
  /** Items that clients may name instead of sending them again. */
  readonly items: KeptItems
  /** The newest request of each connection. */
  readonly visits: WeakMap<Duplex, Visit>
  readonly metrics?: () => string
  readonly isReady?: () => Readiness
  readonly alarm: Alarm
}

/** May traffic be sent here, and if not, why. */
export interface Readiness {
  readonly ready: boolean
  readonly why?: string
  /** Those that do not work as they should. */
  readonly parts?: readonly PartHealth[]
}

/** This one is over. */
export const leave = (front: Front, one: Ongoing): void => {
  front.ongoing.delete(one)
  if (front.isDraining && front.ongoing.size === 0) front.onIdle?.()
}
