/** Ids of OpenAI's Responses, and the seal of a thought that only the world can open. */
import { createHash } from 'node:crypto'

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** An id of a kind, such as `msg`, for one place of one answer. */
export const idOf = (kind: string, seed: string, place: number | string = ''): string =>
  `${kind}_${digest(`${kind} ${seed} ${place}`).toString('hex').slice(0, 50)}`

/** The encrypted content of a thought by the id of its item: the same each time, so that the world knows its own. */
export const sealOf = (id: string): string =>
  `gAAAAAB${Buffer.concat([digest(`seal ${id}`), digest(`sealed ${id}`)]).toString('base64url')}`
