/** What may be spent on one judgement, so that a schema that somebody made up cannot stop everybody's answers. */
import { RE2JS } from 're2js'

/** About a tenth of a second of the slowest things that a schema can ask for. */
const most = 1_000_000
/** Deeper than any value of use; a schema that refers to itself has no end. */
const deepest = 256

/** Nothing can be said of the value by this schema, or not within bounds. */
export class Unjudged extends Error {}

/** Longer patterns are not read. */
const longestPattern = 2_000
/** So many patterns are kept, the latest used last. */
const mostPatterns = 256
/** To compile a pattern costs as much as to hold so many characters to it. */
const compiling = 80
const kept = new Map<string, RE2JS | undefined>()

/** Undefined for what this engine does not know, a look ahead say. */
const compile = (source: string): RE2JS | undefined => {
  if (source.length > longestPattern) return undefined
  try {
    return RE2JS.compile(source)
  } catch {
    return undefined
  }
}

/** Counts down. */
export class Meter {
  #left = most
  #depth = 0

  /** Gives up once nothing is left. */
  spend(steps: number): void {
    this.#left -= steps
    if (this.#left < 0) throw new Unjudged()
  }

  /** One level deeper for as long as that lasts. */
  deeper<T>(inner: () => T): T {
    this.#depth += 1
    if (this.#depth > deepest) throw new Unjudged()
    const found = inner()
    this.#depth -= 1
    return found
  }

  /** Does the text hold what the pattern describes; undefined where the pattern cannot be read. Linear in the text. */
  matches(source: string, text: string): boolean | undefined {
    const isKnown = kept.has(source)
    const pattern = isKnown ? kept.get(source) : compile(source)
    kept.delete(source)
    kept.set(source, pattern)
    const oldest = kept.keys().next()
    if (kept.size > mostPatterns && oldest.done !== true) kept.delete(oldest.value)
    if (pattern === undefined) return undefined
    const perCharacter = pattern.programSize() / 2
    this.spend(Math.ceil(perCharacter * ((isKnown ? 0 : compiling) + text.length)))
    return pattern.matcher(text).find()
  }
}
