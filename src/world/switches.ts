/** What can be made to go wrong in the world, for which provider or model, and what that means for one request. */
import { chanceOf } from './chance.ts'

export const failureKinds = [
  '500',
  '503',
  '529',
  '429',
  '401',
  '400-context',
  'html',
  'garbage',
  'empty',
  'hang',
  'reset',
] as const
export type FailureName = (typeof failureKinds)[number]

/** How an answer is cut off: the HTTP answer ends cleanly but too early, the connection is reset, or nothing more comes. */
export const cutKinds = ['close', 'reset', 'stall'] as const
export type CutName = (typeof cutKinds)[number]

/** What a switch is thrown for; neither means everything. */
export interface SwitchTarget {
  readonly provider?: string
  readonly model?: string
}

export interface Cut {
  /** After so many pieces of content of a stream; a whole answer is cut at its middle. */
  readonly afterChunks?: number
  /** After so many bytes of body. */
  readonly afterBytes?: number
  readonly how: CutName
}

export interface Switches {
  /** `rate` is the share of requests that are slow, 1 if absent. */
  readonly latency?: { readonly factor?: number; readonly addMs?: number; readonly rate?: number }
  /** `rate` is the share of requests that fail, 1 if absent; `retryAfter` is in seconds. */
  readonly fail?: { readonly kind: FailureName; readonly rate?: number; readonly retryAfter?: number }
  /** Requests in any 60 seconds. */
  readonly rateLimit?: { readonly rpm: number }
  readonly cut?: Cut
  /** An error inside the stream after so many pieces of content. */
  readonly inbandError?: { readonly afterChunks: number }
  /** Nobody is there: connections are reset, streams that are open too. */
  readonly outage?: boolean
}
export type SwitchName = keyof Switches

/** One target with what is switched for it. */
export interface SwitchRow extends SwitchTarget, Switches {}

/** Switches as asked for: null takes one back. */
export type SwitchChange = { readonly [Name in SwitchName]?: Switches[Name] | null }

export interface Limited {
  readonly rpm: number
  readonly left: number
  /** Seconds until there is room again; 0 if there is. */
  readonly wait: number
}

/** What the switches mean for one request. */
export interface Lot {
  readonly factor: number
  readonly addMs: number
  readonly fail?: NonNullable<Switches['fail']>
  readonly limited?: Limited
  readonly cut?: Cut
  readonly inbandAfter?: number
}

interface Row {
  readonly target: SwitchTarget
  readonly switches: Switches
  /** When the requests of the last minute came. */
  readonly came: number[]
}

const minute = 60_000

const keyOf = ({
  provider,
  model,
}: { readonly [Name in keyof SwitchTarget]: SwitchTarget[Name] | undefined }): string =>
  JSON.stringify([provider ?? null, model ?? null])

/** True if what is switched for the target holds for this model of this provider. */
export const isFor = (target: SwitchTarget, provider: string, model: string | undefined): boolean =>
  (target.provider === undefined || target.provider === provider) &&
  (target.model === undefined || target.model === model)

/** A board of switches. Later rows for the same target replace earlier ones, switch by switch. */
export class Switchboard {
  readonly #rows = new Map<string, Row>()
  readonly #seed: string
  readonly #watchers = new Set<() => void>()

  constructor(seed: string) {
    this.#seed = seed
  }

  /** Throws switches for a target, or takes them back. */
  change({ provider, model }: SwitchTarget, change: SwitchChange): void {
    const key = keyOf({ provider, model })
    const before = this.#rows.get(key)
    const target = { ...(provider !== undefined && { provider }), ...(model !== undefined && { model }) }
    const merged = Object.entries({ ...before?.switches, ...change }).filter(
      ([, value]) => value !== null && value !== undefined,
    )
    if (merged.length === 0) this.#rows.delete(key)
    else this.#rows.set(key, { target, switches: Object.fromEntries(merged), came: before?.came ?? [] })
    this.#tell()
  }

  /** Takes everything back, or everything that was switched for exactly this target. */
  clear(target?: SwitchTarget): void {
    if (target === undefined) this.#rows.clear()
    else this.#rows.delete(keyOf(target))
    this.#tell()
  }

  /** Calls back after every change; the answer ends that. */
  watch(listener: () => void): () => void {
    this.#watchers.add(listener)
    return () => this.#watchers.delete(listener)
  }

  #tell(): void {
    for (const listener of this.#watchers) listener()
  }

  /** True if nobody is there. A request whose model is not known yet only meets a whole provider's outage. */
  isDown(provider: string, model: string | undefined): boolean {
    return [...this.#rows.values()].some(
      ({ target, switches }) => switches.outage === true && isFor(target, provider, model),
    )
  }

  /** What is switched now. */
  rows(): readonly SwitchRow[] {
    return [...this.#rows.values()].map(({ target, switches }) => ({ ...target, ...switches }))
  }

  /** What becomes of the `nth` request for this model. Counts it against the limits. */
  lot(provider: string, model: string, nth: number, now: number): Lot {
    const rows = [...this.#rows.values()].filter(row => isFor(row.target, provider, model)).sort(narrowFirst)
    const chance = chanceOf(`${this.#seed} ${model} ${nth}`)
    const found = <Name extends SwitchName>(name: Name): Switches[Name] =>
      rows.find(({ switches }) => switches[name] !== undefined)?.switches[name]
    // Drawn whether or not anything is switched, so that a switch thrown late does not move the luck of what follows.
    const luck = chance()
    const haste = chance()
    const fail = rows.find(({ switches }) => switches.fail !== undefined && luck < (switches.fail.rate ?? 1))?.switches
      .fail
    const slow = rows.flatMap(({ switches: { latency } }) =>
      latency !== undefined && haste < (latency.rate ?? 1) ? [latency] : [],
    )
    const limited = tightest(rows, now)
    const cut = found('cut')
    const inband = found('inbandError')
    return {
      factor: slow.reduce((product, { factor = 1 }) => product * factor, 1),
      addMs: slow.reduce((sum, { addMs = 0 }) => sum + addMs, 0),
      ...(fail !== undefined && { fail }),
      ...(limited !== undefined && { limited }),
      ...(cut !== undefined && { cut }),
      ...(inband !== undefined && { inbandAfter: inband.afterChunks }),
    }
  }
}

const breadth = ({ target }: Row): number =>
  Number(target.model === undefined) * 2 + Number(target.provider === undefined)
const narrowFirst = (left: Row, right: Row): number => breadth(left) - breadth(right)

/** Counts the request in every window that has room; a request that one window refuses counts in none. */
const tightest = (rows: readonly Row[], now: number): Limited | undefined => {
  const states = rows.flatMap(row => {
    const rpm = row.switches.rateLimit?.rpm
    if (rpm === undefined) return []
    while (row.came[0] !== undefined && row.came[0] <= now - minute) row.came.shift()
    return [{ row, rpm }]
  })
  const full = states.find(({ row, rpm }) => row.came.length >= rpm)
  if (full !== undefined) {
    const oldest = full.row.came[0] ?? now
    return { rpm: full.rpm, left: 0, wait: Math.max(1, Math.ceil((oldest + minute - now) / 1000)) }
  }
  for (const { row } of states) row.came.push(now)
  return states
    .map(({ row, rpm }) => ({ rpm, left: rpm - row.came.length, wait: 0 }))
    .sort((left, right) => left.left - right.left)[0]
}
