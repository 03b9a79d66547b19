/** Reads one recorded answer as the house does, and says what of it did not arrive. */
import { isDeepStrictEqual } from 'node:util'
import { collect } from '../../src/domain/response.ts'
import type { Delivery } from '../../src/domain/delivery.ts'
import type { FailureKind } from '../../src/domain/failure.ts'
import type { ProviderId } from '../../src/domain/ids.ts'
import type { Vector } from '../../src/domain/operation.ts'
import type { Instant } from '../../src/domain/units.ts'
import { classify, reclassify } from '../../src/providers/classify.ts'
import { passOn } from '../../src/providers/pass-through.ts'
import { joinUrl } from '../../src/providers/join-url.ts'
import { readAnswer } from '../../src/providers/read-answer.ts'
import { readOperation } from '../../src/providers/read-operation.ts'
import { providerTypeOf } from '../../src/providers/registry.ts'
import type { OperationDialect } from '../../src/ports/operation-dialect.ts'
import type { AnswerReader } from '../../src/ports/provider.ts'
import { plainDeployment } from '../asking.ts'
import type { RecordedItem } from '../recorded-items.ts'
import { requestOf } from '../requests.ts'
import { messagesOf, payloadsOf } from '../seen/frames.ts'
import { inputIn, ranksIn, vectorsIn } from '../seen/operations.ts'
import { eventsOf, records, seenIn } from '../seen/seen.ts'
import type { Json, Seen } from '../seen/seen.ts'
import type { ChatWay, Way } from './recorded-ways.ts'

const now = 1_750_000_000_000 as Instant
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** All that a reader gives of these pieces. */
export const readAll = (reader: AnswerReader, pieces: readonly Uint8Array[]): readonly Delivery[] => {
  const begun = reader.begin?.()
  const read = [...pieces.map(piece => reader.push(piece)), reader.end()]
  return begun === undefined ? read : [begun, ...read]
}

/** A reader as the provider would make it, in either lane. */
export const readerFor = (item: RecordedItem, { dialect, framing }: ChatWay, express: boolean): AnswerReader =>
  readAnswer(
    {
      who: item.provider,
      dialect,
      express,
      stream: item.stream,
      streamUsage: true,
      ...(framing !== undefined && { framing }),
      failureIn: body => classify(item.provider, { status: item.status, headers: {}, body, now }),
      refine: reclassify,
    },
    item,
  )

