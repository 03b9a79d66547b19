/** The event that ends a broken stream, in OpenAI's words. */
import { codeOf } from '../../domain/failure.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Json } from '../../domain/json.ts'
import { encodeFailure } from '../openai-error.ts'

/** The event that ends a broken stream: as the published schema has it, with the error once more where OpenAI's own clients look. */
export const errorEvent = (failure: Failure, sequence: number): Json => {
  const { body } = encodeFailure(failure)
  return {
    type: 'error',
    code: codeOf(failure),
    message: failure.message,
    param: failure.param ?? null,
    sequence_number: sequence,
    ...body,
  }
}
