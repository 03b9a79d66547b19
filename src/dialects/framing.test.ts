/** Frames come out the same wherever the bytes are cut. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Frame } from '../ports/dialect.ts'
import { frameCutter, framesIn, frameSplitter, frameText } from './framing.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
const split = (...chunks: readonly Uint8Array[]): readonly Frame[] => {
  const splitter = frameSplitter()
  return [...chunks.flatMap(chunk => [...splitter.push(chunk)]), ...splitter.end()]
}
/** The bytes in pieces, cut at these places. */
const cutAt = (bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] => {
  const sorted = [0, ...[...places].sort((left, right) => left - right), bytes.length]
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end))
}

describe('frameSplitter', () => {
  test('reads frames that end with LF, CRLF and CR', () => {
    for (const end of ['\n', '\r\n', '\r'])
      expect(split(bytesOf(`data: a${end}${end}event: e${end}data: b${end}${end}`))).toEqual([
        { data: 'a' },
        { event: 'e', data: 'b' },
      ])
  })
  test('joins several data lines with a line feed', () => {
    expect(split(bytesOf('data: a\ndata:b\ndata\ndata:  c\n\n'))).toEqual([{ data: 'a\nb\n\n c' }])
  })
  test('drops comments, other fields, frames without data and a byte order mark', () => {
    expect(split(bytesOf('\ufeff: hi\n\nid: 1\nretry: 5\ndatas: x\nevent: lost\n\n: c\ndata: a\n\n'))).toEqual([
      { data: 'a' },
    ])
  })
  test('gives a last frame without its blank line at the end, and only then', () => {
    const splitter = frameSplitter()
    expect(splitter.push(bytesOf('data: a\n\ndata: b'))).toEqual([{ data: 'a' }])
    expect(splitter.end()).toEqual([{ data: 'b' }])
    expect(splitter.end()).toEqual([])
  })
  test('keeps code points whole that are cut between chunks', () => {
    const bytes = bytesOf('data: ž€😀\n\n')
    for (let place = 0; place <= bytes.length; place++)
      expect(split(bytes.subarray(0, place), bytes.subarray(place))).toEqual([{ data: 'ž€😀' }])
  })
  test('gives each frame as soon as its blank line is there', () => {
    expect(frameSplitter().push(bytesOf('data: a\n\n'))).toEqual([{ data: 'a' }])
  })
  test('gives up on a frame longer than 16 MiB and says so', () => {
    const splitter = frameSplitter()
    const mebibyte = new Uint8Array(1024 * 1024).fill(97)
    for (let count = 0; count < 17; count++) splitter.push(mebibyte)
    expect(splitter.fault).toBe('a stream event without end')
    expect(splitter.push(bytesOf('\n\ndata: a\n\n'))).toEqual([])
    expect(splitter.end()).toEqual([])
  })
  test('gives the same frames for every way to cut any stream', () => {
    const piece = fc.constantFrom(
      'data: a',
      'data:b',
      'event: x',
      ': c',
      'data',
      '\n',
      '\r',
      '\r\n',
      '\n\n',
      'ž😀',
      ' ',
    )
    const stream = fc.array(piece, { maxLength: 30 }).map(pieces => bytesOf(pieces.join('')))
    fc.assert(
      fc.property(stream, fc.array(fc.nat(120), { maxLength: 12 }), (bytes, places) => {
        const cut = cutAt(
          bytes,
          places.map(place => Math.min(place, bytes.length)),
        )
        expect(split(...cut)).toEqual(split(bytes))
      }),
      { numRuns: 500 },
    )
  })
})

describe('frameCutter', () => {
  test('passes a chunk that ends at a border on uncopied', () => {
    const chunk = bytesOf('data: a\n\ndata: b\n\n')
    expect(frameCutter().push(chunk)).toBe(chunk)
  })
  test('keeps what comes after the last border', () => {
    const cutter = frameCutter()
    expect(textOf(cutter.push(bytesOf('data: a\n\ndata: b')) ?? new Uint8Array())).toBe('data: a\n\n')
    expect(cutter.push(bytesOf('c'))).toBeUndefined()
    expect(textOf(cutter.rest())).toBe('data: bc')
    expect(cutter.rest()).toHaveLength(0)
  })
  test('loses no byte and ends every piece at a blank line, however the bytes are cut', () => {
    const piece = fc.constantFrom('data: a', 'b', '\n', '\r', '\r\n', '\n\n', '\r\n\r\n')
    const stream = fc.array(piece, { maxLength: 30 }).map(pieces => bytesOf(pieces.join('')))
    fc.assert(
      fc.property(stream, fc.array(fc.nat(120), { maxLength: 12 }), (bytes, places) => {
        const cutter = frameCutter()
        let passed = ''
        for (const chunk of cutAt(
          bytes,
          places.map(place => Math.min(place, bytes.length)),
        )) {
          const whole = cutter.push(chunk)
          if (whole === undefined) continue
          passed += textOf(whole)
          expect(passed).toMatch(/(?:\r\n|\r|\n)(?:\r\n|\r|\n)$/)
        }
        expect(passed + textOf(cutter.rest())).toBe(textOf(bytes))
      }),
      { numRuns: 500 },
    )
  })
})

describe('framesIn', () => {
  test('covers every byte with its spans', () => {
    const text = ': c\n\ndata: a\r\n\r\n\ndata: b'
    const spans = framesIn(bytesOf(text))
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual([
      ': c\n\n',
      'data: a\r\n\r\n',
      '\n',
      'data: b',
    ])
    expect(spans.map(({ frame }) => frame?.data)).toEqual([undefined, 'a', undefined, 'b'])
  })
})

describe('frameText', () => {
  test('is read back as the same frame, line ends in the data included', () => {
    for (const frame of [{ data: 'a' }, { event: 'e', data: 'a\nb\n' }, { data: '' }, { data: ' a' }])
      expect(split(bytesOf(frameText(frame)))).toEqual([frame])
  })
})
