/** Packed bodies, unpacked with a bound, so that a small one cannot become a huge one. */
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'
import type { ZlibOptions } from 'node:zlib'

type Told = (error: Error | null, bytes: Buffer) => void
type Unpacker = (bytes: Buffer, options: Pick<ZlibOptions, 'maxOutputLength'>, told: Told) => void

/** What `content-encoding` may say. */
export const packings: ReadonlyMap<string, Unpacker | undefined> = new Map<string, Unpacker | undefined>([
  ['identity', undefined],
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflate],
  ['br', brotliDecompress],
  ['zstd', zstdDecompress],
])

export type Unpacked =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly isTooLarge: boolean }

/** Unpacks to at most `most` bytes, beside the main thread. */
export const unpack = (packing: string, bytes: Buffer, most: number, told: (unpacked: Unpacked) => void): void => {
  const unpacker = packings.get(packing)
  if (unpacker === undefined) return told({ ok: true, bytes })
  unpacker(bytes, { maxOutputLength: most }, (error, unpacked) => {
    if (error === null) told({ ok: true, bytes: unpacked })
    else told({ ok: false, isTooLarge: 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE' })
  })
}
