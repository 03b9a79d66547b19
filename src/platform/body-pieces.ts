/** A body in pieces as one stream, read as fast as it is sent and no faster. */
import { Readable } from 'node:stream'
import type { BodyPiece } from '../ports/transport.ts'

const base64Length = (bytes: number): number => Math.ceil(bytes / 3) * 4

const sizeOf = (piece: BodyPiece): number | undefined => {
  if (typeof piece === 'string') return Buffer.byteLength(piece)
  if (piece instanceof Uint8Array) return piece.byteLength
  if (!('base64' in piece)) return piece.length
  const { length } = piece.base64
  return length === undefined ? undefined : base64Length(length)
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

/** In base64, as if it had been encoded at once: what does not fill three bytes waits for the next chunk. */
async function* inBase64(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const all = Buffer.concat([left, chunk])
    const whole = all.length - (all.length % 3)
    left = all.subarray(whole)
    if (whole > 0) yield Buffer.from(all.toString('base64', 0, whole), 'latin1')
  }
  if (left.length > 0) yield Buffer.from(left.toString('base64'), 'latin1')
}

/** All bytes of the pieces, from the first, chunk by chunk; can be asked for again. */
export async function* bytesOf(pieces: readonly BodyPiece[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (typeof piece === 'string') yield Buffer.from(piece)
    else if (piece instanceof Uint8Array) yield piece
    else if ('base64' in piece) yield* inBase64(piece.base64.open())
    else yield* piece.open()
  }
}

/** The same as a stream. */
export const streamOf = (pieces: readonly BodyPiece[]): Readable => {
  const stream = Readable.from(bytesOf(pieces), { objectMode: false, highWaterMark: 64 * 1024 })
  // Whoever sends it listens for itself. Where the sending was stopped before, nobody is left to be told, and an error
  // that nobody hears ends the process.
  return stream.on('error', () => undefined)
}
