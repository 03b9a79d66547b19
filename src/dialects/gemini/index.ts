/** Google's generateContent, all four directions put together as a Dialect. */
import type { Dialect } from '../../ports/dialect.ts'
import { encodeRequest, toolName } from './encode-request.ts'
import { encodeStream } from './encode-stream.ts'
import { express } from './express.ts'
import { encodeFailure } from './failure.ts'
import { decodeRequest } from './request.ts'
import { decodeAnswer, encodeAnswer } from './response.ts'
import { decodeStream } from './stream.ts'
import { dialect } from './wire.ts'

/** The dialect `gemini`. Model and streaming are told in the path; streams are server-sent events, or a JSON array where a client wants one. */
export const gemini: Dialect = {
  id: dialect,
  decodeRequest,
  encodeRequest,
  decodeAnswer,
  encodeAnswer,
  decodeStream,
  encodeStream,
  encodeFailure,
  toolName,
  express,
}
