/** A collector for tests: a real HTTP server, and a decoder of OTLP that knows nothing of the gateway's own encoder. */
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'

export type Value = string | boolean | bigint | number | readonly Value[]

/** An attribute's value with the type that it has on the wire. */
export interface Decoded {
  readonly type: 'string' | 'boolean' | 'int' | 'double' | `${string}[]`
  readonly value: Value
}

export interface DecodedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly traceState: string
  readonly name: string
  readonly kind: 'UNSPECIFIED' | 'INTERNAL' | 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER'
  readonly start: bigint
  readonly end: bigint
  readonly attributes: ReadonlyMap<string, Decoded>
  readonly status: { readonly code: 'UNSET' | 'OK' | 'ERROR'; readonly message: string }
  readonly flags: number
}

export interface DecodedRequest {
  readonly resource: ReadonlyMap<string, Decoded>
  readonly scope: { readonly name: string; readonly version: string }
  readonly schemaUrl: string
  readonly spans: readonly DecodedSpan[]
}

interface Part {
  readonly field: number
  readonly number: bigint
  readonly bytes: Buffer
}

/** The parts of a protobuf message, by the letter of its specification; throws where the bytes make no sense. */
export const partsOf = (message: Buffer): readonly Part[] => {
  const parts: Part[] = []
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at]
      if (byte === undefined) throw new RangeError('a varint is cut off')
      at += 1
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const take = (length: number): Buffer => {
    if (at + length > message.length) throw new RangeError(`${length} bytes are told, ${message.length - at} are there`)
    at += length
    return message.subarray(at - length, at)
  }
  while (at < message.length) {
    const tag = Number(varint())
    const field = tag >> 3
    const type = tag & 7
    if (type === 0) parts.push({ field, number: varint(), bytes: Buffer.alloc(0) })
    else if (type === 1) {
      const bytes = take(8)
      parts.push({ field, number: bytes.readBigUInt64LE(), bytes })
    } else if (type === 2) parts.push({ field, number: 0n, bytes: take(Number(varint())) })
    else if (type === 5) {
      const bytes = take(4)
      parts.push({ field, number: BigInt(bytes.readUInt32LE()), bytes })
    } else throw new RangeError(`wire type ${type}`)
  }
  return parts
}

const all = (message: Buffer, field: number): readonly Buffer[] =>
  partsOf(message)
    .filter(part => part.field === field)
    .map(part => part.bytes)
const one = (message: Buffer, field: number): Buffer => all(message, field).at(-1) ?? Buffer.alloc(0)
const textOf = (message: Buffer, field: number): string => one(message, field).toString('utf8')
const numberOf = (message: Buffer, field: number): bigint =>
  partsOf(message).findLast(part => part.field === field)?.number ?? 0n

const valueOf = (message: Buffer): Decoded => {
  const [part] = partsOf(message)
  switch (part?.field) {
    case 1:
      return { type: 'string', value: part.bytes.toString('utf8') }
    case 2:
      return { type: 'boolean', value: part.number === 1n }
    case 3:
      return { type: 'int', value: BigInt.asIntN(64, part.number) }
    case 4:
      return { type: 'double', value: part.bytes.readDoubleLE() }
    case 5: {
      const items = all(part.bytes, 1).map(valueOf)
      return { type: `${items[0]?.type ?? 'string'}[]`, value: items.map(item => item.value) }
    }
    default:
      throw new RangeError(`an attribute has no value that is known (${part?.field})`)
  }
}

const attributesOf = (message: Buffer, field: number): ReadonlyMap<string, Decoded> => {
  const entries = all(message, field).map(pair => [textOf(pair, 1), valueOf(one(pair, 2))] as const)
  const names = entries.map(([name]) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw new RangeError(`${twice} is there twice`)
  return new Map(entries)
}

const kinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const
const codes = ['UNSET', 'OK', 'ERROR'] as const

const spanOf = (message: Buffer): DecodedSpan => ({
  traceId: one(message, 1).toString('hex'),
  spanId: one(message, 2).toString('hex'),
  traceState: textOf(message, 3),
  parentSpanId: one(message, 4).toString('hex'),
  name: textOf(message, 5),
  kind: kinds[Number(numberOf(message, 6))] ?? 'UNSPECIFIED',
  start: numberOf(message, 7),
  end: numberOf(message, 8),
  attributes: attributesOf(message, 9),
  status: { message: textOf(one(message, 15), 2), code: codes[Number(numberOf(one(message, 15), 3))] ?? 'UNSET' },
  flags: Number(numberOf(message, 16)),
})

/** An ExportTraceServiceRequest with one resource and one scope. */
export const decodeTraces = (body: Uint8Array): DecodedRequest => {
  const resourceSpans = one(Buffer.from(body), 1)
  const scopeSpans = one(resourceSpans, 2)
  const scope = one(scopeSpans, 1)
  return {
    resource: attributesOf(one(resourceSpans, 1), 1),
    scope: { name: textOf(scope, 1), version: textOf(scope, 2) },
    schemaUrl: textOf(scopeSpans, 3),
    spans: all(scopeSpans, 2).map(spanOf),
  }
}

export interface Received {
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly traces: DecodedRequest
  /** What came, uncompressed. */
  readonly bytes: Buffer
}

/** Starts a collector; `answer` decides what it says, 200 unless told otherwise. */
export const collector = async (
  answer: (response: ServerResponse, turn: number) => void = response => void response.end(),
) => {
  const received: Received[] = []
  const sockets = new Set<Socket>()
  let turn = 0
  let wake = (): void => {}
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
      received.push({ path: request.url, headers: request.headers, traces: decodeTraces(plain), bytes: plain })
      answer(response, (turn += 1))
      wake()
    })
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    spans: () => received.flatMap(each => each.traces.spans),
    /** Resolves once so many requests have come. */
    async until(count: number): Promise<void> {
      while (received.length < count) await new Promise<void>(resolve => (wake = resolve))
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
