/** One wire format, all four directions, pure. */
import type { Delivery } from '../domain/delivery.ts'
import type { Failure } from '../domain/failure.ts'
import type { DialectId } from '../domain/ids.ts'
import type { Loss } from '../domain/outcome.ts'
import type { Address, ChatBody, ChatRequest, RawBody } from '../domain/request.ts'
import type { StreamEvent } from '../domain/stream-event.ts'
import type { Checked, Instant } from '../domain/units.ts'

export interface Encoded<T> {
  readonly value: T
  readonly losses: readonly Loss[]
}
/** One event of a stream: a server-sent event, an element of a JSON array, a message of AWS's event stream. */
export interface Frame {
  readonly event?: string
  readonly data: string
  /** AWS's event stream tells errors as messages of their own type; `event` is then the exception's. */
  readonly isException?: boolean
}
/** Splits bytes into frames, wherever they happen to be cut. Never throws. */
export interface FrameSplitter {
  push(chunk: Uint8Array): readonly Frame[]
  /** The last frame, if it lacks its end. */
  end(): readonly Frame[]
  /** Why nothing more is taken: a frame without end, or one whose checksum is wrong. */
  readonly fault: string | undefined
}
/** Makes bytes of frames. */
export interface FrameJoiner {
  write(frames: readonly Frame[]): string | Uint8Array
  /** What closes the stream, '' if nothing does. Called once, last. */
  end(): string | Uint8Array
}
/** How frames lie in bytes. */
export interface Framing {
  /** The content type of such a stream. */
  readonly mediaType: string
  split(): FrameSplitter
  join(): FrameJoiner
  /** Bytes that may stand between any two frames and tell nothing; undefined where the form has none. */
  readonly keepAlive?: string | Uint8Array
}
/** Turns frames into events. Owns its own state, touches nothing else. Never throws: what makes no sense is a `response-failed`. */
export interface FrameDecoder {
  push(frame: Frame): readonly StreamEvent[]
  /** What the end of the bytes means: nothing after a clean end, a `response-failed` (stream-broken) if the answer was cut off. */
  end(): readonly StreamEvent[]
}
/** Turns events into the frames that a client expects. After `response-failed` it gives a typed error frame and never a clean end. */
export interface FrameEncoder {
  push(event: StreamEvent): readonly Frame[]
  /** What could not be told so far. */
  losses(): readonly Loss[]
}
/** What an encoder needs to know beside the events. */
export interface AnswerContext {
  /** Unique within the house, for the answer's own id where the upstream gave none. */
  readonly id: string
  /** What the client asked for, where the answer names no model. */
  readonly model: string
  readonly now: Instant
  /** Where events are numbered and some were passed on untouched: the number of the first that is written anew. */
  readonly nextEvent?: number
  /** Does the client want usage at the end of a stream. */
  readonly streamUsage: boolean
  /** The request, for dialects whose answers repeat it; read from a body of the same dialect. */
  readonly asked?: ChatBody
}
/** Reads an answer that is passed on untouched. Gives only whole frames, so that an error frame can follow at any time. */
export interface Scanner {
  push(chunk: Uint8Array): Delivery
  /** What the end of the bytes means; as FrameDecoder.end, with bytes that may still be owed. */
  end(): Delivery
}
/** The short way when client and provider speak this dialect. */
export interface ExpressLane {
  /** Would this model answer in the form that is asked for if the request were sent in this way; absent: always. Where not, it is written anew, and so is the answer. */
  takes?(request: ChatRequest, model: string): boolean
  /** The body with only what must change changed: model, and that the stream tells usage. Every other byte stays. */
  editRequest(raw: RawBody, model: string): Uint8Array | string
  /** What must change beside, members to write or, undefined, to take out: not every client chose the model, and some refuse what others take. */
  fit?(
    request: ChatRequest,
    model: string,
  ): { readonly edits: Readonly<Record<string, unknown>>; readonly losses: readonly Loss[] }
  /** `streamUsage: false` keeps from the client a usage frame that only we asked for. */
  scanStream(options: { readonly streamUsage: boolean }): Scanner
  /** A whole answer: `bytes` as they came, or mended where they break the dialect's published schema; unknown fields stay. */
  scanAnswer(body: Uint8Array): Delivery
}

/** One wire format, all four directions; pure and total. Clients and providers share it. */
export interface Dialect {
  readonly id: DialectId
  /** How its streams lie in bytes; absent: server-sent events. */
  readonly framing?: Framing
  /** `address` where the body alone does not tell model and streaming. */
  decodeRequest(body: unknown, address?: Address): Checked<ChatBody>
  encodeRequest(request: ChatRequest, model: string): Encoded<Record<string, unknown>>
  /** A body that makes no sense gives a `response-failed` (upstream-garbled). */
  decodeAnswer(body: unknown): readonly StreamEvent[]
  encodeAnswer(events: readonly StreamEvent[], context: AnswerContext): Encoded<Record<string, unknown>>
  decodeStream(): FrameDecoder
  encodeStream(context: AnswerContext): FrameEncoder
  /** An error body, and the frame that ends a broken stream is made from the same. */
  encodeFailure(
    failure: Failure,
    requestId: string,
  ): {
    readonly status: number
    readonly body: Record<string, unknown>
    /** Flat: name, value, …; for clients that look for the kind of an error there. */
    readonly headers?: readonly string[]
  }
  /** The form in which this dialect takes a tool's name from others; a name that fits is itself. */
  toolName?(name: string): string
  readonly express: ExpressLane
}
