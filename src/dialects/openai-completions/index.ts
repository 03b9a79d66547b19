/** OpenAI's older completions, all four directions put together as a Dialect. */
import type { Dialect } from '../../ports/dialect.ts'
import { encodeRequest } from './encode-request.ts'
import { encodeStream } from './encode-stream.ts'
import { express } from './express.ts'
import { encodeFailure } from '../openai-error.ts'
import { decodeRequest } from './request.ts'
import { decodeAnswer, encodeAnswer } from './response.ts'
import { decodeStream } from './stream.ts'
import { dialect } from './wire.ts'

/** The dialect `openai-completions`: a prompt in, text out. */
export const openaiCompletions: Dialect = {
  id: dialect,
  decodeRequest,
  encodeRequest,
  decodeAnswer,
  encodeAnswer,
  decodeStream,
  encodeStream,
  encodeFailure,
  express,
}
