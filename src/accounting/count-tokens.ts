/** How many tokens a request has and will bring, estimated before anyone counts them. */
import type { MediaPart, Message, Part } from '../domain/message.ts'
import type { ChatRequest, OutputFormat, Tool } from '../domain/request.ts'
import type { Tokens } from '../domain/units.ts'
import { textTokens } from './text-tokens.ts'

/** All that the estimate looks at. */
export type Countable = Pick<ChatRequest, 'messages' | 'tools' | 'opaqueTools' | 'output'>

/** Role, name and the marks around a message. */
const perMessage = 4
/** What every request has beside its messages. */
const perRequest = 4
/** The words around the name, description and schema of a tool. */
const perTool = 8
/** What providers put before the first tool to tell the model how to call: OpenAI some 20 tokens, Anthropic and Llama's hosts hundreds. */
const forAnyTools = 20
/** The marks around a call or its result. */
const perCall = 8
/** A picture of about a megapixel: OpenAI counts 85 to 1,105, Anthropic up to 1,600, Gemini 258 a tile. */
const perImage = 800
/** Half a minute of speech, at some 10 (OpenAI) to 32 (Gemini) tokens a second. */
const perAudio = 600
/** A document whose text nobody has read: some pages. */
const perFile = 1_500
/** A member of a schema beside its own name and value: quotes, colon, comma. */
const perMember = 0.6
/** Deeper than any real schema. */
const deepest = 64

/** Tokens of any JSON value, without writing it as text. */
export const jsonTokens = (value: unknown, depth = 0): number => {
  if (typeof value === 'string') return textTokens(value)
  if (value === null || typeof value !== 'object') return 1
  if (depth >= deepest) return 1
  let sum = 1
  if (Array.isArray(value)) {
    for (const one of value) sum += perMember + jsonTokens(one, depth + 1)
    return sum
  }
  for (const [key, member] of Object.entries(value)) sum += perMember + textTokens(key) + jsonTokens(member, depth + 1)
  return sum
}

const mediaTokens = (part: MediaPart): number => {
  if ('text' in part.source) return textTokens(part.source.text)
  if (part.type === 'image') return perImage
  return part.type === 'audio' ? perAudio : perFile
}

/** Tokens of one part. */
export const partTokens = (part: Part, depth = 0): number => {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return textTokens(part.text)
    case 'reasoning':
      // Signatures and encrypted reasoning are not read as text; only what they stand for is.
      return textTokens(part.text)
    case 'tool-call':
      return perCall + textTokens(part.name) + textTokens(part.input)
    case 'tool-result': {
      let sum = perCall
      if (depth < deepest) for (const one of part.output) sum += partTokens(one, depth + 1)
      return sum
    }
    case 'opaque':
      return jsonTokens(part.value)
    default:
      return mediaTokens(part)
  }
}

const messageTokens = (message: Message): number => {
  let sum = perMessage
  for (const part of message.parts) sum += partTokens(part)
  return sum
}

const toolTokens = (tool: Tool): number => {
  const schema = tool.inputSchema === undefined ? 0 : jsonTokens(tool.inputSchema)
  return perTool + textTokens(tool.name) + textTokens(tool.description ?? '') + schema
}

const outputFormatTokens = (output: OutputFormat): number =>
  output.type === 'json' && 'schema' in output ? jsonTokens(output.schema) : 0

/** Input tokens of this request at a middling provider: a fast guess by length and kind of text; see the test for how good it is. */
export const estimateTokens = (request: Countable): Tokens => {
  let sum = perRequest + outputFormatTokens(request.output)
  for (const message of request.messages) sum += messageTokens(message)
  const opaque = request.opaqueTools ?? []
  if (request.tools.length > 0 || opaque.length > 0) sum += forAnyTools
  for (const tool of request.tools) sum += toolTokens(tool)
  for (const tool of opaque) sum += perTool + jsonTokens(tool.value)
  return Math.ceil(sum) as Tokens
}
