/** Bodies in pieces: their length, their bytes, and that they can be read again. */
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { ByteSource } from '../domain/operation.ts'
import { lengthOf, streamOf } from './body-pieces.ts'

const source = (text: string, length?: number): ByteSource => ({
  ...(length !== undefined && { length }),
  async *open() {
    for (const letter of text) yield Buffer.from(letter)
  },
})

describe('a body in pieces', () => {
  it('is all of its pieces in order, as often as it is asked for', async () => {
    const pieces = ['é', new Uint8Array([65]), source('xyz'), '!']
    expect((await buffer(streamOf(pieces))).toString()).toBe('éAxyz!')
    expect((await buffer(streamOf(pieces))).toString()).toBe('éAxyz!')
  })

  it('knows its length in bytes if every piece does', () => {
    expect(lengthOf(['é', new Uint8Array(3), source('xyz', 3)])).toBe(8)
    expect(lengthOf(['a', source('xyz')])).toBeUndefined()
  })

  it('encodes what shall be base64 as if it had been whole', async () => {
    for (const text of ['', 'a', 'ab', 'abc', 'abcdefgh']) {
      const pieces = ['"', { base64: source(text, text.length) }, '"']
      const sent = await buffer(streamOf(pieces))
      expect(sent.toString()).toBe(`"${Buffer.from(text).toString('base64')}"`)
      expect(lengthOf(pieces)).toBe(sent.length)
    }
    expect(lengthOf([{ base64: source('abc') }])).toBeUndefined()
  })

  it('fails where a source fails', async () => {
    const broken: ByteSource = {
      async *open() {
        yield Buffer.from('a')
        throw new Error('the disk is gone')
      },
    }
    await expect(buffer(streamOf([broken]))).rejects.toThrow('the disk is gone')
  })
})
