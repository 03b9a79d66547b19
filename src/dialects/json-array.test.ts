/** A JSON array as a stream: the same elements wherever its bytes are cut, and valid JSON whatever is written. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Frame } from '../ports/dialect.ts'
import { jsonArray } from './json-array.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const read = (pieces: readonly Uint8Array[]): readonly unknown[] => {
  const splitter = jsonArray.split()
  const frames: Frame[] = [...pieces.flatMap(piece => splitter.push(piece)), ...splitter.end()]
  expect(splitter.fault).toBeUndefined()
  return frames.map(({ data }) => JSON.parse(data) as unknown)
}
const write = (values: readonly unknown[]): string => {
  const joiner = jsonArray.join()
  return values.map(value => String(joiner.write([{ data: JSON.stringify(value) }]))).join('') + String(joiner.end())
}
const anyElements = fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), { maxLength: 5 })

describe('a JSON array as a stream', () => {
  it('is written as Google writes it', () => {
    expect(write([{ a: 1 }, { b: 2 }])).toBe('[{"a":1},\r\n{"b":2}]')
    expect(write([{ a: 1 }])).toBe('[{"a":1}]')
    expect(write([])).toBe('[]')
    expect(jsonArray.mediaType).toBe('application/json')
  })

  it('is JSON with the same elements, also with keep-alives anywhere between them', () => {
    fc.assert(
      fc.property(anyElements, values => {
        const joiner = jsonArray.join()
        const pieces = values.map(
          value => `${String(joiner.write([{ data: JSON.stringify(value) }]))}${String(jsonArray.keepAlive)}`,
        )
        const text = `${String(jsonArray.keepAlive)}${pieces.join('')}${String(joiner.end())}`
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(values)))
      }),
    )
  })

  it('gives the same elements wherever its bytes are cut', () => {
    fc.assert(
      fc.property(
        anyElements,
        fc.constantFrom(undefined, 1, 2),
        fc.array(fc.nat(), { maxLength: 6 }),
        (values, indent, places) => {
          const bytes = bytesOf(`\ufeff${JSON.stringify(values, undefined, indent)}\n`)
          const whole = JSON.parse(JSON.stringify(values)) as unknown
          expect(read([bytes])).toEqual(whole)
          expect(read(Array.from(bytes, byte => Uint8Array.of(byte)))).toEqual(whole)
          const cuts = [...new Set(places.map(place => place % bytes.length))].toSorted((left, right) => left - right)
          expect(read([...cuts, bytes.length].map((end, at) => bytes.subarray(cuts[at - 1] ?? 0, end)))).toEqual(whole)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('takes a lone object, such as an error, as an element', () => {
    expect(read([bytesOf('{"error":'), bytesOf('{"code":429}}')])).toEqual([{ error: { code: 429 } }])
  })

  it('gives no element that was cut off, and does not keep the bytes of whoever gave them', () => {
    const splitter = jsonArray.split()
    const chunk = bytesOf('[{"a":"12')
    expect(splitter.push(chunk)).toEqual([])
    chunk.fill(0)
    expect(splitter.push(bytesOf('3"},{"b":'))).toEqual([{ data: '{"a":"123"}' }])
    expect(splitter.end()).toEqual([])
  })

  it('says what is wrong with bytes that are no array, and takes nothing more', () => {
    for (const text of ['<html>', '[1,2]', '["a"]', 'data: {}']) {
      const splitter = jsonArray.split()
      splitter.push(bytesOf(text))
      expect(splitter.fault).toContain('something else')
      expect(splitter.push(bytesOf('[{}]'))).toEqual([])
    }
    const endless = jsonArray.split()
    endless.push(bytesOf('[{"a":"'))
    const piece = new Uint8Array(1024 * 1024).fill(120)
    for (let count = 0; count < 17; count++) endless.push(piece)
    expect(endless.fault).toContain('without end')
  })
})
