/** An answer that is pulled: a sink on the one side, events on the other. */
import type { Delivery } from '../domain/delivery.ts'
import type { StreamEvent } from '../domain/stream-event.ts'
import type { Call } from '../ports/gateway.ts'
import type { Ending, Flow, Served, Sink } from '../ports/sink.ts'

/** Events that wait to be taken; past it the upstream is asked to pause. */
const mostWaiting = 256

/** Keeps events until they are taken. */
class Waiting implements Sink {
  readonly #events: StreamEvent[] = []
  #flow: Flow | undefined
  #isPaused = false
  #isOver = false
  #wake: (() => void) | undefined

  begin(_served: Served, flow: Flow): void {
    this.#flow = flow
  }

  deliver(delivery: Delivery): boolean {
    this.#events.push(...(delivery.events ?? []))
    this.#wake?.()
    this.#isPaused = this.#events.length > mostWaiting
    return !this.#isPaused
  }

  end({ failure }: Ending): void {
    if (failure !== undefined) this.#events.push({ type: 'response-failed', failure })
    this.#isOver = true
    this.#wake?.()
  }

  /** The events so far; an empty list once there will be none any more. */
  async take(): Promise<readonly StreamEvent[]> {
    while (this.#events.length === 0) {
      if (this.#isOver) return []
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    const taken = this.#events.splice(0)
    if (this.#isPaused) {
      this.#isPaused = false
      this.#flow?.resume()
    }
    return taken
  }
}

/** Runs a call and gives its events. Whoever stops taking them, or aborts, stops the upstream. */
export async function* iterate(
  begin: (sink: Sink) => Call,
  signal: AbortSignal | undefined,
): AsyncGenerator<StreamEvent, void, undefined> {
  const waiting = new Waiting()
  const call = begin(waiting)
  const abort = (): void => call.abort()
  if (signal?.aborted === true) abort()
  signal?.addEventListener('abort', abort, { once: true })
  try {
    for (;;) {
      const events = await waiting.take()
      if (events.length === 0) return
      yield* events
    }
  } finally {
    signal?.removeEventListener('abort', abort)
    call.abort()
  }
}
