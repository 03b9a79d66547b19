/** Everything that was recorded, whatever form it was kept in: each item with provider, surface, status and the bytes of its answer. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { eventStream } from '../src/dialects/event-stream.ts'
import { recordings } from './recordings.ts'
import { hasShared, shared } from './shared.ts'

type Json = Readonly<Record<string, unknown>>

export interface RecordedItem {
  readonly name: string
  /** What was kept as one, which may hold several answers. */
  readonly of: string
  readonly provider: string
  readonly surface: string
  /** Did the client ask for a stream. */
  readonly stream: boolean
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
  readonly path: string
  /** Absent where only the answer was kept. */
  readonly body?: unknown
}

const root = join(shared, 'data/recordings')
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const linesOf = (text: string): readonly string[] => text.split('\n').filter(line => line !== '')
const types = { json: 'application/json', events: 'text/event-stream' }

function* exchanges(): Generator<RecordedItem> {
  for (const { id, provider, surface, stream, request, response } of recordings()) {
    const { base64, text = '' } = response.body
    const { status, headers } = response
    const bytes = base64 === undefined ? bytesOf(text) : Buffer.from(base64, 'base64')
    const type = base64 === undefined ? undefined : { 'content-type': eventStream.mediaType }
    const place = { provider, surface, path: request.path }
    const answer = { stream, status, headers: { ...type, ...headers }, bytes }
    yield { name: id, of: id, ...place, ...answer, body: request.body }
  }
}

/** Folders of one repository, by provider and surface; a file's own name where a folder holds several surfaces. */
const folders: readonly (readonly [start: string, provider: string, surface: string])[] = [
  ['amazon-bedrock/reranking/', 'bedrock', 'rerank'],
  ['amazon-bedrock/', 'bedrock', 'converse'],
  ['anthropic/', 'anthropic', 'messages'],
  ['azure/azure-deepseek', 'azure', 'chat'],
  ['azure/', 'azure', 'responses'],
  ['cohere/cohere-embedding', 'cohere', 'v2_embed'],
  ['cohere/reranking/', 'cohere', 'v2_rerank'],
  ['cohere/', 'cohere', 'v2_chat'],
  ['google-vertex/', 'vertex', 'predict'],
  ['google/interactions/', 'gemini', 'interactions'],
  ['google/', 'gemini', 'generateContent'],
  ['open-responses/', 'open-responses', 'responses'],
  ['openai/completion/', 'openai', 'completions'],
  ['openai/responses/', 'openai', 'responses'],
  ['togetherai/reranking/', 'together', 'rerank'],
  ['voyage/reranking/', 'voyage', 'rerank'],
  ['voyage/', 'voyage', 'embeddings'],
  ['xai/responses/', 'xai', 'responses'],
  ['deepseek/chat/', 'deepseek', 'chat'],
  ['openai-compatible/chat/', 'other_openai_compat', 'chat'],
  ['openai/chat/', 'openai', 'chat'],
]
const placeOf = (path: string): readonly [provider: string, surface: string] => {
  const known = folders.find(([start]) => path.startsWith(start))
  return known === undefined ? [path.split('/')[0] ?? '', 'chat'] : [known[1], known[2]]
}
/** Payloads, one a line, as the stream that they were. */
const streamOf = (surface: string, text: string): Uint8Array => {
  if (surface === 'converse') {
    const frames = linesOf(text)
      .flatMap(line => Object.entries(JSON.parse(line) as Json).slice(0, 1))
      .map(([event, body]) => ({ event, data: JSON.stringify(body) }))
    return Buffer.from(eventStream.join().write(frames))
  }
  const events = linesOf(text).map(line => `data: ${line}\n\n`)
  return bytesOf(`${events.join('')}${surface.includes('chat') || surface === 'completions' ? 'data: [DONE]\n\n' : ''}`)
}
/** Behind the last event of an answer, where another begins. */
const ends: Readonly<Record<string, RegExp>> = {
  messages: /(?<=data: \{"type": ?"message_stop" *\}\n\n)(?=.)/s,
  responses: /(?<=data: \{"type":"response.completed"[^\n]*\n\n)(?=data: \{"type":"response.created")/s,
}
/** Some files hold the answers of several requests, one after the other. */
const apart = (item: RecordedItem): readonly RecordedItem[] => {
  const end = item.stream ? ends[item.surface] : undefined
  if (end === undefined) return [item]
  const pieces = new TextDecoder().decode(item.bytes).split(end)
  return pieces.map((text, place) => ({
    ...item,
    name: pieces.length === 1 ? item.name : `${item.name}#${place}`,
    bytes: bytesOf(text),
  }))
}
function* kept(): Generator<RecordedItem> {
  const folder = join(root, 'vercel-ai')
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/\.(?:json|sse|chunks\.txt)$/.test(path)) continue
    const [provider, surface] = placeOf(path)
    const text = readFileSync(join(folder, path), 'utf8')
    const stream = !path.endsWith('.json')
    const isAws = stream && surface === 'converse'
    const type = isAws ? eventStream.mediaType : stream ? types.events : types.json
    const bytes = path.endsWith('.chunks.txt') ? streamOf(surface, text) : bytesOf(text)
    const headers = { 'content-type': type }
    yield* apart({ name: path, of: path, provider, surface, stream, status: 200, headers, bytes, path: '' })
  }
  for (const name of readdirSync(join(root, 'anthropic-sdk')).sort()) {
    const bytes = readFileSync(join(root, 'anthropic-sdk', name))
    const place = { provider: 'anthropic', surface: 'messages', path: '' }
    const headers = { 'content-type': types.events }
    yield* apart({ name, of: name, ...place, stream: true, status: 200, headers, bytes })
  }
}

