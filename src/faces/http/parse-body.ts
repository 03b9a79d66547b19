/** Bytes to a JSON object, or what is wrong with them and where. */
import { isRecord } from '../../domain/json.ts'
import { isUtf8 } from 'node:buffer'
import type { Checked } from '../../domain/units.ts'
import { depthOf } from '../../dialects/json-text.ts'
import { faultOf } from './json-fault.ts'

/** A body as it is handed on: the object, and the bytes that it was read from. */
export interface Body {
  readonly json: Readonly<Record<string, unknown>>
  readonly bytes: Uint8Array
}

/** Deeper than any real request; what nests deeper only means to exhaust the stack. */
const deepest = 256

const wrong = (why: string): Checked<never> => ({ ok: false, why })

/** Counting openers needs no walk, and few bodies have as many as are forbidden. */
const mayBeDeep = (text: string): boolean => {
  let openers = 0
  for (const opener of '[{') {
    for (let at = text.indexOf(opener); at !== -1; at = text.indexOf(opener, at + 1)) {
      if (++openers > deepest) return true
    }
  }
  return false
}

const parsed = (text: string): Checked<unknown> => {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    // Its message repeats the client's words and often names no place.
    return wrong(`the body is no JSON: ${faultOf(text)}`)
  }
}

const kindOf = (value: unknown): string => {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}

const badBytes = (bytes: Buffer): string => {
  const marked = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  return marked
    ? 'the body looks like UTF-16; UTF-8 would be right'
    : 'the body is no valid UTF-8; UTF-8 would be right'
}

/** The object that these bytes are. A byte order mark is dropped. Never throws, however deep or broken they are. */
export const parseBody = (whole: Buffer): Checked<Body> => {
  const bytes = whole[0] === 0xef && whole[1] === 0xbb && whole[2] === 0xbf ? whole.subarray(3) : whole
  if (bytes.length === 0) return wrong('the body is empty; a JSON object would be right')
  if (!isUtf8(bytes)) return wrong(badBytes(bytes))
  const text = bytes.toString()
  const read = parsed(text)
  if (!read.ok) return read
  const json = read.value
  if (!isRecord(json)) return wrong(`the body is ${kindOf(json)}; a JSON object would be right`)
  if (mayBeDeep(text) && depthOf(json, deepest) > deepest) {
    return wrong(`the body nests more than ${deepest} levels deep; it must nest less`)
  }
  return { ok: true, value: { json, bytes } }
}
