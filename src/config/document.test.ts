/** Reading YAML: places, names, aliases, and texts that were made to hurt. */
import { describe, expect, it } from 'vitest'
import { largestFile, readDocument } from './document.ts'
import type { Read } from './document.ts'
import { pathOf, placeOf, plainValue, valuePlaceOf } from './written.ts'
import type { Written } from './written.ts'

const written = (text: string): Written => {
  const read = readDocument(text)
  if (!read.ok) throw new Error(read.flaws.map(one => one.message).join('; '))
  return read.written
}
const flaws = (read: Read): readonly string[] =>
  read.ok ? [] : read.flaws.map(({ place: { line, column }, message }) => `${line}:${column} ${message}`)

describe('a document', () => {
  it('gives plain values', () => {
    expect(plainValue(written('a: 1\nb: [x, true, ~, 0.60, "1"]\nc: { 4o: 8s, 3.50: off }'))).toEqual({
      a: 1,
      b: ['x', true, null, 0.6, '1'],
      c: { '4o': '8s', '3.50': 'off' },
    })
  })

  it('leaves references whole, also between braces', () => {
    expect(plainValue(written('a: { key: ${NAME}, url: ${URL:-http://h:1/a,b#c[0]}, "${X}": 1 }'))).toEqual({
      a: { key: '${NAME}', url: '${URL:-http://h:1/a,b#c[0]}', '${X}': 1 },
    })
  })

  it('leaves characters for private use as they are', () => {
    expect(plainValue(written('a: "\ue000\ue001 ${X}"'))).toEqual({ a: '\ue000\ue001 ${X}' })
  })

  it('tells where names and values stand, in files of every kind', () => {
    for (const end of ['\n', '\r\n']) {
      const file = written(`\ufeffa:${end}  b: [1, two]${end}`)
      expect(placeOf(file, ['a', 'b'])).toEqual({ line: 2, column: 3 })
      expect(valuePlaceOf(file, ['a', 'b', 1])).toEqual({ line: 2, column: 10 })
      expect(placeOf(file, ['a', 'nothing', 'below'])).toEqual({ line: 1, column: 1 })
    }
  })

  it('finds names with dots in a path that was told as text', () => {
    const steps = written('- when: { tags.tier: { eq: gold } }')
    expect(pathOf(steps, '[0].when.tags.tier.eq')).toEqual([0, 'when', 'tags.tier', 'eq'])
    expect(pathOf(steps, '[0].when.tags.other')).toEqual([0, 'when'])
  })

  it('lets what stands beside a merge count, whichever comes first', () => {
    const text = 'd: &d { a: 1, b: 2 }\ne: { b: 3, <<: *d }\nf: { <<: [{ a: 9 }, *d] }'
    expect(plainValue(written(text))).toMatchObject({ e: { a: 1, b: 3 }, f: { a: 9, b: 2 } })
  })

  it('refuses a name that would reach behind the values', () => {
    expect(flaws(readDocument('__proto__: { admin: true }'))).toEqual(['1:1 the name "__proto__" is not allowed'])
    expect(plainValue(written('constructor: 1'))).toEqual({ constructor: 1 })
  })
})

describe('a text that was made to hurt', () => {
  const ten = (name: string): string => `[${Array.from({ length: 10 }, () => `*${name}`).join(', ')}]`
  const hurtful: Readonly<Record<string, string>> = {
    'aliases of aliases': `a: &a [1]\n${['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh'].map(([from = '', to = '']) => `${to}: &${to} ${ten(from)}`).join('\n')}`,
    'brackets within brackets': '['.repeat(20_000),
    'mappings within mappings': '{a: '.repeat(20_000),
    'lists within lists': '- '.repeat(20_000),
    'names within names': '? '.repeat(20_000),
    'an alias within itself': 'a: &a { b: &b [*a, *b] }',
    'tags upon tags': '!a '.repeat(20_000),
    'a file that is too large': `a: ${'x'.repeat(largestFile)}`,
  }
  it.each(Object.entries(hurtful))('is refused with few words: %s', (_, text) => {
    const told = flaws(readDocument(text))
    expect(told.length).toBeGreaterThan(0)
    expect(told.length).toBeLessThanOrEqual(20)
  })

  it('may be long, where it only is long', () => {
    const many = Array.from({ length: 10_000 }, (_, at) => `name-${at}: { value: "\${A:-${at}}" }`).join('\n')
    expect(written(many).kind).toBe('mapping')
    expect(written(`a: "${'${A:-'.repeat(50_000)}"`).kind).toBe('mapping')
  })
})
