/** How much an operation brings altogether, and how much of it has to fit into a window. */
import { describe, expect, it } from 'vitest'
import type { OperationBody } from '../domain/operation.ts'
import { operationTokens, tokensReadAtOnce } from './count-operation.ts'

const common = { target: 'pool', stream: false, streamUsage: false, extensions: {} } as const
const embeddings = (more: object = {}): OperationBody => ({
  operation: 'embeddings',
  ...common,
  inputs: [[1, 2, 3], [4, 5, 6, 7], [8]],
  encoding: 'float',
  ...more,
})

describe('what is read at once', () => {
  it('is the longest text to be embedded, where none may be cut', () => {
    expect(operationTokens(embeddings())).toBe(8)
    expect(tokensReadAtOnce(embeddings({ truncate: 'none' }))).toBe(4)
  })
  it('is as much as fits, where texts may be cut or the provider says what it does', () => {
    expect(tokensReadAtOnce(embeddings({ truncate: 'end' }))).toBe(0)
    expect(tokensReadAtOnce(embeddings())).toBe(0)
  })
  it('is no sum of documents or of texts to be judged', () => {
    const documents = Array.from({ length: 100 }, () => 'a few words of a document')
    expect(tokensReadAtOnce({ operation: 'rerank', ...common, query: 'which?', documents })).toBe(0)
    expect(tokensReadAtOnce({ operation: 'moderations', ...common, inputs: [] })).toBe(0)
  })
  it('is all of what is read together', () => {
    expect(
      tokensReadAtOnce({ operation: 'images', ...common, prompt: 'a house', count: 1, images: [] }),
    ).toBeUndefined()
  })
})
