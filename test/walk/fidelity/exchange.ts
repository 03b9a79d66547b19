/** One recorded exchange through the adapter of its provider, asked in the provider's own words: what goes upstream and what comes back, beside what was recorded. */
import type { Delivery } from '../../../src/domain/delivery.ts'
import type { ProviderId } from '../../../src/domain/ids.ts'
import type { Address, ChatRequest } from '../../../src/domain/request.ts'
import type { Dialect } from '../../../src/ports/dialect.ts'
import type { Asked, ProviderAdapter } from '../../../src/ports/provider.ts'
import { providerTypeOf } from '../../../src/providers/registry.ts'
import { askedOf, bodyText, plainDeployment } from '../../asking.ts'
import { rawOf } from '../../fake-dialect.ts'
import type { RecordedItem } from '../../recorded-items.ts'
import { requestOf } from '../../requests.ts'
import { messagesOf, payloadsOf } from '../../seen/frames.ts'
import { readAll } from '../read-recorded.ts'
import { wayOf } from '../recorded-ways.ts'

type Json = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)

/** Who speaks as whom, where a configuration has no type of this name: clouds in OpenAI's own words, servers that were recorded through another house. */
const types: Readonly<Record<string, string>> = {
  'bedrock_mantle chat': 'openai',
  'bedrock_mantle responses': 'openai',
  'gemini openai_compat_chat': 'openai-compatible',
  'local completions': 'vllm',
  'local messages': 'anthropic',
  'local responses': 'openai',
  'writer completions': 'vllm',
}
const typeOf = ({ provider, surface }: RecordedItem): string => types[`${provider} ${surface}`] ?? provider

const options = { region: 'eu-central-1', project: 'p', account: 'a', resource: 'r' }
const adapters = new Map<string, ProviderAdapter>()
/** The adapter of this type; one that no configuration knows is a look-alike. */
const adapterOf = (type: string): ProviderAdapter => {
  const known = adapters.get(type)
  if (known !== undefined) return known
  const make = providerTypeOf(type) ?? providerTypeOf('openai-compatible')
  const made = make?.({
    id: type as ProviderId,
    credentials: [],
    version: '0',
    options,
    url: 'https://upstream.example',
  })
  if (made?.ok !== true) throw new Error(`${type}: ${made?.why ?? 'no such type'}`)
  adapters.set(type, made.value)
  return made.value
}

/** What the path says of model and streaming, where the body does not. */
const addressOf = ({ path, stream }: RecordedItem): Address | undefined => {
  const decoded = decodeURIComponent(path)
  const model = /\/model\/(.+)\/[^/]+$/.exec(decoded)?.[1] ?? /models\/([^:]+)(?::|$)/.exec(decoded)?.[1]
  return model === undefined ? undefined : { model, stream }
}

export interface Exchange {
  readonly dialect: string
  readonly asked: Json
  readonly sent: Json
  /** Where it is sent. */
  readonly url: string
  /** The same where a pool was asked for, and what is told to be lost: its client did not choose the model. */
  readonly pooled: { readonly sent: Json; readonly losses: readonly string[] }
  /** Payloads of the answer as recorded, and as the client gets them; absent where it was refused. */
  readonly answer?: {
    readonly recorded: readonly unknown[]
    readonly got: readonly unknown[]
    /** It tells of a failure inside. */
    readonly failure?: string
  }
}