interface ServerInteraction {
  readonly request: { readonly url: string; readonly bodySegments?: readonly Json[] }
  readonly response: { readonly statusCode: number; readonly bodySegments?: readonly Json[] }
}
/** Each file of Google's own test server is one item; it may hold several exchanges. */
const serverItems = (name: string, text: string): readonly RecordedItem[] => {
  const { interactions } = JSON.parse(text) as { readonly interactions: readonly ServerInteraction[] }
  return interactions.map(({ request, response }, place) => {
    const { statusCode: status, bodySegments: segments = [] } = response
    const stream = request.url.includes(':stream')
    const isStream = stream && status === 200
    const events = segments.map(segment => `data: ${JSON.stringify(segment)}\n\n`).join('')
    return {
      name: `${name}#${place}`,
      of: name,
      provider: /\/projects\//.test(request.url) ? 'vertex' : 'gemini',
      surface: /:(\w+)/.exec(request.url.replace(/^https?:/, ''))?.[1] ?? '',
      stream,
      status,
      headers: { 'content-type': isStream ? types.events : types.json },
      bytes: bytesOf(isStream ? events : JSON.stringify(segments[0] ?? {})),
      path: request.url,
      body: request.bodySegments?.[0],
    }
  })
}

/** One conversation over a WebSocket: what each side said, in order. */
export interface RecordedTalk {
  readonly name: string
  readonly provider: string
  readonly said: readonly { readonly direction: 'sent' | 'received'; readonly data: unknown }[]
}

const filesIn = (folder: string): readonly (readonly [name: string, text: string])[] =>
  readdirSync(join(root, folder))
    .sort()
    .map(name => [name, readFileSync(join(root, folder, name), 'utf8')] as const)

const talkOf = ([name, text]: readonly [string, string]): RecordedTalk => {
  const { interactions } = JSON.parse(text) as {
    readonly interactions: readonly (RecordedTalk['said'][number] & { readonly kind?: string })[]
  }
  const provider = ['azure', 'xai', 'gemini', 'google', 'openai'].find(one => name.includes(one)) ?? 'other'
  return {
    name,
    provider: provider === 'google' ? 'gemini' : provider,
    said: interactions.filter(({ kind }) => kind === 'message'),
  }
}

const served = hasShared ? filesIn('js-genai').flatMap(([name, text]) => serverItems(name, text)) : []
/** Every exchange over HTTP. */
export const recordedItems: readonly RecordedItem[] = hasShared ? [...exchanges(), ...kept(), ...served] : []
/** Every conversation over a WebSocket. */
export const recordedTalks: readonly RecordedTalk[] = hasShared ? filesIn('pydantic-ai-realtime-ws').map(talkOf) : []
/** Items as the data's own page counts them: an exchange, a file, a conversation. */
export const itemCount = new Set(recordedItems.map(({ of }) => of)).size + recordedTalks.length
