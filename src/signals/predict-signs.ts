/** What a predictor goes by: words and structure of a request, hashed into a fixed number of slots. */
import type { Conversation } from '../domain/request.ts'
import { cuesIn } from './predict-cues.ts'
import { callsOf, structureOf } from './request-structure.ts'
import { textOf } from './request-text.ts'
import type { RequestText } from './request-text.ts'

/** A power of two. The weights that are shipped fit this number and these hashes, and no others. */
export const slotCount = 16_384

/** Slots that are set, with how much each counts; the same slot may occur more than once. */
export interface Signs {
  readonly slots: Uint16Array
  readonly values: Float32Array
}

/** How much each kind of sign counts; each kind has its own hashes, so that a word means another thing in another place. */
const zones = {
  opening: [0x11, 1],
  openingPair: [0x22, 1],
  closing: [0x33, 0.8],
  closingPair: [0x44, 0.8],
  piece: [0x55, 0.8],
  first: [0x66, 0.8],
  system: [0x77, 0.7],
  systemPair: [0x88, 0.7],
  body: [0x99, 0.6],
  earlier: [0xaa, 0.3],
  structure: [0xbb, 1.3],
  cue: [0xcc, 1.6],
  calls: [0xdd, 3],
} as const
type Zone = keyof typeof zones

/** What is to be done stands at the beginning or at the end of what a user says: so many words of each are read closely. */
const closeWords = 14
const closeCharacters = 110
/** A text of so many words is read closely from beginning to end. */
const shortWords = 40
const firstWords = 3
const pieceLength = 4

const start = 0x811c_9dc5
const add = (hash: number, code: number): number => Math.imul(hash ^ code, 0x0100_0193)
const slotOf = (hash: number): number => {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b_3c6d)
  return (mixed ^ (mixed >>> 12)) & (slotCount - 1)
}

/** Writing without spaces: each character is a word. */
const standsAlone = (code: number): boolean => (code >= 0x3040 && code <= 0x9fff) || (code >= 0x0e00 && code <= 0x0e7f)
const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isPunctuation = (code: number): boolean =>
  (code >= 0x2000 && code <= 0x206f) || (code >= 0x3000 && code <= 0x303f) || (code >= 0xff00 && code <= 0xff0f)
const isLetter = (code: number): boolean =>
  (code >= 97 && code <= 122) || code === 95 || (code >= 0xaa && code !== 0xd7 && !isPunctuation(code))
/** Marks that say much about the kind of text: `{}[]()<>=+*^/$?:;#|\` and the backtick. */
const marks = new Set(Array.from('{}[]()<>=+*^/$?:;#|\\`%', mark => mark.charCodeAt(0)))
const aDigit = 48

/** The hashes of the words of a text, in order. Any number is one word; marks are words too. */
const wordsOf = (text: string): readonly number[] => {
  const words: number[] = []
  const lower = text.toLowerCase()
  let hash = start
  let isOpen = false
  let isNumber = false
  const end = (): void => {
    if (isOpen) words.push(hash)
    isOpen = false
    isNumber = false
    hash = start
  }
  for (let at = 0; at < lower.length; at += 1) {
    const code = lower.charCodeAt(at)
    if (standsAlone(code) || marks.has(code)) {
      end()
      words.push(add(start, code))
    } else if (isDigit(code)) {
      // 7, 42 and 1999 say the same of the kind of work; how many digits they have says a little.
      if (!isNumber) hash = add(hash, aDigit)
      isNumber = true
      isOpen = true
    } else if (isLetter(code)) {
      hash = add(hash, code)
      isOpen = true
    } else end()
  }
  end()
  return words
}

/** The hashes of every few characters in a row, spaces as one mark. */
const piecesOf = (text: string): readonly number[] => {
  const plain = text.toLowerCase().replace(/\s+/g, ' ')
  const pieces: number[] = []
  for (let at = 0; at + pieceLength <= plain.length; at += 1) {
    let hash = start
    for (let next = at; next < at + pieceLength; next += 1) hash = add(hash, plain.charCodeAt(next))
    pieces.push(hash)
  }
  return pieces
}

const pairsOf = (words: readonly number[]): readonly number[] =>
  words.slice(1).map((word, at) => add(Math.imul(words[at] ?? 0, 31), word))

/** The beginning and the end of a text, or all of a short one. */
const edgesOf = (text: string): string =>
  text.length <= 2 * closeCharacters ? text : `${text.slice(0, closeCharacters)}\n${text.slice(-closeCharacters)}`

type Found = readonly (readonly [zone: Zone, hashes: readonly number[]])[]

/** Each zone has the same weight, however many signs there are in it. */
const laidOut = (found: Found): Signs => {
  const count = found.reduce((sum, [, hashes]) => sum + hashes.length, 0)
  const slots = new Uint16Array(count)
  const values = new Float32Array(count)
  let next = 0
  for (const [zone, hashes] of found) {
    const [salt, weight] = zones[zone]
    values.fill(weight / Math.sqrt(hashes.length), next, next + hashes.length)
    for (const hash of hashes) {
      slots[next] = slotOf(add(hash, salt))
      next += 1
    }
  }
  return { slots, values }
}

const nameHash = (name: string): number => {
  let hash = start
  for (let at = 0; at < name.length; at += 1) hash = add(hash, name.charCodeAt(at))
  return hash
}

/** What a predictor may look at of a request. */
export type Predictable = Pick<Conversation, 'messages' | 'tools' | 'opaqueTools' | 'toolChoice' | 'output'>

const named = (place: string, text: string): readonly string[] => cuesIn(text).map(cue => `${place} ${cue}`)

/** Where it is said what is to be done, and that it is not said elsewhere. */
const cuesOf = ({ last, system }: RequestText): readonly string[] => {
  const found = [
    ...named('first', last.slice(0, closeCharacters)),
    ...(last.length > closeCharacters ? named('last', last.slice(-closeCharacters)) : []),
    ...named('system', edgesOf(system)),
  ]
  const anywhere = new Set(found.map(cue => cue.slice(cue.indexOf(' ') + 1)))
  return [...found, ...anywhere, ...(anywhere.size === 0 ? ['none'] : [])]
}

/** The signs of a request whose text was already read. */
export const signsIn = (request: Predictable, text: RequestText): Signs => {
  const words = wordsOf(text.last)
  const opening = words.slice(0, words.length <= shortWords ? shortWords : closeWords)
  const closing = words.slice(-closeWords)
  const system = wordsOf(text.system)
  return laidOut([
    ['structure', structureOf(request, text).map(nameHash)],
    ['calls', [callsOf(request)].map(nameHash)],
    ['cue', cuesOf(text).map(nameHash)],
    ['opening', opening],
    ['openingPair', pairsOf(opening)],
    ['closing', closing],
    ['closingPair', pairsOf(closing)],
    ['first', words.slice(0, firstWords)],
    ['system', system],
    ['systemPair', pairsOf(system)],
    ['piece', piecesOf(edgesOf(text.last))],
    ['body', words],
    ['earlier', wordsOf(text.earlier)],
  ])
}

/** The signs of a request. */
export const signsOf = (request: Predictable): Signs => signsIn(request, textOf(request))
