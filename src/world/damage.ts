/** What is left of an answer that goes wrong: its pieces up to where it is cut, and how it then ends. */
import type { Frame } from './speech.ts'
import type { Cut, CutName } from './switches.ts'

/** What stands where the error comes; `sent` counts the frames before it. */
export type ErrorFrame = (sent: number) => string | Uint8Array

export interface Damage {
  readonly cut?: Cut
  /** An error in place of what follows after so many pieces of content. */
  readonly error?: { readonly afterChunks: number; readonly frame: ErrorFrame }
}

/** How an answer ends: with everything said, or cut off. */
export type Ending = 'whole' | CutName

interface Limits {
  readonly pieces: number
  readonly bytes: number
  /** Pieces before the error. */
  readonly sound: number
}

const never = Number.POSITIVE_INFINITY

/** A cut that names no place comes after the first piece of content. */
const limitsOf = ({ cut, error }: Damage): Limits => ({
  pieces: cut === undefined ? never : (cut.afterChunks ?? (cut.afterBytes === undefined ? 1 : never)),
  bytes: cut?.afterBytes ?? never,
  sound: error?.afterChunks ?? never,
})

/** The pieces of an answer up to the damage; returns how it ends. */
export function* damaged(frames: Iterable<Frame>, damage: Damage): Generator<Frame, Ending> {
  const limits = limitsOf(damage)
  const how = damage.cut?.how ?? 'whole'
  let pieces = 0
  let bytes = 0
  let sent = 0
  for (const { data, tokens } of frames) {
    if (tokens > 0) {
      if (pieces >= limits.sound) {
        yield { data: damage.error?.frame(sent) ?? '', tokens: 0 }
        return 'close'
      }
      if (pieces >= limits.pieces) return how
      pieces++
    }
    const size = Buffer.byteLength(data)
    if (bytes + size > limits.bytes) {
      // By bytes, so that a character may be cut in two, as on a real wire.
      yield { data: Buffer.from(data).subarray(0, limits.bytes - bytes), tokens }
      return how
    }
    bytes += size
    sent++
    yield { data, tokens }
  }
  return 'whole'
}

/** The cut of an answer that is not streamed: by bytes, at its middle unless it says where. */
export const wholeCut = (cut: Cut, body: string | Uint8Array): Cut => ({
  how: cut.how,
  afterBytes: cut.afterBytes ?? Math.floor(Buffer.byteLength(body) / 2),
})
