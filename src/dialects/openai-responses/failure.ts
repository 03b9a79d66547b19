/** A failure in OpenAI's words, for a body and for the frame that ends a broken stream. */
import type { Failure } from '../../domain/failure.ts'
import { codeOf, statusOf } from '../../domain/failure.ts'
import type { Json } from '../../domain/json.ts'

const typesByStatus: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [402, 'insufficient_quota'],
  [403, 'permission_error'],
  [429, 'rate_limit_error'],
])
const typeOf = (status: number): string =>
  typesByStatus.get(status) ?? (status < 500 ? 'invalid_request_error' : 'server_error')

/** An error body as OpenAI's clients read it, with the failure's kind as `code`; the id of the request goes in a header. */
export const encodeFailure = (
  failure: Failure,
): { readonly status: number; readonly body: Record<string, unknown> } => {
  const status = statusOf(failure)
  return {
    status,
    body: {
      error: {
        message: failure.message,
        type: typeOf(status),
        param: failure.param ?? null,
        code: codeOf(failure),
      },
    },
  }
}

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
