/** Ids of function calls: Gemini often gives none, others cannot do without. */
import { fingerprint } from '../../domain/fingerprint.ts'

/** Stands before an id that Gemini did not give, so that it is not sent back to it. */
const mark = 'gcall_'
const made = /^gcall_[0-9a-f]{16}_\d+$/

/** An id for the call at this place; the same place in what is the same gives the same. */
export const makeCallId = (within: unknown, place: number): string => `${mark}${fingerprint(within)}_${place}`

/** The id as Gemini gave it; undefined for one that was made here, and for none. */
export const givenCallId = (id: string): string | undefined => (id === '' || made.test(id) ? undefined : id)
