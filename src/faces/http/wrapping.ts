/** A stream as the client takes it: its dialect's own frames, or the same frames in another wrapping. */
import type { Frame, Framing } from '../../ports/dialect.ts'

export interface Wrapping {
  /** Bytes in the dialect's own framing, cut at frame borders. */
  bytes(bytes: Uint8Array): string | Uint8Array
  frames(frames: readonly Frame[]): string | Uint8Array
  /** What closes the stream. */
  end(): string | Uint8Array
}

/** From the framing that the dialect's bytes have to the one that the client asked for. */
export const wrapping = (own: Framing, wanted: Framing): Wrapping => {
  const joiner = wanted.join()
  if (own === wanted) return { bytes: bytes => bytes, frames: frames => joiner.write(frames), end: () => joiner.end() }
  const splitter = own.split()
  return {
    bytes: bytes => joiner.write(splitter.push(bytes)),
    frames: frames => joiner.write(frames),
    end: () => joiner.end(),
  }
}
