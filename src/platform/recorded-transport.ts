/** A network made of data: plays recorded answers by the given clock, fails as told, and remembers what was sent. For tests. */
import { millis } from '../domain/units.ts'
import type { Instant, Millis } from '../domain/units.ts'
import type { Clock } from '../ports/clock.ts'
import type { Exchange, Transport, WireError, WireHead, WireListener, WireRequest } from '../ports/transport.ts'

/** One moment of an exchange. */
export type WireStep =
  | { readonly wait: number }
  | { readonly head: WireHead }
  | { readonly data: string | Uint8Array }
  | { readonly error: WireError }
  | 'end'

/** What happens in one exchange, in order. If it has neither end nor error, the exchange never ends. */
export type WireScript = readonly WireStep[]

/** Chooses the script for a request; `turn` counts from 0. */
export type AnswerWith = (request: WireRequest, turn: number) => WireScript

/** An exchange, as it was sent and as far as it came. */
export interface SentExchange {
  readonly request: WireRequest
  readonly connectWithin: Millis
  readonly at: Instant
  /** The body parsed as JSON; throws if it is none. */
  json(): unknown
  /** The value of a header; undefined if it was not sent. */
  header(name: string): string | undefined
  /** `stopped`: by whoever sent it. */
  state(): 'open' | 'ended' | 'failed' | 'stopped'
}

export interface RecordedTransport extends Transport {
  /** Everything that was sent, in order. */
  readonly sent: readonly SentExchange[]
}

/** A whole answer. An object is sent as JSON. */
export const answerWith = (
  body: string | Uint8Array | object,
  { status = 200, headers = {} }: { readonly status?: number; readonly headers?: WireHead['headers'] } = {},
): WireScript => {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array
  return [
    { head: { status, headers: { 'content-type': 'application/json', ...headers } } },
    { data: isRaw ? body : JSON.stringify(body) },
    'end',
  ]
}

/** A streamed answer, piece by piece, with so many milliseconds before each. */
export const streamWith = (
  pieces: readonly (string | Uint8Array)[],
  { every = 0, headers = {} }: { readonly every?: number; readonly headers?: WireHead['headers'] } = {},
): WireScript => [
  { head: { status: 200, headers: { 'content-type': 'text/event-stream', ...headers } } },
  ...pieces.flatMap((data): WireScript => (every > 0 ? [{ wait: every }, { data }] : [{ data }])),
  'end',
]

/** No answer at all: nobody is there, or the connection breaks. */
export const failWith = (kind: WireError['kind'], message = `recorded: ${kind}`): WireScript => [
  { error: { kind, message } },
]

/** Nothing was written, since no connection came about. */
const isUnreachable = (step: WireStep | undefined): boolean =>
  step !== undefined && step !== 'end' && 'error' in step && ['connect', 'connect-timeout'].includes(step.error.kind)

/** One exchange while it is played. */
class Playing implements Exchange, SentExchange {
  readonly request: WireRequest
  readonly connectWithin: Millis
  readonly at: Instant
  readonly #clock: Clock
  readonly #listener: WireListener
  readonly #steps: WireStep[]
  #state: ReturnType<SentExchange['state']> = 'open'
  #isPaused = false
  #takeBack: (() => void) | undefined

  constructor(
    sent: Pick<SentExchange, 'request' | 'connectWithin'>,
    script: WireScript,
    to: WireListener,
    clock: Clock,
  ) {
    this.request = sent.request
    this.connectWithin = sent.connectWithin
    this.at = clock.now()
    this.#clock = clock
    this.#listener = to
    this.#steps = [...script]
    queueMicrotask(() => {
      if (this.#state === 'open' && !isUnreachable(this.#steps[0])) this.#listener.sent?.()
      this.#play()
    })
  }

  #play(): void {
    while (this.#state === 'open' && !this.#isPaused && this.#takeBack === undefined) {
      const step = this.#steps.shift()
      if (step === undefined) return
      this.#do(step)
    }
  }

  #do(step: WireStep): void {
    if (step === 'end') {
      this.#state = 'ended'
      this.#listener.end()
    } else if ('wait' in step) {
      this.#takeBack = this.#clock.after(millis(step.wait), () => {
        this.#takeBack = undefined
        this.#play()
      })
    } else if ('head' in step) this.#listener.head(step.head)
    else if ('data' in step) {
      this.#listener.data(typeof step.data === 'string' ? Buffer.from(step.data) : step.data)
    } else {
      this.#state = 'failed'
      this.#listener.error(step.error)
    }
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    queueMicrotask(() => this.#play())
  }

  stop(): void {
    if (this.#state !== 'open') return
    this.#state = 'stopped'
    this.#takeBack?.()
  }

  state(): ReturnType<SentExchange['state']> {
    return this.#state
  }

  json(): unknown {
    const { body } = this.request
    if (typeof body !== 'string' && !(body instanceof Uint8Array)) throw new Error('recorded: the body comes in pieces')
    return JSON.parse(Buffer.from(body).toString())
  }

  header(name: string): string | undefined {
    const { headers } = this.request
    const place = headers.findIndex((one, at) => at % 2 === 0 && one === name)
    return place === -1 ? undefined : headers[place + 1]
  }
}

const scriptOf = (answers: AnswerWith | readonly WireScript[], request: WireRequest, turn: number): WireScript => {
  if (typeof answers === 'function') return answers(request, turn)
  const script = answers[turn]
  return script ?? failWith('connect', `recorded: ${answers.length} answers, and this is request ${turn + 1}`)
}

/** Plays the scripts in order, one for each request, or those that a function chooses. */
export const recordedTransport = (
  answers: AnswerWith | readonly WireScript[],
  { clock }: { readonly clock: Clock },
): RecordedTransport => {
  const sent: Playing[] = []
  return {
    sent,
    send(request, listener, connectWithin) {
      const script = scriptOf(answers, request, sent.length)
      const playing = new Playing({ request, connectWithin }, script, listener, clock)
      sent.push(playing)
      return playing
    },
  }
}
