/** Bedrock's Converse API, all four directions put together as a Dialect. */
import type { Dialect } from '../../ports/dialect.ts'
import { eventStream } from '../event-stream.ts'
import { encodeRequest, toolName } from './encode-request.ts'
import { encodeStream } from './encode-stream.ts'
import { express } from './express.ts'
import { encodeFailure } from './failure.ts'
import { decodeRequest } from './request.ts'
import { decodeAnswer, encodeAnswer } from './response.ts'
import { decodeStream } from './stream.ts'
import { dialect } from './wire.ts'

/** The dialect `bedrock-converse`. */
export const bedrockConverse: Dialect = {
  id: dialect,
  framing: eventStream,
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
