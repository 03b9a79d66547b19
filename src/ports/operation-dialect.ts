/** One operation beyond chat in one wire format, both ways, pure. */
import type { DialectId } from '../domain/ids.ts'
import type { Operation, OperationAnswer, OperationBody, Upload } from '../domain/operation.ts'
import type { Address, RawBody } from '../domain/request.ts'
import type { Checked } from '../domain/units.ts'
import type { AnswerContext, Encoded } from './dialect.ts'
import type { AnswerReader } from './provider.ts'
import type { WireHead } from './transport.ts'

/** A body of JSON, or a form of fields and files in this order. */
export type WireBody = { readonly json: Readonly<Record<string, unknown>> } | { readonly form: readonly FormPart[] }
/** One part of multipart/form-data. */
export type FormPart =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly file: Upload }

/** What came of a form: its fields in their order, and its files. */
export interface ReceivedForm {
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly files: readonly { readonly name: string; readonly file: Upload }[]
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
  /** The body as it came with only the model changed; absent: the member `model`. */
  editRequest?(raw: RawBody, model: string): Uint8Array | string
  /** May an answer in this very format go to the client as it came; absent: always. Where not, it is written anew. */
  passes?(body: unknown, request: Body): boolean
  /** For answers that are not one JSON body: bytes of sound, text, streams. Absent: one JSON body is read and decoded. */
  read?(request: Body, head: WireHead, isExpress: boolean): AnswerReader | undefined
}
