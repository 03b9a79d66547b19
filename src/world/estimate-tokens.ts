/** Tokens by length: a token is four UTF-16 units, which is near the truth for English and exact enough to bill a demo. */

const unitsPerToken = 4

/** How many tokens the text counts for. */
export const estimateTokens = (text: string): number => Math.ceil(text.length / unitsPerToken)

/** The first so many tokens of the text; never half a surrogate pair. */
export const firstTokens = (text: string, count: number): string => {
  const end = count * unitsPerToken
  return end >= text.length ? text : text.slice(0, wholeAt(text, end))
}

/** The text in pieces of so many tokens each as `next` says. Joined they are the text again. */
export const piecesOf = (text: string, next: () => number): readonly string[] => {
  const pieces: string[] = []
  let start = 0
  while (start < text.length) {
    const end = wholeAt(text, start + Math.max(1, next()) * unitsPerToken)
    pieces.push(text.slice(start, end))
    start = end
  }
  return pieces
}

/** The place, or one before it where it would part a surrogate pair. */
const wholeAt = (text: string, place: number): number => {
  const before = text.charCodeAt(place - 1)
  return place < text.length && before >= 0xd800 && before < 0xdc00 ? place - 1 : Math.min(place, text.length)
}
