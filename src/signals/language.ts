/** Tells which language a text is in, by its script, its frequent words and its letters; nothing where that is not clear. */
import { arabicWords, cyrillicWords, latinWords, tellingLetters, tellingPieces } from './language-words.ts'

/** So much of a text is looked at. */
const looked = 800
/** Of the letters, so many must be of one script; so many letters must there be where a script has one language only. */
const mostly = 0.6
const fewest = 2
/** The best must have so many hits, and so much more than the second. */
const hitsNeeded = 1.5
const lead = 1.2
const perLetter = 0.7
const lettersCounted = 6
const perPiece = 0.3
const piecesCounted = 12
/** What a script is taken for where no letter of another language is in it. */
const plainly: Readonly<Record<string, string>> = { arabic: 'ar' }
const longEnough = 12

type Hits = Map<string, number>

/** Scripts by the ranges of their characters, in order. */
const ranges: readonly (readonly [from: number, to: number, script: string])[] = [
  [0xc0, 0x24f, 'latin'],
  [0x370, 0x3ff, 'el'],
  [0x400, 0x52f, 'cyrillic'],
  [0x531, 0x58f, 'hy'],
  [0x590, 0x5ff, 'he'],
  [0x600, 0x77f, 'arabic'],
  [0x900, 0x97f, 'hi'],
  [0x980, 0x9ff, 'bn'],
  [0xa80, 0xaff, 'gu'],
  [0xb80, 0xbff, 'ta'],
  [0xe00, 0xe7f, 'th'],
  [0x10a0, 0x10ff, 'ka'],
  [0x1100, 0x11ff, 'ko'],
  [0x1e00, 0x1eff, 'latin'],
  [0x3040, 0x30ff, 'kana'],
  [0x3400, 0x9fff, 'han'],
  [0xac00, 0xd7af, 'ko'],
]
const scriptOf = (code: number): string | undefined => ranges.find(([from, to]) => code >= from && code <= to)?.[2]

const isPlainLatin = (code: number): boolean => code >= 0x61 && code <= 0x7a

/** Of lower-case text, how many letters of each script there are. */
const countScripts = (text: string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    const script = isPlainLatin(code) ? 'latin' : code <= 0x7f ? undefined : scriptOf(code)
    if (script !== undefined) counts.set(script, (counts.get(script) ?? 0) + 1)
  }
  return counts
}

/** Several languages are written in these. */
const shared: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  latin: latinWords,
  cyrillic: cyrillicWords,
  arabic: arabicWords,
}

/** Each of many pieces to the languages that have it. */
const inverted = (
  lists: readonly (readonly [language: string, pieces: readonly string[]])[],
): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>()
  for (const [language, pieces] of lists)
    for (const piece of new Set(pieces)) {
      const before = found.get(piece)
      if (before === undefined) found.set(piece, [language])
      else before.push(language)
    }
  return found
}
const indexOf = (words: Readonly<Record<string, string>>) => ({
  words: inverted(Object.entries(words).map(([language, list]) => [language, list.split(' ')])),
  letters: inverted(Object.keys(words).map(language => [language, Array.from(tellingLetters[language] ?? '')])),
})
const indexes = new Map(Object.entries(shared).map(([script, words]) => [script, indexOf(words)]))

const hit = (hits: Hits, language: string, worth: number): void => {
  hits.set(language, (hits.get(language) ?? 0) + worth)
}

/** A word that three languages share says a third of each. */
const addWords = (hits: Hits, text: string, index: ReadonlyMap<string, readonly string[]>): void => {
  for (const word of text.match(/[\p{L}\p{M}]+/gu) ?? []) {
    const languages = index.get(word) ?? []
    for (const language of languages) hit(hits, language, languages.length === 1 ? 1 : 1.5 / languages.length)
  }
}
/** A letter says the same however often it comes, after some times. */
const addLetters = (hits: Hits, text: string, index: ReadonlyMap<string, readonly string[]>): void => {
  const found: Hits = new Map()
  for (const letter of text) for (const language of index.get(letter) ?? []) hit(found, language, 1)
  for (const [language, count] of found) hit(hits, language, perLetter * Math.min(lettersCounted, count))
}

const addPieces = (hits: Hits, text: string, languages: Iterable<string>): void => {
  const plain = ` ${text.replace(/[^\p{L}]+/gu, ' ')} `
  for (const language of languages) {
    let count = 0
    for (const piece of tellingPieces[language] ?? [])
      for (let at = plain.indexOf(piece); at >= 0 && count < piecesCounted; at = plain.indexOf(piece, at + 1))
        count += 1
    if (count > 0) hit(hits, language, perPiece * count)
  }
}

const bestOf = (hits: Hits): string | undefined => {
  const [first, second] = [...hits].toSorted(([, a], [, b]) => b - a)
  if (first === undefined || first[1] < hitsNeeded) return undefined
  return second === undefined || first[1] >= second[1] * lead ? first[0] : undefined
}

const amongShared = (script: string, text: string): string | undefined => {
  const index = indexes.get(script)
  if (index === undefined) return undefined
  const hits: Hits = new Map()
  addWords(hits, text, index.words)
  addLetters(hits, text, index.letters)
  if (script === 'latin') addPieces(hits, text, Object.keys(latinWords))
  const best = bestOf(hits)
  if (best !== undefined || text.length < longEnough) return best
  return Array.from(text).some(letter => index.letters.has(letter)) ? undefined : plainly[script]
}

/** ISO 639-1 of the language that most of the text's beginning is in; undefined for too little text or a mixture. */
export const languageOf = (text: string): string | undefined => {
  const some = text.slice(0, looked).toLowerCase()
  const counts = countScripts(some)
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  if (total < fewest) return undefined
  const kana = counts.get('kana') ?? 0
  const han = counts.get('han') ?? 0
  // Japanese is written with both; Chinese has no kana.
  if (kana + han >= mostly * total) return kana * 12 >= han ? 'ja' : 'zh'
  const most = [...counts].find(([, count]) => count >= mostly * total)?.[0]
  if (most === undefined) return undefined
  return Object.hasOwn(shared, most) ? amongShared(most, some) : most
}
