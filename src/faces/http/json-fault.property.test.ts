/** The finder of faults agrees with JSON.parse on what is JSON, and points where it stops being it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { faultOf } from './json-fault.ts'

/** What JSON.parse says; '' if it finds nothing wrong. */
const complaintOf = (text: string): string => {
  try {
    JSON.parse(text)
    return ''
  } catch (error) {
    return String(error instanceof Error ? error.message : error)
  }
}
const isJson = (text: string): boolean => complaintOf(text) === ''
const none = 'it cannot be read'
/** Text that is nearly JSON: one character of a JSON text taken out, put in or exchanged. */
const nearly = fc
  .tuple(
    fc.json({ maxDepth: 4 }),
    fc.nat(),
    fc.constantFrom('', ',', '"', '{', '}', '[', ']', ':', '\\', '0', 'n', '\n', ' ', '-', '.'),
    fc.boolean(),
  )
  .map(([text, at, character, isExchanged]) => {
    const place = at % (text.length + 1)
    return text.slice(0, place) + character + text.slice(place + (isExchanged ? 1 : 0))
  })

describe('the fault of a text', () => {
  it('is found exactly where JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.oneof(nearly, nearly, fc.json(), fc.string()), text => {
        expect(faultOf(text) === none).toBe(isJson(text))
      }),
      { numRuns: 3_000 },
    )
  })
  it('lies where JSON.parse sees it, where that tells', () => {
    let compared = 0
    fc.assert(
      fc.property(nearly, text => {
        const seen = /^Expected .* at position (\d+)/.exec(complaintOf(text))?.[1]
        // It reads further into a malformed word or number; we point at its beginning.
        if (seen === undefined || faultOf(text).includes('a value (')) return
        compared++
        const before = text.slice(0, Number(seen)).split('\n')
        expect(faultOf(text)).toContain(`at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1};`)
      }),
      { numRuns: 3_000 },
    )
    expect(compared).toBeGreaterThan(100)
  })
  it('is found in megabytes of text, however it is built', () => {
    for (const text of [
      `"${'a'.repeat(4_000_000)}`,
      '1'.repeat(4_000_000) + 'x',
      '[1,'.repeat(1_000_000),
      ' '.repeat(4_000_000),
    ]) {
      expect(faultOf(text)).toMatch(/would be right$/)
    }
  })
})
