/** JSON in pieces is the same JSON, with files as texts of their base64. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ByteSource } from '../domain/operation.ts'
import type { BodyPiece } from '../ports/transport.ts'
import { jsonPieces } from './json-pieces.ts'

const sourceOf = (text: string): ByteSource & { readonly text: string } => ({
  text,
  length: text.length,
  async *open() {
    yield Buffer.from(text)
  },
})
const textOf = (piece: BodyPiece): string => {
  if (typeof piece === 'string') return piece
  if (piece instanceof Uint8Array || !('base64' in piece)) return expect.unreachable()
  const { base64 } = piece
  return 'text' in base64 ? Buffer.from(String(base64.text)).toString('base64') : expect.unreachable()
}
const written = (value: unknown): string => jsonPieces(value).map(textOf).join('')

describe('JSON in pieces', () => {
  it('is what JSON.stringify writes, whatever came as JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        expect(written(value)).toBe(JSON.stringify(value))
      }),
    )
  })

  it('leaves out what is undefined, as JSON.stringify does', () => {
    const value = { a: undefined, b: [undefined, { c: undefined, d: 1 }] }
    expect(written(value)).toBe(JSON.stringify(value))
  })

  it('has files where they stand, behind the text that they stand behind', () => {
    const inlined = sourceOf('a picture')
    const value = { x: [{ inlined, behind: 'data:image/png;base64,' }, { y: { inlined, behind: '"' } }], z: 1 }
    const base64 = Buffer.from('a picture').toString('base64')
    expect(JSON.parse(written(value))).toEqual({ x: [`data:image/png;base64,${base64}`, { y: `"${base64}` }], z: 1 })
    expect(jsonPieces(value).filter(piece => typeof piece !== 'string')).toEqual([
      { base64: inlined },
      { base64: inlined },
    ])
  })

  it('takes nothing for a file that came as JSON', () => {
    const value = { inlined: { open: 'x' }, behind: '' }
    expect(written(value)).toBe(JSON.stringify(value))
  })
})
