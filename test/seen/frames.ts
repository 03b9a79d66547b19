/** The events of recorded streams, read without any of the code under test: server-sent ones line by line, AWS's with AWS's own codec. */
import { EventStreamCodec } from '@smithy/eventstream-codec'
import type { Payload } from './seen.ts'
import { isRecord } from './seen.ts'

const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Data that is JSON, each with the name of its event. */
export const payloadsOf = (text: string): readonly Payload[] => {
  const payloads: Payload[] = []
  for (const block of text.replaceAll('\r\n', '\n').split(/\n\n+/)) {
    const field = (name: string): readonly string[] =>
      block
        .split('\n')
        .filter(line => line.startsWith(`${name}:`))
        .map(line => line.slice(name.length + 1).trim())
    const data = field('data').join('\n')
    if (!data.startsWith('{')) continue
    const [name] = field('event')
    payloads.push({ ...(name !== undefined && { name }), body: JSON.parse(data) })
  }
  return payloads
}

/** Messages of AWS's event stream, whose checksums the codec checks; what a chunk packs is unpacked. */
export const messagesOf = (bytes: Uint8Array): readonly Payload[] => {
  const codec = new EventStreamCodec(utf8, text => new TextEncoder().encode(text))
  const payloads: Payload[] = []
  for (let at = 0; at < bytes.length;) {
    const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0)
    const { headers, body } = codec.decode(bytes.subarray(at, at + length))
    const json: unknown = JSON.parse(utf8(body))
    const packed = isRecord(json) && typeof json['bytes'] === 'string' ? json['bytes'] : undefined
    const inner: unknown = packed === undefined ? json : JSON.parse(Buffer.from(packed, 'base64').toString())
    if (isRecord(inner)) payloads.push({ name: String(headers[':event-type']?.value), body: inner })
    at += length
  }
  return payloads
}
