/** One piece of an answer on its way to the client: untouched bytes or decoded events, and what the house reads from it. */
import type { Closing, MessageForm } from './conversation.ts'
import type { Candidate } from './deployment.ts'
import type { Failure } from './failure.ts'
import type { OperationAnswer } from './operation.ts'
import type { Cost } from './outcome.ts'
import { isContent, sizeOf } from './stream-event.ts'
import type { FinishReason, StreamEvent, Usage } from './stream-event.ts'

/** Status and headers of an answer that is passed on as the provider gave it. */
export interface AnswerHead {
  readonly status: number
  /** Flat: name, value, … Names in lower case. */
  readonly headers: readonly string[]
  /** It may wait for the whole body, which is short and tells what the request has cost. */
  readonly mayWait: boolean
}

export interface Delivery {
  /** Express lane: bytes in the client's own dialect, cut at frame borders, to be passed on as they are. */
  readonly bytes?: Uint8Array
  /** Translated lane: events to encode. Exactly one of `bytes` and `events` is set, or neither if nothing is to be passed on. */
  readonly events?: readonly StreamEvent[]
  /** An operation beyond chat, translated: the whole answer, in place of events. */
  readonly answer?: OperationAnswer
  /** With the first bytes that are not in the client's dialect but are the answer itself (sound, a file): their content type. */
  readonly mediaType?: string
  /** With the first piece of an answer that is passed on with its own status and headers. */
  readonly head?: AnswerHead
  /** Of such an answer all has been passed on, whatever its status says. */
  readonly isWhole?: boolean
  /** With `bytes` that are one message of a conversation. */
  readonly form?: MessageForm
  /** With `usage` of a conversation, which is that of all its turns: what the last of them used. */
  readonly turn?: Usage
  /** How the upstream closed the conversation. */
  readonly closing?: Closing
  /** True if the client would see something of the answer in this piece. */
  readonly content: boolean
  /** Characters of answer in this piece. */
  readonly size: number
  readonly model?: string
  readonly upstreamId?: string
  /** The class of service in which the answer is served, where it is told. */
  readonly serviceTier?: string
  readonly usage?: Usage
  /** With the last usage of a stream: what the request has cost with it, all attempts together. */
  readonly cost?: Cost
  readonly finish?: FinishReason
  /** The upstream told of a failure inside its answer, or its bytes make no sense. */
  readonly failure?: Failure
  /** With bytes of a format that numbers its events: the number of the next one. */
  readonly nextEvent?: number
  /** With the first piece that another candidate adds to an answer that broke off: who goes on, and how much it repeated. */
  readonly seam?: { readonly candidate: Candidate; readonly overlap: number }
  /** The answer is complete. */
  readonly ended?: boolean
}

export const nothing: Delivery = { content: false, size: 0 }

/** Events as a delivery, with the facts read from them. */
export const deliveryOf = (events: readonly StreamEvent[]): Delivery => {
  const facts: { -readonly [Key in keyof Delivery]: Delivery[Key] } = { events, content: false, size: 0 }
  for (const event of events) {
    if (isContent(event)) facts.content = true
    facts.size += sizeOf(event)
    if (event.type === 'response-start') {
      facts.model = event.model
      facts.upstreamId = event.upstreamId
      facts.serviceTier = event.serviceTier
    } else if (event.type === 'usage') facts.usage = event.usage
    else if (event.type === 'choice-end') facts.finish ??= event.reason
    else if (event.type === 'response-failed') facts.failure = event.failure
    else if (event.type === 'response-end') facts.ended = true
  }
  return facts
}
