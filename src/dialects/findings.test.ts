/** What is wrong with a body is told by its place, by what was found, and by what it must be. */
import { describe, expect, it } from 'vitest'
import {
  checked,
  found,
  optionalFlag,
  optionalInteger,
  optionalList,
  optionalNumber,
  optionalRecord,
  optionalText,
  requiredText,
  requiredWord,
} from './findings.ts'
import type { Findings } from './findings.ts'

describe('a reader of a member', () => {
  const readers = [
    ['optionalText', optionalText, '', 3, 'the number 3; it must be a string, or left out'],
    ['optionalNumber', optionalNumber, 0.5, '1', 'the string "1"; it must be a number, or left out'],
    ['optionalFlag', optionalFlag, false, 'no', 'the string "no"; it must be true or false, or left out'],
    ['optionalRecord', optionalRecord, {}, [], 'an empty list; it must be an object, or left out'],
    ['optionalInteger', optionalInteger, -2, 1.5, 'the number 1.5; it must be a whole number, or left out'],
  ] as const
  it.each(readers)('%s gives what is right, nothing for what is absent, and tells what is wrong', (...row) => {
    const [, read, right, wrong, words] = row
    const findings: Findings = {}
    expect(read(findings, 'at', right)).toBe(right)
    expect(read(findings, 'at', undefined)).toBeUndefined()
    expect(read(findings, 'at', null)).toBeUndefined()
    expect(findings).toEqual({})
    expect(read(findings, 'at', wrong)).toBeUndefined()
    expect(findings.first).toEqual({ at: 'at', why: `at is ${words}` })
  })
  it('that must find something gives a stand-in where there is nothing', () => {
    const findings: Findings = {}
    expect(requiredText(findings, 'a', '')).toBe('')
    expect(findings.first).toBeUndefined()
    expect(requiredWord(findings, 'b', '')).toBe('')
    expect(findings.first?.why).toBe('b is an empty string; it must be a string that is not empty')
    expect(requiredText(findings, 'c', undefined)).toBe('')
  })
  it('of a list gives an empty one for what is absent or none', () => {
    const findings: Findings = {}
    expect(optionalList(findings, 'at', [1])).toEqual([1])
    expect(optionalList(findings, 'at', null)).toEqual([])
    expect(findings.first).toBeUndefined()
    expect(optionalList(findings, 'at', {})).toEqual([])
    expect(findings.first?.why).toBe('at is an object; it must be a list, or left out')
  })
  it('holds a whole number to its least', () => {
    const findings: Findings = {}
    expect(optionalInteger(findings, 'n', 0, 1)).toBeUndefined()
    expect(findings.first?.why).toBe('n is the number 0; it must be a whole number of at least 1, or left out')
  })
})

describe('what was found', () => {
  it('first is the answer, and without a finding it is what was read', () => {
    const findings: Findings = {}
    expect(checked(findings, 7)).toEqual({ ok: true, value: 7 })
    requiredWord(findings, 'one', undefined)
    requiredWord(findings, 'two', undefined)
    expect(checked(findings, 7)).toEqual({
      ok: false,
      at: 'one',
      why: 'one is missing; it must be a string that is not empty',
    })
  })
  it('is told in few words, however long it is', () => {
    expect(found('x'.repeat(50))).toBe(`the string "${'x'.repeat(40)}…"`)
    expect(found(null)).toBe('null')
    expect(found([1])).toBe('a list')
    expect(found(true)).toBe('the boolean true')
  })
})