const isAws = ({ headers }: RecordedItem): boolean => (headers['content-type'] ?? '').includes('amazon.eventstream')
/** What a person finds in it, whatever form it came in. */
const expectedOf = (item: RecordedItem, { reader }: ChatWay): Seen => {
  if (isAws(item)) return reader.streamed(messagesOf(item.bytes))
  const text = textOf(item.bytes)
  if (!/^\s*[[{]/.test(text)) return reader.streamed(payloadsOf(text))
  const json: unknown = JSON.parse(text)
  return Array.isArray(json) ? reader.streamed(records(json).map(body => ({ body }))) : reader.whole(json as Json)
}

const differing = (found: object, wanted: object): readonly string[] =>
  Object.entries(wanted)
    .filter(([member, value]) => !isDeepStrictEqual(found[member as keyof typeof found], value))
    .map(([member, value]) => {
      const ours = JSON.stringify(found[member as keyof typeof found]) ?? 'nothing'
      return `${member} is ${ours.slice(0, 150)} where ${JSON.stringify(value)?.slice(0, 150)} was told`
    })

const chatFault = (item: RecordedItem, way: ChatWay): string | undefined => {
  const events = eventsOf(readAll(readerFor(item, way, false), [item.bytes]))
  const answer = collect(events)
  if (answer.failure !== undefined) return `${answer.failure.kind}: ${answer.failure.message}`
  if (!answer.ended) return 'no end'
  const found = seenIn(answer)
  const wrong = differing(found, expectedOf(item, way))
  if (wrong.length > 0) return wrong.join('; ')
  const passed = readAll(readerFor(item, way, true), [item.bytes])
  const failed = passed.find(({ failure }) => failure !== undefined)?.failure
  if (failed !== undefined) return `passed on: ${failed.kind}: ${failed.message}`
  const usage = passed.findLast(one => one.usage !== undefined)?.usage
  const told = usage && [usage.input, usage.inputCached, usage.output, usage.reasoning]
  const finish = passed.find(one => one.finish !== undefined)?.finish
  const onTheWay = differing({ usage: told, finish }, { usage: found.usage, finish: found.finish[0] })
  return onTheWay.length > 0 ? `passed on: ${onTheWay.join('; ')}` : undefined
}

/** What it costs nobody decodes: the same bytes go to the client. */
const passFault = ({ path, bytes, status, headers }: RecordedItem): string | undefined => {
  const passing = { base: 'https://upstream.example', join: joinUrl, usual: {}, fixed: {} }
  const place = path === '' ? '/v1/anything' : path
  const asked = passOn(passing, { ...passedBody, path: place })
  if (!asked.ok) return asked.why
  const passed = readAll(asked.value.read({ status, headers }), [bytes])
  const same = Buffer.concat(passed.flatMap(one => (one.bytes === undefined ? [] : [one.bytes]))).equals(bytes)
  return same ? undefined : 'other bytes'
}
const passedBody = {
  operation: 'passthrough',
  target: 'up',
  provider: 'up',
  method: 'POST',
  headers: [],
  stream: false,
  streamUsage: false,
  extensions: {},
} as const

/** What was asked, as far as an answer depends on it: as many texts as there are vectors, or documents as there are ranks. */
const askedFor = (dialect: OperationDialect, vectors: number, ranks: readonly (readonly unknown[])[]) => {
  const { id, caller, wishes, trace, receivedAt, target, stream, streamUsage, extensions } = requestOf()
  const common = { id, caller, wishes, trace, receivedAt, target, stream, streamUsage, extensions }
  if (dialect.operations.includes('embeddings')) {
    const inputs = Array.from({ length: vectors }, () => 'text')
    return { ...common, operation: 'embeddings', inputs, encoding: 'float' } as const
  }
  const last = Math.max(0, ...ranks.map(([place]) => Number(place)))
  const documents = Array.from({ length: last + 1 }, () => 'text')
  return { ...common, operation: 'rerank', query: 'text', documents } as const
}
/** A vector as it was told: numbers, or words that hold them. */
const asTold = (vector: Vector, told: unknown): unknown => {
  if ('base64' in vector) return vector.base64
  if (typeof told !== 'string') return vector
  // The same numbers as 32-bit floats, or as signed bytes.
  const isFloats = Buffer.from(told, 'base64').length === 4 * vector.length
  const bytes = isFloats ? new Uint8Array(Float32Array.from(vector).buffer) : Int8Array.from(vector)
  return Buffer.from(bytes).toString('base64')
}

/** Vectors, ranks and the count of tokens. */
const operationFault = (item: RecordedItem, dialect: OperationDialect): string | undefined => {
  const json = JSON.parse(textOf(item.bytes)) as Json
  const [vectors, ranks, told] = [vectorsIn(json), ranksIn(json), inputIn(json)]
  const request = askedFor(dialect, vectors.length, ranks)
  const reading = { who: item.provider, dialect, request, isExpress: false, head: item, failureIn: () => garbage }
  const { answer, usage, failure } = Object.assign({}, ...readAll(readOperation(reading), [item.bytes])) as Delivery
  if (failure !== undefined) return `${failure.kind}: ${failure.message}`
  const result = answer?.result
  const found = {
    vectors: result?.type === 'embeddings' ? result.vectors.map((one, place) => asTold(one, vectors[place])) : [],
    ranks: result?.type === 'rerank' ? result.ranked.map(({ index, score }) => [index, score]) : [],
    usage: usage?.input ?? 0,
  }
  if (vectors.length + ranks.length === 0) return 'neither vectors nor ranks'
  return differing(found, { vectors, ranks, ...(told > 0 && { usage: told }) }).join('; ') || undefined
}
const garbage = { kind: 'upstream-garbled', message: 'an error inside' } as const

/** Where each provider tells how long a conversation is. */
const countFault = (item: RecordedItem, provider: string): string | undefined => {
  const made = providerTypeOf(provider)?.({
    id: provider as ProviderId,
    url: 'https://upstream.example',
    credentials: [],
    version: '0',
    options: { region: 'eu-central-1' },
  })
  if (made?.ok !== true) return made?.why ?? 'no such provider'
  const asked = made.value.ask({ ...requestOf(), operation: 'count-tokens' }, plainDeployment(made.value))
  if (!asked.ok) return asked.failure.message
  const [delivery] = readAll(asked.asked.read(item), [item.bytes]).filter(({ answer }) => answer !== undefined)
  const json = JSON.parse(textOf(item.bytes)) as Json
  const told = json['input_tokens'] ?? json['inputTokens'] ?? json['totalTokens']
  const found = delivery?.answer?.result.type === 'token-count' ? delivery.answer.result.input : undefined
  return found === told ? undefined : `${String(found)} where ${String(told)} was told`
}

/** What of this item did not arrive as it should; undefined if all did. `kinds`: what a person says of errors. */
export const faultIn = (item: RecordedItem, way: Way, kinds: ReadonlyMap<string, FailureKind>): string | undefined => {
  const { name, provider, status, headers, bytes } = item
  const judged = kinds.get(name)
  if (status >= 300) {
    const { kind } = classify(provider, { status, headers, body: textOf(bytes), now })
    return kind === judged ? undefined : `${kind} where a person says ${judged ?? 'nothing yet'}`
  }
  if (judged !== undefined && way.as === 'chat') return failureFault(item, way.chat, judged)
  if (way.as === 'chat') return chatFault(item, way.chat)
  if (way.as === 'operation') return operationFault(item, way.operation)
  return way.as === 'count' ? countFault(item, way.provider) : passFault(item)
}
/** An error inside an answer with a good status, in both lanes. */
const failureFault = (item: RecordedItem, way: ChatWay, judged: FailureKind): string | undefined => {
  const found = [true, false].map(
    express =>
      readAll(readerFor(item, way, express), [item.bytes]).find(({ failure }) => failure !== undefined)?.failure?.kind,
  )
  return found.every(kind => kind === judged) ? undefined : `${found.join(' and ')} where a person says ${judged}`
}
