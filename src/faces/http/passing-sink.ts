/** Writes an answer as its provider gave it: status, headers and bytes, with ours beside them. */
import type { AnswerHead, Delivery } from '../../domain/delivery.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Call } from '../../ports/gateway.ts'
import type { Ending, Flow, Served, Sink } from '../../ports/sink.ts'
import { answerHeaders } from './answer-headers.ts'
import type { Front } from './front.ts'
import { Outgoing } from './outgoing.ts'
import type { Maker } from './outgoing.ts'
import { breakOff, refuse } from './reply.ts'
import type { Visit } from './visit.ts'

/** As much of a short answer is kept back until its cost is known. */
const shortest = 256 * 1024

export class PassingSink implements Sink, Maker {
  readonly #front: Front
  readonly #visit: Visit
  readonly #sampled: boolean
  readonly #outgoing: Outgoing
  #call: Call | undefined
  #served: Served | undefined
  #head: AnswerHead | undefined
  #waiting: Uint8Array[] = []
  #waitingSize = 0
  #isWhole = false

  constructor(front: Front, visit: Visit, sampled: boolean) {
    this.#front = front
    this.#visit = visit
    this.#sampled = sampled
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

  deliver({ head, bytes, isWhole }: Delivery): boolean {
    if (this.#outgoing.isOver) return true
    if (isWhole === true) this.#isWhole = true
    if (head !== undefined) {
      this.#head = head
      if (!head.mayWait) this.#writeHead({})
    }
    if (bytes === undefined || bytes.length === 0) return true
    if (this.#outgoing.isHeadOut) return this.#outgoing.write(bytes)
    this.#waiting.push(bytes)
    this.#waitingSize += bytes.length
    return this.#waitingSize <= shortest || this.#writeHead({})
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
    this.#waiting = []
    this.#call = undefined
  }

  cut(failure: Failure): void {
    this.#outgoing.close()
    if (this.#outgoing.isHeadOut) this.#visit.response.destroy()
    else refuse(this.#front, this.#visit, failure)
    this.#call?.abort()
  }

  left(): void {
    this.#call?.abort()
  }

  /** What the provider said is the answer, an error too; only what broke off is no answer. */
  #finish(ending: Ending): void {
    const { response } = this.#visit
    if (this.#isWhole && !this.#outgoing.isHeadOut) this.#writeHead(ending)
    this.#outgoing.close()
    if (this.#isWhole) response.end()
    else if (this.#outgoing.isHeadOut) response.destroy()
    else refuse(this.#front, this.#visit, ending.failure ?? endedWithout, this.#headers(ending))
  }

  #headers(ending: Partial<Ending>): string[] {
    const { receivedAt } = this.#visit
    const [call, served, isSampled] = [this.#call, this.#served, this.#sampled]
    return answerHeaders({ call, served, ending, losses: [], receivedAt, isSampled })
  }

  /** The head and what waited for it. False once the client reads more slowly than the answer comes. */
  #writeHead(ending: Partial<Ending>): boolean {
    const { status, headers } = this.#head ?? { status: 200, headers: [] }
    // A client that is not done sending would be cut off by the next request on its connection.
    if (!this.#visit.request.complete) this.#visit.closes = true
    this.#outgoing.writeHead({ status, headers: [...headers, ...this.#headers(ending)], isNamed: isNamed(headers) })
    let goesOn = true
    for (const piece of this.#waiting) goesOn = this.#outgoing.write(piece)
    this.#waiting = []
    return goesOn
  }
}

const endedWithout: Failure = { kind: 'internal', message: 'the answer ended without anything in it' }

/** The provider has its own name for the request, by which it knows it. */
const isNamed = (headers: readonly string[]): boolean =>
  headers.some((name, at) => at % 2 === 0 && (name === 'x-request-id' || name === 'request-id'))
