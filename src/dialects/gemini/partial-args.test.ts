/** Leaves with their paths become the JSON text that they make, in whatever pieces and order they come. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { argsWriter } from './partial-args.ts'

type Leaf = Readonly<Record<string, unknown>> & { readonly jsonPath: string }

const step = (path: string, key: string): string =>
  /^[a-z_]+$/i.test(key) ? `${path}.${key}` : `${path}['${key.replace(/['\\]/g, '\\$&')}']`
/** The leaves of a value in its own order. */
const leavesOf = (value: unknown, path = '$'): readonly Leaf[] => {
  if (Array.isArray(value)) return value.flatMap((one: unknown, at) => leavesOf(one, `${path}[${at}]`))
  if (typeof value === 'string') return [{ jsonPath: path, stringValue: value }]
  if (typeof value === 'number') return [{ jsonPath: path, numberValue: value }]
  if (typeof value === 'boolean') return [{ jsonPath: path, boolValue: value }]
  if (value === null) return [{ jsonPath: path, nullValue: 'NULL_VALUE' }]
  return Object.entries(Object(value)).flatMap(([key, one]) => leavesOf(one, step(path, key)))
}
/** Strings in pieces of so many letters, with Google's mark that more will come. */
const inPieces = (leaf: Leaf, size: number): readonly Leaf[] => {
  const text = leaf['stringValue']
  if (typeof text !== 'string' || text.length <= size) return [leaf]
  const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
    text.slice(at * size, (at + 1) * size),
  )
  const { jsonPath } = leaf
  return [...pieces.map(stringValue => ({ jsonPath, stringValue, willContinue: true })), { jsonPath, stringValue: '' }]
}
const textOf = (leaves: readonly unknown[]): string => {
  const writer = argsWriter()
  return leaves.map(leaf => writer.push([leaf])).join('') + writer.end()
}

const names = fc.oneof(fc.stringMatching(/^[a-z]{1,6}$/), fc.constantFrom('a b', "it's", 'x.y', 'é'))
const { value: anyValue } = fc.letrec(tie => ({
  leaf: fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean(), fc.constant(null)),
  list: fc.array(tie('value'), { minLength: 1, maxLength: 3 }),
  object: fc.dictionary(names, tie('value'), { minKeys: 1, maxKeys: 3 }),
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, tie('leaf'), tie('list'), tie('object')),
}))
const anyArgs = fc.dictionary(names, anyValue, { minKeys: 1, maxKeys: 4 })

describe('arguments leaf by leaf', () => {
  it('are the object that they came from, wherever its strings are cut', () => {
    fc.assert(
      fc.property(anyArgs, fc.integer({ min: 1, max: 5 }), (args, size) => {
        const leaves = leavesOf(args).flatMap(leaf => inPieces(leaf, size))
        expect(JSON.parse(textOf(leaves))).toEqual(args)
      }),
      { numRuns: 300 },
    )
  })

  it('come out as they come in, not at the end', () => {
    const writer = argsWriter()
    expect(writer.push([{ jsonPath: '$.city', stringValue: 'Os', willContinue: true }])).toBe('{"city":"Os')
    expect(writer.push([{ jsonPath: '$.city', stringValue: 'lo "x"', willContinue: true }])).toBe('lo \\"x\\"')
    expect(writer.push([{ jsonPath: '$.city', stringValue: '' }])).toBe('"')
    expect(writer.push([{ jsonPath: '$.at[0].n', numberValue: 1.5 }])).toBe(',"at":[{"n":1.5')
    expect(writer.push([{ jsonPath: '$.at[1].n', nullValue: 'NULL_VALUE' }])).toBe('},{"n":null')
    expect(writer.end()).toBe('}]}')
  })

  it('out of order say the same to whoever reads the last of two members', () => {
    fc.assert(
      fc.property(
        anyArgs.chain(args =>
          fc.tuple(fc.constant(args), fc.shuffledSubarray([...leavesOf(args)], { minLength: leavesOf(args).length })),
        ),
        ([args, leaves]) => {
          expect(JSON.parse(textOf(leaves))).toEqual(args)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('that make no sense change nothing, and none at all are no text', () => {
    expect(textOf([])).toBe('')
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.jsonValue(), fc.record({ jsonPath: fc.string(), stringValue: fc.string() }))),
        leaves => {
          const text = textOf(leaves)
          expect(text === '' || typeof JSON.parse(text) === 'object').toBe(true)
        },
      ),
    )
    expect(textOf([{ jsonPath: '$.__proto__.a', numberValue: 1 }])).toBe('{"__proto__":{"a":1}}')
  })
})
