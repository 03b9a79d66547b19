/** Wishes as headers tell them. */
import { describe, expect, it } from 'vitest'
import { readWishes } from './wishes.ts'

const tagsOf = (headers: Readonly<Record<string, string>>): unknown => {
  const wishes = readWishes(headers)
  return wishes.ok ? wishes.value.tags : wishes.why
}
const latin1 = (text: string): string => Buffer.from(text).toString('latin1')

describe('wishes', () => {
  it('are none where no header tells any', () => {
    expect(readWishes({ host: 'a', 'x-stainless-lang': 'js' })).toEqual({ ok: true, value: { tags: {} } })
  })
  it('may be in UTF-8 or in Latin-1', () => {
    expect(tagsOf({ 'x-signalbox-tags': latin1('city=Köln') })).toEqual({ city: 'Köln' })
    expect(tagsOf({ 'x-signalbox-tags': 'city=Köln' })).toEqual({ city: 'Köln' })
  })
  it('take a tag of any name without changing what all objects have', () => {
    const tags = tagsOf({ 'x-signalbox-tags': '__proto__=a,constructor=b', 'x-portkey-metadata': '{"toString":"c"}' })
    expect(Object.entries(tags ?? {})).toEqual([
      ['toString', 'c'],
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ])
    expect(Object.getPrototypeOf({})).toBe(Object.prototype)
  })
  it('let our own word count where two gateways’ words differ', () => {
    expect(readWishes({ 'x-signalbox-budget-cap': '0.5', 'x-budget-cap': '2' })).toMatchObject({
      value: { budgetCap: 500_000 },
    })
    expect(tagsOf({ 'x-signalbox-tags': 'tenant=ours', 'x-tenant-id': 'theirs' })).toEqual({ tenant: 'ours' })
  })
  it('count money in whole millionths, whatever binary fractions make of it', () => {
    expect(readWishes({ 'x-budget-cap': '0.000001' })).toMatchObject({ value: { budgetCap: 1 } })
    expect(readWishes({ 'x-budget-cap': '1.1' })).toMatchObject({ value: { budgetCap: 1_100_000 } })
    for (const wrong of ['NaN', 'Infinity', '1e3', '$5', '1,5', '', '.']) {
      expect(readWishes({ 'x-budget-cap': wrong }).ok, wrong).toBe(false)
    }
  })
  it('that nobody knows are named with what was probably meant', () => {
    expect(readWishes({ 'x-signalbox-tag': 'a=b' })).toEqual({
      ok: false,
      at: 'x-signalbox-tag',
      why: 'there is no request header "x-signalbox-tag"; did you mean "x-signalbox-tags"?',
    })
  })
  it('are bounded in number and length', () => {
    const many = Array.from({ length: 65 }, (_, at) => `t${at}=1`).join(',')
    expect(tagsOf({ 'x-signalbox-tags': many })).toMatch(/at most 64 tags/)
    expect(tagsOf({ 'x-tenant-id': 'a'.repeat(257) })).toMatch(/256 characters/)
    expect(readWishes({ 'x-signalbox-session': 'a'.repeat(257) }).ok).toBe(false)
  })
})
