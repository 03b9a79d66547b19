/** Where in the text of a JSON file something stands. */
import type { Path } from './finding.ts'

/** Lines and columns count from 1. */
export interface TextPlace {
  readonly line: number
  readonly column: number
}

/** The line and column of a character. */
export const placeAt = (text: string, offset: number): TextPlace => {
  const before = text.slice(0, offset)
  const lastBreak = before.lastIndexOf('\n')
  return { line: before.split('\n').length, column: offset - lastBreak }
}

const blank = /[\s,:]/

const skipBlank = (text: string, from: number): number => {
  let at = from
  while (at < text.length && blank.test(text[at] ?? '')) at++
  return at
}

/** The end of the string that begins here. */
const endOfString = (text: string, from: number): number => {
  let at = from + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** The end of the mapping or list that begins here. */
const endOfGroup = (text: string, from: number): number => {
  let depth = 0
  let at = from
  while (at < text.length) {
    const sign = text[at]
    at = sign === '"' ? endOfString(text, at) : at + 1
    if (sign === '{' || sign === '[') depth++
    else if (sign === '}' || sign === ']') depth--
    if (depth === 0) return at
  }
  return at
}

const endOfPlain = /[\s,}\]]|$/

/** The end of the value that begins here. */
const endOfValue = (text: string, from: number): number => {
  const sign = text[from]
  if (sign === '"') return endOfString(text, from)
  if (sign === '{' || sign === '[') return endOfGroup(text, from)
  return from + text.slice(from, from + 64).search(endOfPlain)
}

/** Where the member of this name or the entry of this number begins, in the mapping or list that begins here. */
const childAt = (text: string, from: number, part: string | number): number | undefined => {
  const isList = text[from] === '['
  if (!isList && text[from] !== '{') return undefined
  let at = skipBlank(text, from + 1)
  for (let index = 0; at < text.length && text[at] !== '}' && text[at] !== ']'; index++) {
    let name: unknown = index
    if (!isList) {
      const end = endOfString(text, at)
      name = JSON.parse(text.slice(at, end))
      at = skipBlank(text, end)
    }
    if (name === part) return at
    at = skipBlank(text, endOfValue(text, at))
  }
  return undefined
}

/** Where the value at this path begins, or the nearest above it that is there. The text must be JSON. */
export const jsonPlace = (text: string, path: Path): TextPlace => {
  let at = skipBlank(text, 0)
  for (const part of path) {
    const child = childAt(text, at, part)
    if (child === undefined) break
    at = child
  }
  return placeAt(text, at)
}

/** A JSON text as a value, or why it is none and where. */
export const parseJson = (
  text: string,
):
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly why: string; readonly place: TextPlace } => {
  try {
    const value: unknown = JSON.parse(text)
    return { ok: true, value }
  } catch (error) {
    // The parser's message is the answer; it names the place except where the text just ends.
    const why = error instanceof Error ? error.message : String(error)
    const found = /line (\d+) column (\d+)/.exec(why)
    const place = found === null ? placeAt(text, text.length) : { line: Number(found[1]), column: Number(found[2]) }
    return { ok: false, why: why.replace(/ in JSON at position.*/, '').replace(/ in JSON$/, ''), place }
  }
}
