/** The only door to the network. */
import type { Closing, MessageForm, SocketMessage } from '../domain/conversation.ts'
import type { ByteSource } from '../domain/operation.ts'
import type { Millis } from '../domain/units.ts'

/** How a request is signed just before it is sent, once all its headers are known. */
export interface Signing {
  readonly scheme: 'aws-sigv4'
  /** The name that the service signs under, e.g. `bedrock`. */
  readonly service: string
  readonly region: string
  /** JSON with `accessKeyId`, `secretAccessKey` and, for temporary ones, `sessionToken`. */
  readonly credentials: string
}
/** Bytes that are sent in base64. */
export interface Base64Piece {
  readonly base64: ByteSource
}
export type BodyPiece = Uint8Array | string | ByteSource | Base64Piece
export interface WireRequest {
  readonly method: 'POST' | 'GET' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS'
  readonly url: string
  /** Flat: name, value, name, value. Names in lower case. */
  readonly headers: readonly string[]
  /** Whole, or in pieces of which some are read while they are sent. */
  readonly body: Uint8Array | string | readonly BodyPiece[]
  /** It may do something that must not be done twice: it is sent over a connection of its own, which cannot have gone stale. */
  readonly once?: boolean
  /** Of a conversation (`ws:` and `wss:`): what is said first. */
  readonly opening?: SocketMessage
  /** Absent where headers alone carry the secret. */
  readonly signing?: Signing
}
export interface WireHead {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}
/** Why no answer, or no more of it, will come. */
export interface WireError {
  readonly kind: 'connect' | 'connect-timeout' | 'closed' | 'protocol' | 'aborted' | 'unsigned'
  readonly message: string
}
/** Told of an answer as it comes. Exactly one of `end` and `error` is called, last; nothing is called after `stop()`. */
export interface WireListener {
  /** The request has a connection and begins to be written to it; may come before `send` returns, and again over another connection. */
  sent?(): void
  head(head: WireHead): void
  /** The chunk may be kept. In a conversation, whose head has the status 101, it is one message of this form. */
  data(chunk: Uint8Array, form?: MessageForm): void
  /** In a conversation: how the other side closed it. */
  end(closing?: Closing): void
  error(error: WireError): void
  /** What was written to a conversation has gone out, after `write` said that too much was waiting. */
  drained?(): void
}
/** One exchange under way. */
export interface Exchange {
  pause(): void
  resume(): void
  /** Closes the socket at once. The listener hears nothing more. Does nothing once ended. */
  stop(): void
  /** Conversations only. Sends once the line is open; false asks to write nothing more until `drained`. */
  write?(message: SocketMessage): boolean
  /** Conversations only. Closes in form; what was written before goes out first. */
  close?(closing: Closing): void
}
export interface Transport {
  /** Never throws: what goes wrong is told to the listener, never before this returns. */
  send(request: WireRequest, listener: WireListener, connectWithin: Millis): Exchange
}
