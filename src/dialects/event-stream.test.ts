/** AWS's event stream against AWS's own codec, both ways, and over everything that was recorded. */
import { EventStreamCodec } from '@smithy/eventstream-codec'
import type { Message, MessageHeaders } from '@smithy/types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { converseStreams, invokeStreams, keptStreams, streamOf } from '../../test/converse-recordings.ts'
import { hasShared } from '../../test/shared.ts'
import type { Frame, Framing } from '../ports/dialect.ts'
import { eventStream, invokeStream, messageBytes, messageReader } from './event-stream.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const codec = new EventStreamCodec(
  bytes => decoder.decode(typeof bytes === 'string' ? encoder.encode(bytes) : bytes),
  text => encoder.encode(text),
)
const string = (value: string) => ({ type: 'string' as const, value })
const messageOf = (headers: MessageHeaders, body: string): Message => ({ headers, body: encoder.encode(body) })
const join = (frames: readonly Frame[], framing: Framing = eventStream): Uint8Array => {
  const bytes = framing.join().write(frames)
  if (typeof bytes === 'string') throw new Error('an event stream is no text')
  return bytes
}
const split = (pieces: readonly Uint8Array[], framing: Framing = eventStream) => {
  const splitter = framing.split()
  const frames = [...pieces.flatMap(piece => splitter.push(piece)), ...splitter.end()]
  return { frames, fault: splitter.fault }
}
/** The messages of these bytes, as AWS's own codec reads them. */
const read = (bytes: Uint8Array): readonly Message[] => {
  const messages: Message[] = []
  for (let at = 0; at < bytes.length;) {
    const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0)
    messages.push(codec.decode(bytes.subarray(at, at + length)))
    at += length
  }
  return messages
}
const concat = (...pieces: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(pieces))

const anyFrame: fc.Arbitrary<Frame> = fc.record(
  {
    event: fc.string({ unit: 'grapheme', maxLength: 20 }),
    data: fc.string({ unit: 'grapheme', maxLength: 200 }),
    isException: fc.constant(true),
  },
  { requiredKeys: ['event', 'data'] },
)

describe('frames of an event stream', () => {
  it('are read by the codec of AWS as they were written', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 5 }), frames => {
        const told = read(join(frames)).map(({ headers, body }) => ({
          kind: headers[':message-type']?.value,
          event: headers[':event-type']?.value ?? headers[':exception-type']?.value,
          type: headers[':content-type']?.value,
          data: decoder.decode(body),
        }))
        expect(told).toEqual(
          frames.map(({ event, data, isException }) => ({
            kind: isException === true ? 'exception' : 'event',
            event,
            type: 'application/json',
            data,
          })),
        )
      }),
    )
  })
  it('are read from what the codec of AWS wrote, wherever it is cut', () => {
    const header: fc.Arbitrary<MessageHeaders[string]> = fc.oneof(
      fc.boolean().map(value => ({ type: 'boolean' as const, value })),
      fc.integer({ min: -128, max: 127 }).map(value => ({ type: 'byte' as const, value })),
      fc.integer({ min: -32768, max: 32767 }).map(value => ({ type: 'short' as const, value })),
      fc.integer().map(value => ({ type: 'integer' as const, value })),
      fc.uint8Array({ maxLength: 9 }).map(value => ({ type: 'binary' as const, value })),
      fc.date({ noInvalidDate: true }).map(value => ({ type: 'timestamp' as const, value })),
      fc.uuid().map(value => ({ type: 'uuid' as const, value })),
      fc.string({ maxLength: 9 }).map(string),
    )
    const anyHeaders = fc.dictionary(fc.stringMatching(/^[a-z-]{1,12}$/), header, { maxKeys: 4 })
    const message = fc.record({ headers: anyHeaders, frame: anyFrame })
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), fc.array(fc.nat(), { maxLength: 9 }), (messages, cuts) => {
        const bytes = concat(
          ...messages.map(({ headers, frame: { event = '', data, isException } }) => {
            const kind = isException === true ? 'exception' : 'event'
            const all = { ...headers, [`:${kind}-type`]: string(event), ':message-type': string(kind) }
            return codec.encode(messageOf(all, data))
          }),
        )
        const places = [...new Set(cuts.map(cut => cut % (bytes.length + 1)))].toSorted((left, right) => left - right)
        const pieces = [...places, bytes.length].map((end, at) => bytes.subarray(places[at - 1] ?? 0, end))
        expect(split(pieces)).toEqual({ frames: messages.map(({ frame }) => frame), fault: undefined })
      }),
    )
  })
  it('tell an error that has no payload', () => {
    const headers = {
      ':message-type': string('error'),
      ':error-code': string('InternalError'),
      ':error-message': string('it broke'),
    }
    expect(split([codec.encode(messageOf(headers, ''))]).frames).toEqual([
      { event: 'InternalError', data: '{"message":"it broke"}', isException: true },
    ])
  })
  it('may lack a name', () => {
    expect(split([join([{ data: '{}' }])]).frames).toEqual([{ data: '{}' }])
    expect(split([codec.encode(messageOf({}, '{}'))]).frames).toEqual([{ data: '{}' }])
  })
})

