/** One operation beyond chat in one wire format, both ways, pure. */
import type { DialectId } from '../domain/ids.ts'
import type { ByteSource, Operation, OperationAnswer, OperationBody, Upload } from '../domain/operation.ts'
import type { Address, RawBody } from '../domain/request.ts'
import type { Usage } from '../domain/stream-event.ts'
import type { Checked } from '../domain/units.ts'
import type { AnswerContext, Encoded, Frame } from './dialect.ts'
import type { AnswerReader } from './provider.ts'
import type { WireHead } from './transport.ts'

/** A body of JSON, some of whose values may be `Inlined` where it says so, or a form of fields and files in this order. */
export type WireBody =
  | { readonly json: Readonly<Record<string, unknown>>; readonly holdsFiles?: true }
  | { readonly form: readonly FormPart[] }
/** One part of multipart/form-data. */
export type FormPart =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly file: Upload }

/** A file within a JSON body: a text of its bytes in base64, behind one such as `data:image/png;base64,`. */
export interface Inlined {
  readonly inlined: ByteSource
  readonly behind: string
}

/** What one event of a streamed answer tells. */
export interface EventTold {
  /** Would the client see something of the answer in it. */
  readonly content: boolean
  /** Characters of answer. */
  readonly size: number
  readonly usage?: Usage
  /** The answer may end with it. */
  readonly isLast?: boolean
}

/** Total, like a Dialect: what makes no sense is told, never thrown. */
export interface OperationDialect<Body extends OperationBody = OperationBody> {
  /** Unique with the operation, e.g. `openai`, `cohere`, `gemini`: requests and answers of one id pass through untouched. */
  readonly id: DialectId
  readonly operations: readonly Operation[]
  /** A JSON body, or a form where the operation takes files. */
  decodeRequest(body: unknown, address?: Address): Checked<Body>
  /** Not ok: this format cannot ask for it at all, which another provider may. */
  encodeRequest(request: Body, model: string): Checked<Encoded<WireBody>>
  /** The answer to this request, or why it makes no sense. `head` where the body alone does not tell all, as usage. */
  decodeAnswer(body: unknown, request: Body, head?: WireHead): Checked<OperationAnswer>
  encodeAnswer(
    answer: OperationAnswer,
    request: Body,
    context: AnswerContext,
  ): Encoded<Record<string, unknown> | string>
  /** Would this request get the answer that it asks for if it were sent as it came; absent: always. Where not, it is written anew. */
  takes?(request: Body, model: string): boolean
  /** The body as it came with only the model changed; absent: the member `model`. */
  editRequest?(raw: RawBody, model: string): Uint8Array | string
  /** May an answer in this very format go to the client as it came; absent: always. Where not, it is written anew. */
  passes?(body: unknown, request: Body): boolean
  /** What an event of a streamed answer tells; absent: it streams none. */
  readEvent?(event: unknown): EventTold
  /** A whole answer to a client that asked for a stream, as the frames of one; absent: it gets it whole. */
  encodeEvents?(answer: OperationAnswer, request: Body, context: AnswerContext): Encoded<readonly Frame[]>
  /** What a whole answer says that is plain text; absent: there is none. */
  decodeText?(text: string, request: Body): OperationAnswer
  /** Answers are bytes that are passed on as they come: about how many characters' worth of answer so many of them are. */
  worthOf?(bytes: number, request: Body): number
  /** For answers that are not one JSON body: bytes of sound, text, streams. Absent: one JSON body is read and decoded. */
  read?(request: Body, head: WireHead, isExpress: boolean): AnswerReader | undefined
}
