/** The language of a text is told by script, words and letters, and not told where it is unclear. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { languageOf } from './language.ts'

const linesOf = (name: string): readonly string[] =>
  readFileSync(new URL(`../../benchmarks/predictors/${name}.txt`, import.meta.url), 'utf8')
    .split('\n')
    .filter(line => line !== '')

describe('the language', () => {
  it('of every passage is told', () => {
    // A log of a machine and an invoice are hardly sentences of any language.
    const wrong = linesOf('passages').filter(
      line => !/ERROR|Invoice no/.test(line) && languageOf(line.slice(3)) !== line.slice(0, 2),
    )
    expect(wrong).toEqual([])
  })

  it('of short questions is mostly told, and seldom wrongly', () => {
    const plain = linesOf('chat').filter(line => !line.includes('{}') && line.length > 30)
    const told = plain.map(line => ({ truth: line.slice(0, 2), said: languageOf(line.slice(5)) }))
    const share = (test: (one: { truth: string; said: string | undefined }) => boolean) =>
      told.filter(test).length / told.length
    expect(share(({ truth, said }) => truth === said)).toBeGreaterThan(0.8)
    expect(share(({ truth, said }) => said !== undefined && truth !== said)).toBeLessThan(0.03)
  })

  it('is told by script where only one is written in it', () => {
    expect(languageOf('Καλημέρα, τι κάνεις;')).toBe('el')
    expect(languageOf('שלום, מה שלומך?')).toBe('he')
    expect(languageOf('สวัสดีครับ')).toBe('th')
    expect(languageOf('안녕하세요')).toBe('ko')
    expect(languageOf('東京の天気')).toBe('ja')
    expect(languageOf('上海的天气')).toBe('zh')
  })

  it('tells neighbours apart', () => {
    expect(languageOf('Hvad er det bedste ved København, og hvorfor kan du lide det?')).toBe('da')
    expect(languageOf('Hva er det beste med Oslo, og hvorfor liker du det etter så mange år?')).toBe('no')
    expect(languageOf('O que você acha disso e como posso ajudar? Não sei.')).toBe('pt')
    expect(languageOf('Jak mohu zlepšit svůj text? Prosím, řekněte mi to.')).toBe('cs')
    expect(languageOf('Що ти про це думаєш і як я можу допомогти?')).toBe('uk')
    expect(languageOf('این متن را برای من ترجمه کن، چه می گوید؟')).toBe('fa')
  })

  it('is told by letters where no frequent word helps', () => {
    expect(languageOf('Großstraßenfußballspaß')).toBe('de')
    expect(languageOf('Zażółć gęślą jaźń')).toBe('pl')
    expect(languageOf('Съешь ёлкины рыжики, мышь')).toBe('ru')
  })

  it('is not told of nothing, of numbers, of code or of a mixture', () => {
    for (const text of ['', '12 + 30', '}{;;', 'x', 'hello мир שלום']) expect(languageOf(text), text).toBeUndefined()
  })
})
