/** No credential comes back from whom it was sent to, however its answer is cut, and nothing else of the answer changes. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskFor } from './mask.ts'

const secret = 'sk-sksk-0123456789'
const stars = '*'.repeat(secret.length)
const encoder = new TextEncoder()

const passed = (text: string, sizes: readonly number[], word: string | undefined = secret): string => {
  const mask = maskFor(word)
  const bytes = encoder.encode(text)
  const out: Uint8Array[] = []
  let place = 0
  for (const size of [...sizes, bytes.length]) {
    out.push(mask.push(bytes.slice(place, place + size)))
    place += size
  }
  out.push(mask.rest())
  return new TextDecoder().decode(Buffer.concat(out))
}

describe('a mask', () => {
  it('strikes out every secret, wherever the answer is cut', () => {
    const piece = fc.constantFrom(secret, secret.slice(0, 5), 'sk-', 's', 'plain é', '')
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat(9)), (pieces, sizes) => {
        const text = pieces.join('')
        expect(passed(text, sizes)).toBe(text.replaceAll(secret, stars))
      }),
    )
  })
  it('keeps nothing back but what may be the beginning of the secret', () => {
    const mask = maskFor(secret)
    expect(mask.push(encoder.encode('data: x\n\n'))).toHaveLength(9)
    expect(mask.push(encoder.encode('data: sk-sk'))).toHaveLength(6)
    expect(mask.push(encoder.encode('! '))).toHaveLength(7)
    expect(mask.rest()).toHaveLength(0)
  })
  it('leaves alone the bytes that it was given', () => {
    const given = encoder.encode(`key ${secret}.`)
    maskFor(secret).push(given)
    expect(new TextDecoder().decode(given)).toBe(`key ${secret}.`)
  })
  it('hides no word that servers without keys are given', () => {
    expect(passed('none of it', [3], 'none')).toBe('none of it')
    expect(passed('all of it', [3], undefined)).toBe('all of it')
    expect(maskFor(` ${secret}\n`).text(`Bearer ${secret}`)).toBe(`Bearer ${stars}`)
  })
})
