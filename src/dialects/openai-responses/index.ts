/** OpenAI's responses, all four directions put together as a Dialect. */
import type { Dialect } from '../../ports/dialect.ts'
import { encodeRequest, toolName } from './encode-request.ts'
import { encodeStream } from './encode-stream.ts'
import { express } from './express.ts'
import { encodeFailure } from '../openai-error.ts'
import { decodeRequest } from './request.ts'
import { decodeAnswer, encodeAnswer } from './response.ts'
import { decodeStream } from './stream.ts'
import { openaiResponsesId } from './wire.ts'

/** The dialect `openai-responses`: stateless, whatever the provider behind it keeps. */
export const openaiResponses: Dialect = {
  id: openaiResponsesId,
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
