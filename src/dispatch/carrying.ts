/** How a policy has a request carried: whole before it is shown, as events, as a stream though the client waits; and who judges it. */
import type { RoutingDecision } from '../domain/decision.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { Extensions } from '../domain/message.ts'
import type { ModelRequest } from '../domain/request.ts'
import type { StreamEvent } from '../domain/stream-event.ts'
import type { AnswerCheck } from '../ports/check.ts'
import { examine } from './examine.ts'
import type { Examine } from './examine.ts'
import type { Hands } from './hands.ts'
import type { Held, HeldUntil } from './hold.ts'
import { isSpliceable, Splice } from './splice.ts'

/** Members of an answer in which dialects tell log probabilities. */
const probabilities: ReadonlySet<string> = new Set(['logprobs', 'logprobsResult', 'avgLogprobs'])
const withoutIn = (extensions: Extensions): Extensions =>
  Object.fromEntries(
    Object.entries(extensions).map(([dialect, own]) => [
      dialect,
      Object.fromEntries(Object.entries(own).filter(([name]) => !probabilities.has(name))),
    ]),
  )
const withoutProbabilities = (event: StreamEvent): StreamEvent =>
  'extensions' in event && event.extensions !== undefined
    ? { ...event, extensions: withoutIn(event.extensions) }
    : event

/** One request, carried as its policy says. */
export class Carrying {
  readonly #request: ModelRequest
  readonly #checks: readonly AnswerCheck[]
  readonly #judge: Hands['judge']
  readonly #decision: RoutingDecision
  /** Log probabilities are asked for though the client did not. */
  readonly #isUnasked: boolean
  readonly splice: Splice | undefined

  constructor(decision: RoutingDecision, { request, checks = [], judge }: Hands) {
    // Whoever answers later, when he is asked again, says nothing now that could be judged.
    const isLater = request.memory?.refersBy.includes('background') === true
    const chat = request.operation === 'chat' && !isLater ? request : undefined
    this.#request = request
    this.#decision = decision
    this.#checks = chat === undefined ? [] : checks.filter(check => check.applies(chat))
    this.#judge = chat === undefined ? undefined : judge
    this.#isUnasked = chat?.logprobs === undefined && this.#checks.some(({ name }) => name === 'confidence')
    this.splice = decision.midStream === 'continue' && isSpliceable(request) ? new Splice(request) : undefined
  }

  get #isJudged(): boolean {
    return this.#checks.length > 0 || this.#judge !== undefined
  }

  /** The client waits for the whole, so that a broken stream can begin anew with somebody else. */
  get #restarts(): boolean {
    const { operation, stream, memory } = this.#request
    const isFree = memory === undefined || memory.refersBy.length === 0
    return operation === 'chat' && !stream && isFree && this.#decision.midStream === 'restart'
  }

  /** Until when an answer is kept back. Whoever waits for the whole is shown nothing before, even of a provider that streams unasked. */
  get holdsUntil(): HeldUntil {
    const { operation, stream } = this.#request
    if (operation === 'chat' && !stream) return 'whole'
    return this.#isJudged ? 'end' : 'content'
  }

  /** The request as this candidate is asked for it. */
  requestFor(candidate: Candidate): ModelRequest {
    const request = this.#request
    if (request.operation !== 'chat') return request
    const isSeen = this.#isJudged || this.splice !== undefined || this.#decision.fallbackOn.includes('guardrail')
    if (!isSeen && !this.#restarts) return request
    return {
      ...request,
      asEvents: true,
      ...(this.#restarts && { stream: true, streamUsage: true }),
      ...(this.#isAskedUnasked(candidate) && { logprobs: 0 }),
    }
  }

  #isAskedUnasked({ accepts }: Candidate): boolean {
    return this.#isUnasked && accepts.includes('logprobs')
  }

  /** Who judges what is held, once it is whole; undefined if nobody does. */
  examine(held: Held): Examine | undefined {
    const request = this.#request
    if (request.operation !== 'chat' || !this.#isJudged) return undefined
    return examine({ request, checks: this.#checks, judge: this.#judge, held })
  }

  /** What the client is shown of it: not what was only asked for to judge by it. */
  shown(delivery: Delivery): Delivery {
    if (!this.#isUnasked || delivery.events === undefined) return delivery
    return { ...delivery, events: delivery.events.map(withoutProbabilities) }
  }
}
