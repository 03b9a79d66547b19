/** A body in pieces as one stream, read as fast as it is sent and no faster. */
import { Readable } from 'node:stream'
import type { BodyPiece } from '../ports/transport.ts'

const sizeOf = (piece: BodyPiece): number | undefined => {
  if (typeof piece === 'string') return Buffer.byteLength(piece)
  return piece instanceof Uint8Array ? piece.byteLength : piece.length
}

/** How many bytes the pieces have together; undefined if one of them does not know. */
export const lengthOf = (pieces: readonly BodyPiece[]): number | undefined => {
  let sum = 0
  for (const piece of pieces) {
    const size = sizeOf(piece)
    if (size === undefined) return undefined
    sum += size
  }
  return sum
}

async function* bytesOf(pieces: readonly BodyPiece[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (typeof piece === 'string') yield Buffer.from(piece)
    else if (piece instanceof Uint8Array) yield piece
    else yield* piece.open()
  }
}

/** All bytes of the pieces, from the first; can be asked for again. */
export const streamOf = (pieces: readonly BodyPiece[]): Readable =>
  Readable.from(bytesOf(pieces), { objectMode: false, highWaterMark: 64 * 1024 })
