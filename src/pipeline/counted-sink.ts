/** A sink whose end is counted, so that it is known how many requests are under way. */
import type { Delivery } from '../domain/delivery.ts'
import type { Ending, Sink } from '../ports/sink.ts'

/** Where one request's answer goes; its end takes it from the count. */
export class CountedSink implements Sink {
  readonly #sink: Sink
  readonly #count: { underWay: number }

  constructor(sink: Sink, count: { underWay: number }) {
    this.#sink = sink
    this.#count = count
  }

  begin(...told: Parameters<Sink['begin']>): void {
    this.#sink.begin(...told)
  }

  deliver(delivery: Delivery): boolean {
    return this.#sink.deliver(delivery)
  }

  opened(): void {
    this.#sink.opened?.()
  }

  drained(): void {
    this.#sink.drained?.()
  }

  end(ending: Ending): void {
    this.#count.underWay -= 1
    this.#sink.end(ending)
  }
}