describe('bytes that are wrong', () => {
  const good = { event: 'one', data: '{"a":1}' }
  const before = join([good, good])
  const bad = join([{ event: 'two', data: '{"b":2}' }])

  it('are found wherever one of them was changed, and what came before is given', () => {
    for (let at = 0; at < bad.length; at++) {
      const changed = new Uint8Array(bad)
      changed[at] = changed[at]! ^ 0x10
      const { frames, fault } = split([concat(before, changed, before)])
      expect(frames, `byte ${at}`).toEqual([good, good])
      expect(fault, `byte ${at}`).toMatch(/checksum/)
    }
  })
  it('end the reading: nothing after them is taken', () => {
    const splitter = eventStream.split()
    const changed = new Uint8Array(bad)
    changed[bad.length - 1]! ^= 1
    expect(splitter.push(changed)).toEqual([])
    expect(splitter.push(before)).toEqual([])
    expect(splitter.fault).toBe('a message that does not match its checksum')
  })
  it('may claim a length that nobody waits for', () => {
    const prelude = new Uint8Array(12)
    const view = new DataView(prelude.buffer)
    const withLengths = (total: number, headers: number): string | undefined => {
      view.setUint32(0, total)
      view.setUint32(4, headers)
      view.setUint32(8, crc32(prelude.subarray(0, 8)))
      return split([prelude]).fault
    }
    expect(withLengths(0xffff_ffff, 0)).toMatch(/4294967295 bytes; 25296896 would be the most/)
    expect(withLengths(15, 0)).toMatch(/a message of 15 bytes/)
    expect(withLengths(100, 90)).toMatch(/with 90 bytes of headers/)
    expect(withLengths(16, 0)).toBeUndefined()
  })
  it('may have headers that break off', () => {
    const headers = [3, 97, 98, 99, 7, 0, 9, 120]
    const bytes = new Uint8Array(16 + headers.length)
    const view = new DataView(bytes.buffer)
    view.setUint32(0, bytes.length)
    view.setUint32(4, headers.length)
    view.setUint32(8, crc32(bytes.subarray(0, 8)))
    bytes.set(headers, 12)
    view.setUint32(bytes.length - 4, crc32(bytes.subarray(0, -4)))
    expect(split([bytes]).fault).toBe('a message whose headers break off')
  })
  it('of any kind are taken without a throw', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 }), pieces => {
        expect(() => split(pieces)).not.toThrow()
        expect(() => split(pieces, invokeStream)).not.toThrow()
      }),
    )
  })
})

/** An independent checksum. */
const crc32 = (bytes: Uint8Array): number => {
  let value = 0xffffffff
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ ((value & 1) * 0xedb88320)
  }
  return (value ^ 0xffffffff) >>> 0
}

describe('a reader of messages', () => {
  it('gives bytes whose spans cover them all, and the very chunk where it holds whole messages', () => {
    const one = messageBytes({ event: 'a', data: '{}' })
    const chunk = concat(one, one)
    const run = messageReader().push(chunk)
    expect(run.bytes).toBe(chunk)
    expect(run.spans.map(({ start, end }) => [start, end])).toEqual([
      [0, one.length],
      [one.length, one.length * 2],
    ])
  })
  it('takes a large message a byte at a time', () => {
    const data = JSON.stringify({ text: 'é'.repeat(200_000) })
    const bytes = join([{ event: 'big', data }])
    const reader = messageReader()
    let found = 0
    for (let at = 0; at < bytes.length; at++) found += reader.push(bytes.subarray(at, at + 1)).spans.length
    expect(found).toBe(1)
  })
})

describe('the events of a model inside an event stream', () => {
  it('are the same after they were packed and unpacked, whatever they say', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), text => {
        const frames = [{ event: 'content_block_delta', data: JSON.stringify({ type: 'content_block_delta', text }) }]
        expect(split([join(frames, invokeStream)], invokeStream)).toEqual({ frames, fault: undefined })
      }),
    )
  })
  it('are packed as AWS packs them', () => {
    const data = '{"type":"ping"}'
    const [message] = read(join([{ event: 'ping', data }], invokeStream))
    expect(message?.headers[':event-type']?.value).toBe('chunk')
    expect(JSON.parse(decoder.decode(message?.body))).toEqual({ bytes: Buffer.from(data).toString('base64') })
  })
  it('are of any length', () => {
    const frames = [{ event: 'a', data: JSON.stringify({ type: 'a', text: '🙂'.repeat(50_000) }) }]
    expect(split([join(frames, invokeStream)], invokeStream).frames).toEqual(frames)
  })
})

describe.skipIf(!hasShared)('recorded streams', () => {
  const all = [
    ...converseStreams,
    ...keptStreams,
    ...invokeStreams.map(one => ({ name: one.id, bytes: streamOf(one) })),
  ]

  it('are read as the codec of AWS reads them, wherever they are cut', () => {
    expect(all.length).toBeGreaterThan(40)
    for (const { name, bytes } of all) {
      const told = read(bytes).map(({ headers, body }) => ({
        event: headers[':event-type']?.value,
        data: decoder.decode(body),
      }))
      expect(split([bytes]), name).toEqual({ frames: told, fault: undefined })
      const cuts =
        bytes.length < 3000
          ? Array.from(bytes, (_, at) => at)
          : fc.sample(fc.nat(bytes.length), { numRuns: 60, seed: bytes.length })
      for (const cut of cuts) expect(split([bytes.subarray(0, cut), bytes.subarray(cut)]).frames, name).toEqual(told)
    }
  })
  it('are the same messages after they were written once more', () => {
    for (const { name, bytes } of all) {
      const { frames } = split([bytes])
      expect(
        read(join(frames)).map(({ body }) => body),
        name,
      ).toEqual(read(bytes).map(({ body }) => body))
      for (const message of read(join(frames))) {
        expect(Object.keys(message.headers), name).toEqual([':event-type', ':content-type', ':message-type'])
      }
    }
  })
})
