/** Writes the answer to an operation beyond chat: one body in the client's format, or bytes as they come. */
import { serverSentEvents } from '../../dialects/framing.ts'
import { withCost } from '../../dialects/tell-cost.ts'
import type { Delivery } from '../../domain/delivery.ts'
import type { Failure } from '../../domain/failure.ts'
import type { OperationAnswer, OperationBody } from '../../domain/operation.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Call } from '../../ports/gateway.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import type { Ending, Flow, Served, Sink } from '../../ports/sink.ts'
import { answerHeaders } from './answer-headers.ts'
import type { Front } from './front.ts'
import { Outgoing } from './outgoing.ts'
import type { Maker } from './outgoing.ts'
import { breakOff, refuse, send } from './reply.ts'
import type { Visit } from './visit.ts'

/** What the client asked for, as far as writing the answer depends on it. */
export interface WantedOperation {
  readonly dialect: OperationDialect
  readonly body: OperationBody
  /** Losses that the face itself caused. */
  readonly losses: readonly Loss[]
  readonly sampled: boolean
  /** Told once, when nothing of the request is needed any more. */
  readonly done?: () => void
}

const endedWithout: Failure = { kind: 'internal', message: 'the answer ended without anything in it' }
const json = 'application/json'

export class OperationSink implements Sink, Maker {
  readonly #front: Front
  readonly #visit: Visit
  readonly #wanted: WantedOperation
  readonly #outgoing: Outgoing
  #call: Call | undefined
  #served: Served | undefined
  #answer: OperationAnswer | undefined
  #pieces: Uint8Array[] = []
  #mediaType: string | undefined

  constructor(front: Front, visit: Visit, wanted: WantedOperation) {
    this.#front = front
    this.#visit = visit
    this.#wanted = wanted
    this.#outgoing = new Outgoing(front, visit, this)
  }

  /** The call whose answer this is; told before any of it comes. */
  bind(call: Call): void {
    this.#call = call
    this.#visit.id = call.id
  }

  begin(served: Served, flow: Flow): void {
    this.#served = served
    this.#outgoing.flow = flow
  }

  deliver({ answer, bytes: given, mediaType, cost }: Delivery): boolean {
    if (this.#outgoing.isOver) return true
    const isPriced = given !== undefined && cost !== undefined && cost.source !== 'unpriced'
    const bytes = isPriced ? withCost(given, cost.amount / 1e6) : given
    if (answer !== undefined) this.#answer = answer
    this.#mediaType ??= mediaType
    if (bytes === undefined || bytes.length === 0) return true
    if (this.#mediaType === undefined) {
      this.#pieces.push(bytes)
      return true
    }
    if (!this.#outgoing.isHeadOut) this.#writeHead(this.#mediaType)
    return this.#outgoing.write(bytes)
  }

  end(ending: Ending): void {
    if (!this.#outgoing.isOver) {
      try {
        this.#finish(ending)
      } catch (error) {
        if (!this.#outgoing.isOver) this.#outgoing.close()
        breakOff(this.#front, this.#visit, error)
      }
    }
    this.#outgoing.letGo()
    this.#answer = undefined
    this.#pieces = []
    this.#call = undefined
    this.#wanted.done?.()
  }

  cut(failure: Failure): void {
    this.#outgoing.close()
    if (this.#outgoing.isHeadOut) this.#breakStream(failure)
    else refuse(this.#front, this.#visit, failure)
    this.#call?.abort()
  }

  left(): void {
    this.#call?.abort()
  }

  #finish(ending: Ending): void {
    const isEmpty = !this.#outgoing.isHeadOut && this.#pieces.length === 0 && this.#answer === undefined
    const failure = ending.failure ?? (isEmpty ? endedWithout : undefined)
    this.#outgoing.close()
    if (this.#outgoing.isHeadOut) {
      if (failure === undefined) this.#visit.response.end()
      else this.#breakStream(failure)
    } else if (failure === undefined) this.#sendWhole(ending)
    else refuse(this.#front, this.#visit, failure, this.#headers(ending, []))
  }

  /** Of events a client is told why they end; of sound it can only see that the rest is missing. */
  #breakStream(failure: Failure): void {
    const { response, dialect, id } = this.#visit
    if (this.#mediaType?.startsWith(serverSentEvents.mediaType) !== true) return void response.destroy()
    const { body } = dialect.encodeFailure(failure, id)
    response.end(`event: error\ndata: ${JSON.stringify(body)}\n\n`)
  }

  #writeHead(mediaType: string): void {
    const isEvents = mediaType.startsWith(serverSentEvents.mediaType)
    const { keepAlive } = serverSentEvents
    this.#outgoing.writeHead({
      status: 200,
      headers: [
        'content-type',
        mediaType,
        'cache-control',
        'no-cache',
        'x-accel-buffering',
        'no',
        ...this.#headers({}, []),
      ],
      ...(isEvents && keepAlive !== undefined && { keepAlive }),
    })
  }

  #headers(ending: Partial<Ending>, losses: readonly Loss[]): string[] {
    const { losses: ours, sampled } = this.#wanted
    return answerHeaders({
      call: this.#call,
      served: this.#served,
      ending,
      losses: [...ours, ...losses],
      receivedAt: this.#visit.receivedAt,
      isSampled: sampled,
    })
  }

  #sendWhole(ending: Ending): void {
    const [first] = this.#pieces
    if (first !== undefined) {
      const body = this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces)
      return this.#reply(json, body, this.#headers(ending, []))
    }
    if (this.#answer !== undefined) this.#sendAnswer(this.#answer, ending)
  }

  #sendAnswer(answer: OperationAnswer, ending: Ending): void {
    const { dialect, body } = this.#wanted
    const context = { id: this.#visit.id, model: body.target, now: this.#front.clock.now(), streamUsage: false }
    const events = body.stream ? dialect.encodeEvents?.(answer, body, context) : undefined
    if (events !== undefined) {
      const text = serverSentEvents.join().write(events.value)
      return this.#reply(`${serverSentEvents.mediaType}; charset=utf-8`, text, this.#headers(ending, events.losses))
    }
    const { result } = answer
    if (result.type === 'bytes') return this.#reply(result.mediaType, result.bytes, this.#headers(ending, []))
    const { value, losses } = dialect.encodeAnswer(answer, body, context)
    const headers = this.#headers(ending, losses)
    if (typeof value === 'string') this.#reply('text/plain; charset=utf-8', value, headers)
    else this.#reply(json, JSON.stringify(value), headers)
  }

  #reply(type: string, body: string | Uint8Array, headers: readonly string[]): void {
    send(this.#front, this.#visit, { status: 200, type, body, headers })
  }
}
