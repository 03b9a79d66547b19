/** Moments that can be reckoned with: a broken clock may tell any number, or none. */

/** The farthest moment from the epoch that a date can have: beyond it, one slice of time can no longer be told from the next. */
const farthest = 8.64e15

/** False for what is no number, and for what lies beyond all dates. */
export const isMoment = (value: number): boolean => Math.abs(value) <= farthest
