/** What a gateway offers to those who call it: faces, and programs that hold it as a library. */
import type { Closing, SocketMessage } from '../domain/conversation.ts'
import type { Caller } from '../domain/caller.ts'
import type { DecisionTrace } from '../domain/decision.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { Failure } from '../domain/failure.ts'
import type { DecisionId, RequestId, SpanId, TraceId } from '../domain/ids.ts'
import type { Memory } from '../domain/memory.ts'
import type { ChatBody, ModelBody, RawBody, Wishes } from '../domain/request.ts'
import type { OperationAnswer } from '../domain/operation.ts'
import type { Answer } from '../domain/response.ts'
import type { StreamEvent } from '../domain/stream-event.ts'
import type { Instant, Tokens } from '../domain/units.ts'
import type { Sink } from './sink.ts'
import type { Telemetry } from './telemetry.ts'

/** The caller's place in a trace, as a `traceparent` header told it. */
export interface TraceParent {
  readonly traceId: TraceId
  readonly parent: SpanId
  readonly sampled: boolean
  readonly state?: string
}

/** A request as it comes in: what is asked, by whom, and how it wants to be routed. */
export interface Incoming<Body extends ModelBody = ChatBody> {
  readonly body: Body
  readonly caller: Caller
  readonly wishes?: Partial<Wishes>
  readonly trace?: TraceParent
  /** The body as it came, for the express lane. */
  readonly raw?: RawBody
  /** What it has to do with what providers keep; absent: nothing. */
  readonly memory?: Memory
  /** When its first byte was read; absent: now. */
  readonly receivedAt?: Instant
}

/** A request under way. */
export interface Call {
  readonly id: RequestId
  readonly trace: TraceId
  /** The span that feedback refers to. */
  readonly span: SpanId
  /** The client has gone: upstreams are stopped at the socket, `sink.end` is still called, nothing else. Calling it late or twice does nothing. */
  abort(): void
  /** Conversations only: what the client says. What comes before anybody answers waits. False asks to send nothing more until `Sink.drained`. */
  send?(message: SocketMessage): boolean
  /** Conversations only: the client is done; the upstream is closed with this code. */
  close?(closing: Closing): void
}

/** What a caller may ask for. */
export interface Target {
  readonly id: string
  readonly kind: 'pool' | 'alias' | 'model'
  /** Who serves it: `provider/model` of each candidate. */
  readonly serves: readonly string[]
  readonly deployments: readonly Deployment[]
}

export type Explained =
  | { readonly ok: true; readonly trace: DecisionTrace; readonly words: string }
  | { readonly ok: false; readonly failure: Failure }

export interface Gateway {
  /** Answers into the sink, never before this returns. Never throws. Every operation goes this way. */
  handle(incoming: Incoming<ModelBody>, sink: Sink): Call
  /** The answer as events. A failure is the last event, `response-failed`; leaving the loop or aborting stops the upstream. */
  stream(incoming: Incoming, signal?: AbortSignal): AsyncIterable<StreamEvent>
  /** The whole answer. Rejects with a GatewayError. */
  collect(incoming: Incoming, signal?: AbortSignal): Promise<Answer>
  /** The whole answer to an operation beyond chat that is no stream of bytes. Rejects with a GatewayError. */
  perform(incoming: Incoming<ModelBody>, signal?: AbortSignal): Promise<OperationAnswer>
  /** Decides, calls nobody, takes no turn. */
  explain(incoming: Incoming<ModelBody>): Explained
  /** A decision that was made, with its facts: from the journal, once it has been written. */
  decision(id: DecisionId): Promise<DecisionTrace | undefined>
  /** A decision in plain words. */
  words(trace: DecisionTrace): string
  /** What this caller may ask for, in the order of the configuration. */
  targets(caller: Caller): readonly Target[]
  /** How many input tokens this is, estimated. */
  countTokens(body: ChatBody): Tokens
  /** Tells every event to the listener too, until the returned function is called. */
  listen(listener: Telemetry): () => void
  /** Requests under way. */
  inFlight(): number
}
