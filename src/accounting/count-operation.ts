/** How many tokens an operation beyond chat has, estimated. */
import type { Part } from '../domain/message.ts'
import type { EmbeddingInput, OperationBody } from '../domain/operation.ts'
import type { Tokens } from '../domain/units.ts'
import { jsonTokens, partTokens } from './count-tokens.ts'
import { textTokens } from './text-tokens.ts'

const partsTokens = (parts: readonly Part[]): number => parts.reduce((sum, part) => sum + partTokens(part), 0)

const isIds = (input: readonly number[] | readonly Part[]): input is readonly number[] => typeof input[0] === 'number'

const inputTokens = (input: EmbeddingInput): number => {
  if (typeof input === 'string') return textTokens(input)
  return isIds(input) ? input.length : partsTokens(input)
}

const counted = (request: OperationBody): number => {
  switch (request.operation) {
    case 'embeddings':
      return request.inputs.reduce((sum: number, input) => sum + inputTokens(input), 0)
    case 'rerank':
      return request.documents.reduce((sum: number, one) => sum + jsonTokens(one), textTokens(request.query))
    case 'moderations':
      return request.inputs.reduce((sum: number, parts) => sum + partsTokens(parts), 0)
    case 'images':
    case 'image-edits':
      return textTokens(request.prompt)
    case 'speech':
      return textTokens(request.text) + textTokens(request.instructions ?? '')
    case 'transcriptions':
    case 'translations':
      return textTokens(request.prompt ?? '')
    default:
      // What is said on a socket, or in a body that nobody reads, is not known beforehand.
      return 0
  }
}

/**
 * How much of it a model reads at once, where that is not all: each text is embedded, ranked or judged by itself, and one
 * that is too long is cut unless the client forbids it. Undefined where all is read together.
 */
export const tokensReadAtOnce = (request: OperationBody): Tokens | undefined => {
  switch (request.operation) {
    case 'embeddings': {
      const { inputs, truncate } = request
      const longest = inputs.reduce((most: number, input) => Math.max(most, inputTokens(input)), 0)
      return (truncate === 'none' ? Math.ceil(longest) : 0) as Tokens
    }
    case 'rerank':
    case 'moderations':
      return 0 as Tokens
    default:
      return undefined
  }
}

/** Input tokens of what is asked; 0 where nothing of it is text. */
export const operationTokens = (request: OperationBody): Tokens => Math.ceil(counted(request)) as Tokens