const payloads = (bytes: Uint8Array, isAws: boolean): readonly unknown[] => {
  if (isAws) return messagesOf(bytes)
  const text = new TextDecoder().decode(bytes)
  if (/^\s*[[{]/.test(text)) return [JSON.parse(text)]
  return payloadsOf(text.replaceAll(/^ +(?=data:)/gm, '')).map(({ body }) => body)
}

/** The recorder cut long data out of requests; something of its form stands in: OpenAI's ciphertexts begin all alike. */
const bodyOf = ({ body, surface }: RecordedItem): Json | undefined => {
  const stand = surface === 'responses' ? 'gAAAAABo1234' : 'CiQBAAECAwQFBgcICQ=='
  return isRecord(body)
    ? (JSON.parse(JSON.stringify(body).replaceAll(/<base64 elided [^>]*>/g, stand)) as Json)
    : undefined
}

/** The request that the client of the recording sent, addressed to the model itself, or to a pool. */
const requestIn = (
  item: RecordedItem,
  dialect: Dialect,
  pool?: string,
): { request: ChatRequest; model: string } | undefined => {
  const given = bodyOf(item)
  const address = addressOf(item)
  const body =
    given === undefined || pool === undefined || given['model'] === undefined ? given : { ...given, model: pool }
  const read = body === undefined ? undefined : dialect.decodeRequest(body, address)
  if (body === undefined || read?.ok !== true) return undefined
  const model = typeof given?.['model'] === 'string' ? given['model'] : (address?.model ?? 'the-model')
  const raw = { ...rawOf(dialect.id, body), ...(address !== undefined && { address }) }
  return { request: requestOf({ ...read.value, target: pool ?? model, raw }), model }
}

/** What the client gets of these deliveries, as payloads: bytes as they are, events as they are written for it. */
const gotOf = (deliveries: readonly Delivery[], { dialect, request, isAws }: Getting): readonly unknown[] => {
  const bytes = Buffer.concat(deliveries.flatMap(one => (one.bytes === undefined ? [] : [one.bytes])))
  if (bytes.length > 0) return payloads(bytes, isAws)
  const events = deliveries.flatMap(one => one.events ?? [])
  const context = { id: 'r', model: request.target, now: request.receivedAt, streamUsage: true }
  if (!request.stream) return [dialect.encodeAnswer(events, context).value]
  const encoder = dialect.encodeStream(context)
  return events.flatMap(event => encoder.push(event).map(({ data }): unknown => JSON.parse(data)))
}
interface Getting {
  readonly dialect: Dialect
  readonly request: ChatRequest
  readonly isAws: boolean
}

const answerOf = (item: RecordedItem, asked: Asked, getting: Omit<Getting, 'isAws'>): Exchange['answer'] => {
  if (item.status >= 300) return undefined
  const isAws = (item.headers['content-type'] ?? '').includes('amazon.eventstream')
  // An invocation is wrapped by AWS, and unwrapped for who speaks in the model's own words.
  const isWrapped = isAws && getting.dialect.framing === undefined
  const recorded = payloads(item.bytes, isAws)
  const deliveries = readAll(asked.read(item), [item.bytes])
  const failure = deliveries.find(one => one.failure !== undefined)?.failure?.kind
  return {
    recorded: isWrapped ? recorded.map(one => (isRecord(one) ? one['body'] : one)) : recorded,
    got: failure === undefined ? gotOf(deliveries, { ...getting, isAws: isAws && !isWrapped }) : [],
    ...(failure !== undefined && { failure }),
  }
}

const pooledOf = (item: RecordedItem, adapter: ProviderAdapter, dialect: Dialect): Exchange['pooled'] => {
  const found = requestIn(item, dialect, 'a-pool')
  if (found === undefined) return { sent: {}, losses: [] }
  const { wire, losses } = askedOf(adapter, found.request, plainDeployment(adapter, found.model))
  return { sent: JSON.parse(bodyText(wire)) as Json, losses: losses.map(({ field }) => field) }
}

/** The exchange, or why there is none. */
export const exchangeOf = (item: RecordedItem): Exchange | string => {
  const way = wayOf(item)
  if (way.as !== 'chat') return 'no conversation'
  const { dialect } = way.chat
  const found = requestIn(item, dialect)
  if (found === undefined) return isRecord(item.body) ? 'refused at the door' : 'only its answer was kept'
  const { request, model } = found
  const adapter = adapterOf(typeOf(item))
  const asked = askedOf(adapter, request, plainDeployment(adapter, model))
  if (asked.lane !== 'express') return 'asked in other words'
  const answer = answerOf(item, asked, { dialect, request })
  return {
    dialect: dialect.id,
    asked: bodyOf(item) ?? {},
    sent: JSON.parse(bodyText(asked.wire)) as Json,
    url: asked.wire.url,
    pooled: pooledOf(item, adapter, dialect),
    ...(answer !== undefined && { answer }),
  }
}
