/** Vectors that are not what was asked for: told as a wrong answer, never handed on as if they belonged to the inputs. */
import { describe, expect, it } from 'vitest'
import type { EmbeddingsBody } from '../../domain/operation.ts'
import { packed } from './floats.ts'
import { geminiEmbeddings } from './gemini.ts'
import { openaiEmbeddings } from './openai.ts'

const asked = (more: Partial<EmbeddingsBody> = {}): EmbeddingsBody => ({
  operation: 'embeddings',
  target: 'pool',
  stream: false,
  streamUsage: false,
  inputs: ['a', 'b'],
  encoding: 'float',
  extensions: {},
  ...more,
})
type One = readonly [index: unknown, embedding: unknown]
const bodyOf = (...all: readonly One[]) => ({
  object: 'list',
  data: all.map(([index, embedding]) => ({ object: 'embedding', index, embedding })),
  usage: { prompt_tokens: 2, total_tokens: 2 },
})
const whyNot = (body: unknown, more: Partial<EmbeddingsBody> = {}): string => {
  const read = openaiEmbeddings.decodeAnswer(body, asked(more))
  return read.ok ? 'it is fine' : read.why
}

describe('a list of vectors is no answer', () => {
  it.each<readonly [name: string, body: unknown, why: string]>([
    ['with two for one input', bodyOf([1, [1]], [1, [2]], [0, [3]]), '3 vectors for 2 inputs'],
    ['with one that comes twice', bodyOf([0, [1]], [undefined, [2]], [1, [3]]), '3 vectors for 2 inputs'],
    ['for an input that is not there', bodyOf([0, [1]], [1e9, [2]]), 'a vector for input the number 1000000000'],
    ['for an input before the first', bodyOf([0, [1]], [-1, [2]]), 'a vector for input the number -1'],
    ['for half an input', bodyOf([0, [1]], [0.5, [2]]), 'a vector for input the number 0.5'],
    ['of different lengths', bodyOf([0, [1, 2]], [1, [3]]), 'vectors of different lengths: 2, 1'],
    ['with an empty one', bodyOf([0, [1]], [1, []]), 'a vector without a number in it'],
    ['with a number without end', bodyOf([0, [1]], [1, [Infinity]]), 'a vector that is no list of numbers'],
    ['with what is no base64', bodyOf([0, '%%%%'], [1, '%%%%']), 'a vector without a number in it'],
    ['with a part of a number', bodyOf([0, 'AAAA'], [1, 'AAAA']), 'a vector without a number in it'],
  ])('%s', (_, body, why) => {
    expect(whyNot(body)).toBe(why)
    expect(whyNot(body, { encoding: 'base64' })).toBe(why)
  })
  it('where one input has two', () => {
    const body = bodyOf([0, [1]], [2, [2]], [2, [3]])
    expect(whyNot(body, { inputs: ['a', 'b', 'c'] })).toBe('two vectors for input 2')
  })
  it('with what is no number, once numbers are made of what is packed', () => {
    const body = bodyOf([0, packed([1, 2])], [1, packed([Number.NaN, 1])])
    expect(whyNot(body)).toBe('a vector that is no list of numbers')
    expect(whyNot(body, { forms: ['float', 'base64'] })).toBe('a vector that is no list of numbers')
    expect(whyNot(body, { encoding: 'base64' })).toBe('it is fine')
  })
  it('of different lengths in any format', () => {
    const embeddings = [{ values: [1, 2] }, { values: [1] }]
    expect(geminiEmbeddings.decodeAnswer({ embeddings }, asked())).toMatchObject({ ok: false })
  })
})

describe('vectors that are not numbered', () => {
  const body = bodyOf([0, [1]], [0, [2]])
  it('are in the order in which they came', () => {
    const read = openaiEmbeddings.decodeAnswer(body, asked())
    expect(read).toMatchObject({ ok: true, value: { result: { vectors: [[1], [2]] } } })
  })
  it('are numbered before a client sees them', () => {
    expect(openaiEmbeddings.passes?.(body, asked())).toBe(false)
    expect(openaiEmbeddings.passes?.(bodyOf([1, [1]], [0, [2]]), asked())).toBe(true)
  })
})
