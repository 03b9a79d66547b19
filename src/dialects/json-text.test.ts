/** Editing JSON text agrees with editing the parsed value, and touches nothing else. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { depthOf, editMembers, topLevelMembers } from './json-text.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const edit = (text: string, edits: Record<string, string | undefined>): string =>
  textOf(editMembers(bytesOf(text), edits))

describe('topLevelMembers', () => {
  test('finds every value of any object, whatever its layout', () => {
    const layout = fc.constantFrom(undefined, 1, '\t', '\r\n ')
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), layout, (value, space) => {
        const text = JSON.stringify(value, undefined, space)
        const parsed: Record<string, unknown> = JSON.parse(text)
        const bytes = bytesOf(text)
        const members = topLevelMembers(bytes)
        if (!members.ok) throw new Error(members.why)
        expect([...members.value.keys()].sort()).toEqual(Object.keys(parsed).sort())
        for (const [key, { start, end, keyStart }] of members.value) {
          expect(JSON.parse(textOf(bytes.subarray(start, end)))).toEqual(parsed[key])
          expect(bytes[keyStart]).toBe(34)
        }
      }),
    )
  })
  test('takes the last of members with one name, as JSON.parse does', () => {
    const members = topLevelMembers(bytesOf('{"a":1,"\\u0061":22}'))
    expect(members.ok && members.value.get('a')).toEqual({ start: 16, end: 18, keyStart: 7 })
  })
  test('says where text that is no object breaks off', () => {
    for (const text of [
      '',
      '[]',
      '{',
      '{"a"',
      '{"a":',
      '{"a":1',
      '{"a":1,}',
      '{"a":"',
      '{"a":[1}',
      '{a:1}',
      '{"a":1} x',
      '"{}"',
    ]) {
      const members = topLevelMembers(bytesOf(text))
      expect(members.ok, text).toBe(false)
      expect(!members.ok && members.why).toMatch(/byte \d+/)
    }
  })
})

describe('editMembers', () => {
  test('changes only what it is told and keeps every other byte', () => {
    const text = '\n{ "model" : "a\\"b", "n": 1e0 ,\t"stream":true, "x":{"model":"c"} }\n'
    expect(edit(text, { model: '"z"' })).toBe(text.replace('"a\\"b"', '"z"'))
    expect(edit(text, { n: undefined })).toBe('\n{ "model" : "a\\"b" ,\t"stream":true, "x":{"model":"c"} }\n')
    expect(edit(text, { new: '[1]' })).toBe(text.replace('} }', '} ,"new":[1]}'))
  })
  test('changes a member that stands there twice in both places', () => {
    expect(edit('{"a":1,"b":2,"a":3}', { a: '9' })).toBe('{"a":9,"b":2,"a":9}')
    expect(edit('{"a":1,"b":2,"a":3}', { a: undefined })).toBe('{"b":2}')
  })
  test('agrees with editing the parsed value, for any object and any edits', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'toString')
    const edits = fc.dictionary(name, fc.option(fc.jsonValue(), { nil: undefined }))
    const layout = fc.constantFrom(undefined, 2)
    fc.assert(
      fc.property(fc.dictionary(name, fc.jsonValue()), edits, layout, (value, wanted, space) => {
        const texts = Object.fromEntries(
          Object.entries(wanted).map(([key, one]) => [key, one === undefined ? undefined : JSON.stringify(one)]),
        )
        const edited: unknown = JSON.parse(edit(JSON.stringify(value, undefined, space), texts))
        expect(edited).toEqual(JSON.parse(JSON.stringify({ ...value, ...wanted })))
      }),
    )
  })
  test('leaves bytes that are no object as they are', () => {
    const bytes = bytesOf('[1]')
    expect(editMembers(bytes, { a: '1' })).toBe(bytes)
  })
})

describe('depthOf', () => {
  test('counts lists and objects within each other', () => {
    expect([1, [], { a: 1 }, [[{ a: [] }]], { a: [], b: { c: {} } }].map(value => depthOf(value, 10))).toEqual([
      0, 1, 1, 4, 3,
    ])
  })
  test('stops one past the limit, even a million levels down', () => {
    let deep: unknown = 1
    for (let level = 0; level < 1_000_000; level++) deep = [deep]
    expect(depthOf(deep, 64)).toBe(65)
  })
})
