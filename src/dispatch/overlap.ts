/** Cuts away what a continuation repeats of the words that it goes on from. */
import type { Asked } from '../ports/provider.ts'

/** So far back is looked for words that come again. */
const farthest = 2_000
/** So many characters in common are no chance. */
const enough = 12

const isLetter = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}]/u.test(character)

/** The words that were shown, as far as they can come again. */
interface Shown {
  readonly text: string
  /** The same without white space at its end, which no model is given. */
  readonly trimmed: string
}

/** Joined as they are, the two would become one word: what is repeated is the word, or the half of it, at the end. */
const isWordAgain = ({ text }: Shown, repeated: string): boolean =>
  isLetter(text.at(-1)) && isLetter(repeated[0]) && !isLetter(text.at(-repeated.length - 1))

/** How many of the first characters of `next` are the last ones that were shown, by no chance. */
const repeatedBy = (shown: Shown, next: string, isBehindSpace: boolean): number => {
  const { text } = shown
  for (let length = Math.min(next.length, text.length, farthest); length > 0; length--) {
    const repeated = next.slice(0, length)
    const isMeant = length >= enough || length === text.length || (!isBehindSpace && isWordAgain(shown, repeated))
    if (isMeant && text.endsWith(repeated)) return length
  }
  return 0
}

/** White space that was cut from the end before the words were given, and comes again. */
const spaceAgain = ({ text, trimmed }: Shown, next: string): number => {
  const space = text.slice(trimmed.length)
  for (let length = Math.min(space.length, next.length); length > 0; length--)
    if (space.endsWith(next.slice(0, length))) return length
  return 0
}

/** What is known of a continuation that is not cut yet. */
export interface Overlap {
  /** Takes more of its beginning. Undefined as long as all of it may be a repetition. */
  push(more: string): string | undefined
  /** What is left of it where no more comes. */
  end(): string
  /** Characters that were cut away. */
  readonly length: number
}

class Cutting implements Overlap {
  readonly #shown: Shown
  readonly #goesOn: NonNullable<Asked['goesOn']>
  #next = ''
  length = 0

  constructor(text: string, goesOn: NonNullable<Asked['goesOn']>) {
    const isInstructed = goesOn.by === 'instruction'
    const near = isInstructed ? text.slice(-farthest) : text
    this.#shown = { text: near, trimmed: near.trimEnd() }
    this.#goesOn = goesOn
  }

  push(more: string): string | undefined {
    this.#next += more
    return this.#mayGrow() ? undefined : this.end()
  }

  /** Could more of it still be found among the words that were shown. */
  #mayGrow(): boolean {
    const { text, trimmed } = this.#shown
    if (this.#goesOn.by === 'instruction') return text.includes(this.#next.trimStart())
    if (this.#goesOn.repeats && trimmed.startsWith(this.#next)) return true
    const rest = this.#withoutEcho()
    return rest.length < text.length - trimmed.length && text.slice(trimmed.length).includes(rest)
  }

  #withoutEcho(): string {
    const { trimmed } = this.#shown
    return this.#goesOn.repeats && this.#next.startsWith(trimmed) ? this.#next.slice(trimmed.length) : this.#next
  }

  end(): string {
    const rest = this.#goesOn.by === 'instruction' ? this.#withoutWords() : this.#withoutSpace()
    this.length = this.#next.length - rest.length
    return rest
  }

  #withoutSpace(): string {
    const rest = this.#withoutEcho()
    return rest.slice(spaceAgain(this.#shown, rest))
  }

  /** A repetition may come behind white space of its own. */
  #withoutWords(): string {
    const plain = repeatedBy(this.#shown, this.#next, false)
    if (plain > 0) return this.#next.slice(plain)
    const words = this.#next.trimStart()
    const again = words === this.#next ? 0 : repeatedBy(this.#shown, words, true)
    return again > 0 ? words.slice(again) : this.#next.slice(spaceAgain(this.#shown, this.#next))
  }
}

/** Cuts what goes on from this text, asked for in this way. */
export const overlap = (text: string, goesOn: NonNullable<Asked['goesOn']>): Overlap => new Cutting(text, goesOn)
