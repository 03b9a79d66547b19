/** What an answer that is passed on tells of itself: model, usage and how it ended, where its form is known. */
import { isRecord } from '../domain/json.ts'
import { anthropicMessages } from '../dialects/anthropic-messages/index.ts'
import { bedrockConverse } from '../dialects/bedrock-converse/index.ts'
import { cohereChat } from '../dialects/cohere-chat/index.ts'
import { serverSentEvents } from '../dialects/framing.ts'
import { gemini } from '../dialects/gemini/index.ts'
import { openaiChat } from '../dialects/openai-chat/index.ts'
import { openaiCompletions } from '../dialects/openai-completions/index.ts'
import { openaiResponses } from '../dialects/openai-responses/index.ts'
import type { Delivery } from '../domain/delivery.ts'
import { tokens } from '../domain/units.ts'
import type { Dialect } from '../ports/dialect.ts'
import { parseJson } from '../dialects/fields.ts'
import { joined } from './whole-body.ts'

/** Facts of an answer, without anything that would be passed on. */
export type Facts = Partial<Pick<Delivery, 'model' | 'upstreamId' | 'usage' | 'finish' | 'serviceTier' | 'size'>>

/** Reads along. Never says anything of the answer but facts. */
export interface FactReader {
  push(chunk: Uint8Array): Facts
  end(): Facts
}

/** In which dialect a path is answered. */
const dialects: readonly (readonly [path: RegExp, dialect: Dialect])[] = [
  [/\/chat\/completions$/, openaiChat],
  [/\/completions$/, openaiCompletions],
  [/\/responses$/, openaiResponses],
  [/\/messages$|:(?:streamR|r)awPredict$|\/invoke$/, anthropicMessages],
  [/:(?:streamG|g)enerateContent$/, gemini],
  [/\/v2\/chat$/, cohereChat],
  [/\/converse(?:-stream)?$/, bedrockConverse],
]

/** Of whole answers no more than this is kept to be read; a longer one passes all the same. */
const longest = 4 * 1024 * 1024
const none: Facts = {}

const factsOf = ({ model, upstreamId, usage, finish, serviceTier, size }: Delivery): Facts => ({
  // A client may leave out the wish for a count at the end: what came is then all that is known.
  size,
  ...(model !== undefined && model !== '' && { model }),
  ...(upstreamId !== undefined && { upstreamId }),
  ...(usage !== undefined && { usage }),
  ...(finish !== undefined && { finish }),
  ...(serviceTier !== undefined && { serviceTier }),
})

const countIn = (usage: Readonly<Record<string, unknown>>, ...names: readonly string[]): number | undefined => {
  const found = names.map(name => usage[name]).find(value => typeof value === 'number' && value >= 0)
  return typeof found === 'number' ? found : undefined
}

/** Embeddings and whatever else tells model and usage as they do. */
const plainFacts = (json: unknown): Facts => {
  if (!isRecord(json) || !isRecord(json['usage']) || typeof json['model'] !== 'string') return none
  const { usage } = json
  const input = countIn(usage, 'prompt_tokens', 'input_tokens', 'total_tokens')
  if (input === undefined) return none
  const output = countIn(usage, 'completion_tokens', 'output_tokens') ?? 0
  return {
    model: json['model'],
    usage: {
      input: tokens(input),
      inputCached: tokens(0),
      inputCacheWritten: tokens(0),
      output: tokens(output),
      reasoning: tokens(0),
    },
  }
}

/** A body that is understood once it is whole. */
const wholeFacts = (understand: (body: Uint8Array) => Facts): FactReader => {
  const chunks: Uint8Array[] = []
  let size = 0
  return {
    push(chunk) {
      size += chunk.length
      if (size > longest) chunks.length = 0
      else chunks.push(chunk)
      return none
    },
    end: () => (size === 0 || size > longest ? none : understand(joined(chunks, size))),
  }
}

const streamFacts = (dialect: Dialect): FactReader => {
  const scanner = dialect.express.scanStream({ streamUsage: true })
  return { push: chunk => factsOf(scanner.push(chunk)), end: () => factsOf(scanner.end()) }
}

/** Bedrock names the model in its path alone. */
const modelIn = (path: string): Facts => {
  const name = /\/model\/([^/]+)\//.exec(path)?.[1]
  return name === undefined ? none : { model: decodeURIComponent(name) }
}

const withModel = (path: string, reader: FactReader): FactReader => {
  const named = modelIn(path)
  return { push: chunk => reader.push(chunk), end: () => ({ ...named, ...reader.end() }) }
}

/** As servers understand it that are not strict: escapes undone, and no slash at its end. */
const plainPath = (path: string): string => decodeURIComponent(path).replace(/\/+$/, '')

const readerFor = (path: string, type: string): FactReader | undefined => {
  const dialect = dialects.find(([form]) => form.test(path))?.[1]
  if (dialect !== undefined && type === (dialect.framing ?? serverSentEvents).mediaType) return streamFacts(dialect)
  if (type !== 'application/json') return undefined
  return wholeFacts(body => {
    const facts = dialect === undefined ? none : factsOf(dialect.express.scanAnswer(body))
    return facts.usage === undefined ? plainFacts(parseJson(new TextDecoder().decode(body))) : facts
  })
}

/**
 * A reader for the answer at this path; undefined where nothing of it can be known. Only what POST makes is new: an
 * answer that is fetched again has been paid.
 */
export const factReader = (
  asked: { readonly method: string; readonly path: string },
  contentType: string,
): FactReader | undefined => {
  if (asked.method !== 'POST') return undefined
  const path = asked.path.split('?', 1)[0] ?? ''
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const reader = readerFor(plainPath(path), type)
  return reader === undefined ? undefined : withModel(path, reader)
}
