/** How many pieces a request will be billed for. */
import { describe, expect, it } from 'vitest'
import type { ModelRequest } from '../domain/request.ts'
import { expectedUnits } from './expected-units.ts'

const asked = (body: unknown) => expectedUnits(body as ModelRequest)
const file = (length?: number) => ({
  name: 'a.mp3',
  mediaType: 'audio/mpeg',
  bytes: { ...(length !== undefined && { length }) },
})

describe('the pieces that are expected', () => {
  it('are the images that are asked for', () => {
    expect(asked({ operation: 'images', count: 3 })).toEqual({ images: 3 })
    expect(asked({ operation: 'image-edits', count: 1 })).toEqual({ images: 1 })
  })
  it('are the characters to be read aloud', () => {
    expect(asked({ operation: 'speech', text: 'Hello, world' })).toEqual({ characters: 12 })
  })
  it('are the seconds of a file, by its size where that is known', () => {
    expect(asked({ operation: 'transcriptions', file: file(1_600_000) })).toEqual({ seconds: 100 })
    expect(asked({ operation: 'translations', file: file() })).toEqual({ seconds: 30 })
  })
  it('are searches of a hundred documents each', () => {
    const documents = (count: number) => Array.from({ length: count }, () => 'text')
    expect(asked({ operation: 'rerank', documents: documents(100) })).toEqual({ searches: 1 })
    expect(asked({ operation: 'rerank', documents: documents(101) })).toEqual({ searches: 2 })
    expect(asked({ operation: 'rerank', documents: [] })).toEqual({ searches: 1 })
  })
  it('are none where only tokens count', () => {
    expect(asked({ operation: 'chat', messages: [] })).toBeUndefined()
    expect(asked({ operation: 'embeddings', inputs: ['a'] })).toBeUndefined()
  })
})
