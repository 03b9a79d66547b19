/** Names that callers make up, of a length that can be kept thousands of times. */
import { fingerprint } from '../domain/fingerprint.ts'

/** As long as anybody's, and most digests. */
const longest = 128

/** The name, or where it is too long its length and a digest: another word for each, as good as surely. */
export const shortName = (name: string): string =>
  name.length <= longest ? name : `#${name.length}:${fingerprint(name)}`

/** The same name as a text of its own: a piece of a longer text, a header say, keeps all of that in memory. */
export const ownName = (name: string): string => name.split('').join('')
