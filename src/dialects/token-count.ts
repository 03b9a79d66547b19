/** A number of tokens as providers tell it: a number, or its digits as text. */

/** No answer and no window is as long; a larger count is nonsense, and must not make a bill. */
const mostTokens = 1e9

/** The count in this value, whole; undefined where it is none: negative, endless, or not a number. */
export const tokenCount = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && number >= 0 && number <= mostTokens ? Math.round(number) : undefined
}
