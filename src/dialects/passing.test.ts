/** Bytes are passed on as they came, but for what is replaced, wherever a stream is cut. */
import { describe, expect, it } from 'vitest'
import { nothing } from '../domain/delivery.ts'
import { eventScanner, joinBytes, passed, replace, spansFrom } from './passing.ts'
import type { Pass, Passing } from './passing.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

describe('a pass', () => {
  it('gives the very bytes where nothing is replaced', () => {
    const bytes = bytesOf('one two three')
    expect(passed({ bytes, from: 0, kept: undefined })).toBe(bytes)
  })
  it('replaces and takes out, from the first to the last', () => {
    const pass: Pass = { bytes: bytesOf('one two three'), from: 0, kept: undefined }
    replace(pass, 0, 3, bytesOf('1'))
    replace(pass, 4, 8, undefined)
    expect(textOf(passed(pass))).toBe('1 three')
  })
  it('joins pieces in order', () => {
    expect(textOf(joinBytes([bytesOf('a'), bytesOf(''), bytesOf('bc')]))).toBe('abc')
    expect(joinBytes([])).toHaveLength(0)
  })
})

const plain: Passing = {
  read: (bytes, from) => ({
    ...nothing,
    bytes: bytes.subarray(from),
    ...(spansFrom(bytes, from).some(({ frame }) => frame?.data === '"end"') && { ended: true }),
  }),
  close: last => ({ ...last, ended: true }),
}
/** All that a scanner passes on of a text that comes in pieces of this length. */
const scanned = (text: string, length: number, passing = plain): string => {
  const scanner = eventScanner(passing)
  const bytes = bytesOf(text)
  let told = ''
  for (let at = 0; at < bytes.length; at += length) {
    told += textOf(scanner.push(bytes.subarray(at, at + length)).bytes)
  }
  return told + textOf(scanner.end().bytes)
}

describe('a scanner of events', () => {
  it('passes all frames on, wherever they are cut, without the mark before the first', () => {
    const text = 'data: {"a":1}\n\ndata: {"b":2}\n\n'
    for (let length = 1; length <= text.length; length++) expect(scanned(`\uFEFF${text}`, length)).toBe(text)
  })
  it('ends the last frame where only its blank line is missing, and drops half a one', () => {
    expect(scanned('data: {"a":1}\n\ndata: {"b":2}', 5)).toBe('data: {"a":1}\n\ndata: {"b":2}\n\n')
    expect(scanned('data: {"a":1}\n\ndata: {"b":', 5)).toBe('data: {"a":1}\n\n')
  })
  it('takes an end mark for a whole frame only where the dialect has one', () => {
    expect(scanned('data: [DONE]', 4)).toBe('')
    expect(scanned('data: [DONE]', 4, { ...plain, endMark: '[DONE]' })).toBe('data: [DONE]\n\n')
  })
  it('reads nothing after the end', () => {
    const text = 'data: "end"\n\n'
    expect(scanned(`${text}data: {"late":1}\n\n`, text.length)).toBe(text)
  })
  it('gives up on a frame that does not end', () => {
    const scanner = eventScanner(plain)
    scanner.push(bytesOf('data: '))
    const delivery = scanner.push(new Uint8Array(17 * 1024 * 1024).fill(120))
    expect(delivery.failure).toMatchObject({ kind: 'upstream-garbled', message: expect.stringContaining('16 MiB') })
    expect(scanner.end()).toBe(nothing)
  })
})
