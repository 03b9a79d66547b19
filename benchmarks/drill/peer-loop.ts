/** The loop around a peer's algorithm: up to three attempts, the next by the algorithm's own order, one deadline for the first token. */
import type { Story } from './journal.ts'
import type { Peer, Result } from './peer.ts'
import type { SimulatedProvider } from './simulated-provider.ts'
import type { Asking } from './traffic.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface LoopOptions {
  readonly clock: VirtualClock
  readonly providers: ReadonlyMap<string, SimulatedProvider>
  readonly peer: Peer
  readonly maxAttempts: number
  /** Milliseconds. */
  readonly firstToken: number
}

/** One request on its way through a peer. */
class Errand {
  readonly #asking: Asking
  readonly #story: Story
  readonly #options: LoopOptions
  readonly #tried = new Set<string>()

  constructor(asking: Asking, story: Story, options: LoopOptions) {
    this.#asking = asking
    this.#story = story
    this.#options = options
  }

  next(last: string): void {
    const { clock, providers, peer, maxAttempts } = this.#options
    const now = clock.elapsed()
    const isSpent = this.#tried.size >= maxAttempts
    const id = isSpent ? undefined : peer.choose({ asking: this.#asking, tried: this.#tried, now })
    const provider = id === undefined ? undefined : providers.get(id)
    if (id === undefined || provider === undefined) return this.#settle(last)
    this.#tried.add(id)
    peer.started?.(id, now)
    this.#call(provider, now)
  }

  #settle(failure: string | undefined): void {
    this.#story.endedAt = this.#options.clock.elapsed()
    if (failure !== undefined) this.#story.failure = failure
  }

  #call(provider: SimulatedProvider, startedAt: number): void {
    const { clock, peer, firstToken } = this.#options
    const { id } = provider.place
    const since = (): number => clock.elapsed() - startedAt
    let heardAfter: number | undefined
    const failed = (why: string, more: Partial<Result>): void => {
      cancelDeadline()
      peer.ended?.(id, { ok: false, now: clock.elapsed(), whole: since(), ...more })
      this.next(why)
    }
    const hangUp = provider.ask(this.#asking, 0, {
      first: () => {
        cancelDeadline()
        heardAfter = since()
        this.#story.by = id
        this.#story.firstAt = clock.elapsed()
        peer.heard?.(id, { ok: true, now: clock.elapsed(), firstToken: heardAfter })
      },
      piece: () => undefined,
      whole: () => {
        this.#settle(undefined)
        peer.ended?.(id, {
          ok: true,
          now: clock.elapsed(),
          whole: since(),
          ...(heardAfter !== undefined && { firstToken: heardAfter }),
        })
      },
      error: (status, headers) => {
        const wait = Number(headers['retry-after-ms'])
        failed(`upstream-${status}`, { status, ...(wait > 0 && { retryAfter: wait }) })
      },
      refused: () => failed('upstream-unreachable', {}),
    })
    const cancelDeadline = clock.after(firstToken, () => {
      hangUp()
      failed('upstream-timeout', { isTimeout: true })
    })
  }
}

/** Asks the peer; the story is filled in as the answer comes. */
export const askPeer = (asking: Asking, story: Story, options: LoopOptions): void =>
  new Errand(asking, story, options).next('no-candidate')
