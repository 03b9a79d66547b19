/** A small picture as a PNG file: a pattern of squares from the hash of what was asked for. */
import { crc32, deflateSync } from 'node:zlib'
import { chanceOf } from '../chance.ts'

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8 + body.length)
  frame.writeUInt32BE(data.length, 0)
  body.copy(frame, 4)
  frame.writeUInt32BE(crc32(body), 4 + body.length)
  return frame
}

/** Pixels along an edge: small, so that thousands of tests move few bytes. */
export const edge = 16

/** The picture of a prompt, the same each time. */
export const drawPng = (prompt: string): Buffer => {
  const chance = chanceOf(`picture ${prompt}`)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(edge, 0)
  header.writeUInt32BE(edge, 4)
  // Eight bits for each of red, green and blue.
  header.set([8, 2], 8)
  const rows = Array.from({ length: edge }, () => [
    0,
    ...Array.from({ length: 3 * edge }, () => Math.floor(chance() * 256)),
  ])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
