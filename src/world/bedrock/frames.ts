/** Frames of AWS's event stream as the world writes them: a prelude, headers and a payload, each with its checksum. */
import { crc32 } from 'node:zlib'

/** The type of a header's value that is text. */
const textValue = 7

const headerOf = (name: string, value: string): Buffer => {
  const [key, text] = [Buffer.from(name), Buffer.from(value)]
  const head = Buffer.alloc(key.length + 4)
  head.writeUInt8(key.length, 0)
  key.copy(head, 1)
  head.writeUInt8(textValue, key.length + 1)
  head.writeUInt16BE(text.length, key.length + 2)
  return Buffer.concat([head, text])
}

/** One frame with these headers. */
export const frameOf = (headers: Readonly<Record<string, string>>, payload: string): Buffer => {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => headerOf(name, value)))
  const body = Buffer.from(payload)
  // Two lengths and a checksum before, and a checksum after.
  const frame = Buffer.alloc(16 + head.length + body.length)
  frame.writeUInt32BE(frame.length, 0)
  frame.writeUInt32BE(head.length, 4)
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8)
  head.copy(frame, 12)
  body.copy(frame, 12 + head.length)
  frame.writeUInt32BE(crc32(frame.subarray(0, -4)), frame.length - 4)
  return frame
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** An event with its members, and as many letters as hide how long it is. */
export const eventFrame = (type: string, members: object): Buffer => {
  const headers = { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' }
  const plain = JSON.stringify(members)
  return frameOf(
    headers,
    JSON.stringify({ ...members, p: letters.slice(0, 1 + ((plain.length * 7) % letters.length)) }),
  )
}

/** An exception in the middle of a stream. */
export const exceptionFrame = (type: string, message: string): Buffer =>
  frameOf(
    { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' },
    JSON.stringify({ message }),
  )
