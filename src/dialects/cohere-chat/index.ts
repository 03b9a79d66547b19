/** Cohere's chat of the second version, all four directions put together as a Dialect. */
import type { Dialect } from '../../ports/dialect.ts'
import { encodeRequest } from './encode-request.ts'
import { encodeStream } from './encode-stream.ts'
import { express } from './express.ts'
import { encodeFailure } from './failure.ts'
import { decodeRequest } from './request.ts'
import { decodeAnswer, encodeAnswer } from './response.ts'
import { decodeStream } from './stream.ts'
import { toolName } from './tool-name.ts'
import { dialect } from './wire.ts'

/** The dialect `cohere-chat`. */
export const cohereChat: Dialect = {
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
