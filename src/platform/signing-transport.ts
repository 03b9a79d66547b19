/** A transport that signs what asks for it, just before it is sent. */
import type { Instant, Millis } from '../domain/units.ts'
import type { Clock } from '../ports/clock.ts'
import type { Exchange, Signing, Transport, WireHead, WireListener, WireRequest } from '../ports/transport.ts'
import { awsSigner } from './sign-aws.ts'

/** Signatures that are five minutes off are refused; a difference well below that does no harm. */
const tolerableSkew = 4 * 60_000

/** Whose clock runs how far ahead of ours, in milliseconds, by host: a machine whose clock is wrong is still let in. */
class Skews {
  readonly #ahead = new Map<string, number>()

  now(host: string, now: Instant): Instant {
    return (now + (this.#ahead.get(host) ?? 0)) as Instant
  }

  learn(host: string, { headers }: WireHead, now: Instant): void {
    const told = Date.parse(String(headers['date']))
    if (Number.isNaN(told)) return
    if (Math.abs(told - now) > tolerableSkew) this.#ahead.set(host, told - now)
    else this.#ahead.delete(host)
  }
}

/** An exchange that can be held back or stopped before its request is signed. */
class Awaited implements Exchange {
  #exchange: Exchange | undefined
  #isPaused = false
  isStopped = false

  begun(exchange: Exchange): void {
    this.#exchange = exchange
    if (this.#isPaused) exchange.pause()
  }

  pause(): void {
    this.#isPaused = true
    this.#exchange?.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#exchange?.resume()
  }

  stop(): void {
    this.isStopped = true
    this.#exchange?.stop()
  }
}

/** Passes on to `inner`, at once what needs no signature, and signed what does. */
export const signingTransport = (inner: Transport, { clock }: { readonly clock: Clock }): Transport => {
  const sign = awsSigner()
  const skews = new Skews()

  const sendSigned = (
    request: WireRequest & { readonly signing: Signing },
    to: WireListener,
    connectWithin: Millis,
  ) => {
    const awaited = new Awaited()
    const { host } = new URL(request.url)
    const listener: WireListener = {
      sent: () => to.sent?.(),
      head(head) {
        skews.learn(host, head, clock.now())
        to.head(head)
      },
      data: chunk => to.data(chunk),
      end: () => to.end(),
      error: error => to.error(error),
    }
    void sign(request, request.signing, skews.now(host, clock.now())).then(
      signed => {
        if (!awaited.isStopped) awaited.begun(inner.send(signed, listener, connectWithin))
      },
      (error: unknown) => {
        if (awaited.isStopped) return
        const why = error instanceof Error ? error.message : String(error)
        to.error({ kind: 'unsigned', message: `the request to ${host} could not be signed: ${why}` })
      },
    )
    return awaited
  }

  return {
    send(request, listener, connectWithin) {
      const { signing } = request
      // What is wrong with an address is the inner transport's to say.
      const isPlain = signing === undefined || !URL.canParse(request.url)
      return isPlain
        ? inner.send(request, listener, connectWithin)
        : sendSigned({ ...request, signing }, listener, connectWithin)
    },
  }
}
