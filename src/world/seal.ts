/** Seals that the world puts on thoughts, and knows again when they come back. */
import { createHash } from 'node:crypto'

/** The seal of a thought, the same each time. */
export const sealOf = (thought: string): string =>
  Buffer.concat(
    ['one', 'other'].map(half => createHash('sha256').update(`the world's ${half} seal of ${thought}`).digest()),
  ).toString('base64')
