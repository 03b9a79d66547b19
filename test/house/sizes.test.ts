/** No file is long and no function has many parameters, counted anew without the linter. */
import { describe, expect, it } from 'vitest'
import { codeOf, sources } from './sources.ts'
import type { Source } from './sources.ts'

const most = { lines: 300, functionLines: 60, parameters: 4 }

const opening = '([{'
const closing = ')]}'

/** One past the bracket that closes the one at `from`. */
const closeOf = (code: string, from: number): number => {
  let depth = 0
  for (let at = from; at < code.length; at += 1) {
    const char = code[at] ?? ''
    if (opening.includes(char)) depth += 1
    if (closing.includes(char)) depth -= 1
    if (depth === 0) return at + 1
  }
  return code.length
}

/** How many parameters stand between these brackets; commas within nested brackets or type arguments are not counted. */
const countOf = (list: string): number => {
  let depth = 0
  let count = 0
  let filled = false
  for (const [at, char] of list.split('').entries()) {
    if ('([{<'.includes(char)) depth += 1
    if (')]}'.includes(char) || (char === '>' && list[at - 1] !== '=')) depth -= 1
    if (char === ',' && depth === 0) {
      if (filled) count += 1
      filled = false
    } else if (/\S/.test(char)) filled = true
  }
  return filled ? count + 1 : count
}

interface Found {
  readonly line: number
  readonly parameters: number
  readonly lines: number
}
/** Functions with a body in braces: arrows, declarations and methods. */
const functionsOf = (text: string): readonly Found[] => {
  const code = codeOf(text)
  const found: Found[] = []
  for (let at = code.indexOf('('); at !== -1; at = code.indexOf('(', at + 1)) {
    const end = closeOf(code, at)
    const before = code.slice(Math.max(0, at - 60), at)
    if (/\b(?:if|for|while|switch|catch|return|typeof)\s*$/.test(before)) continue
    const rest = /^\s*(?::[^=;{}()]*(?:\{[^{}]*\}[^=;{}()]*)*)?(?:=>\s*)?\{/.exec(code.slice(end, end + 400))?.[0]
    const isFunction =
      rest !== undefined &&
      (rest.includes('=>') || /(?:function\b[\w$\s*]*|^|[,{}\n]\s*(?:async\s+)?[\w$]+)$/.test(before))
    if (!isFunction || rest === undefined) continue
    const close = closeOf(code, end + rest.length - 1)
    found.push({
      line: code.slice(0, at).split('\n').length,
      parameters: countOf(code.slice(at + 1, end - 1)),
      lines: code.slice(at, close).split('\n').length,
    })
  }
  return found
}

/** What is too large, as sentences. */
const large = (files: readonly Source[]): readonly string[] =>
  files.flatMap(({ path, text }) => {
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
    const tooLong = lines > most.lines ? [`${path}: ${lines} lines`] : []
    const functions = functionsOf(text).flatMap(one => [
      ...(one.lines > most.functionLines ? [`${path}:${one.line}: a function of ${one.lines} lines`] : []),
      ...(one.parameters > most.parameters ? [`${path}:${one.line}: ${one.parameters} parameters`] : []),
    ])
    return [...tooLong, ...functions]
  })

const many = (count: number, line: string): string => `${line}\n`.repeat(count)
const one = (text: string): readonly string[] => large([{ path: 'a.ts', text }])

describe('sizes', () => {
  it('are kept by every file and function', () => {
    expect(large(sources())).toEqual([])
  })
  it('are measured: a file that is too long is found', () => {
    expect(one(many(301, 'x'))).toEqual(['a.ts: 301 lines'])
    expect(one(many(300, 'x'))).toEqual([])
  })
  it('are measured: a function that is too long is found, in each of its forms', () => {
    for (const start of [
      'const f = (a: number): void => {',
      'export function f(a: number): void {',
      'const o = {\n  push(chunk) {',
    ]) {
      expect(one(`${start}\n${many(60, 'x()')}}`), start).toHaveLength(1)
      expect(one(`${start}\n${many(50, 'x()')}}`), start).toEqual([])
    }
  })
  it('are measured: too many parameters are found, and only parameters are counted', () => {
    expect(one('const f = (a: 1, b: 2, c: 3, d: 4, e: 5) => { x() }')).toEqual(['a.ts:1: 5 parameters'])
    expect(one('const f = (a: Map<1, 2>, { b, c, d }: X, e: (f: 1, g: 2) => 3) => { x() }')).toEqual([])
    expect(one('if (f(a, b, c, d, e)) { x() }')).toEqual([])
  })
})
