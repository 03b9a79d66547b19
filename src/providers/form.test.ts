/** Forms as they are sent: whatever a part is called, its head has the lines that we wrote and no others. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formPieces } from './form.ts'

const bytes = {
  async *open() {
    yield new Uint8Array(0)
  },
}
const headOf = (name: string, mediaType = 'audio/wav'): string =>
  String(formPieces([{ name: 'file', file: { name, mediaType, bytes } }], 'b')[0])

describe('the head of a file', () => {
  it('has no control character but our own line ends, and no quote but our own', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, type) => {
        const lines = headOf(name, type).split('\r\n')
        expect(lines).toHaveLength(5)
        expect(lines.join('')).not.toMatch(/\p{Cc}/u)
        expect(lines[1]?.split('"')).toHaveLength(5)
      }),
    )
  })
  it('keeps the name as it is otherwise', () => {
    expect(headOf('so ü\u0000\r\n".wav')).toContain('filename="so ü%00%0D%0A%22.wav"')
  })
})
