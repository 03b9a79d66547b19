/** Whose words a chat request is in, where neither its path nor a header says so. */
import type { IncomingHttpHeaders } from 'node:http'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { ChatBody } from '../../domain/request.ts'
import type { Tongue } from './converse.ts'
import { parseBody } from './parse-body.ts'
import { anthropicCounting, bedrock, cohere, completions, google, openai, responses } from './tongues.ts'

const recordsIn = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isRecord) : [])
const hasAny = (json: Json, members: readonly string[]): boolean => members.some(member => Object.hasOwn(json, member))

/** The blocks of all messages whose content is a list. */
const blocksOf = ({ messages }: Json): readonly Json[] =>
  recordsIn(messages).flatMap(({ content }) => recordsIn(content))

/** Blocks of Converse are named by their only member. */
const isConverse = (json: Json): boolean =>
  hasAny(json, ['modelId', 'inferenceConfig', 'toolConfig', 'additionalModelRequestFields', 'guardrailConfig']) ||
  [...blocksOf(json), ...recordsIn(json['system'])].some(block => !Object.hasOwn(block, 'type'))

const isCohere = (json: Json): boolean =>
  hasAny(json, ['documents', 'citation_options', 'safety_mode', 'strict_tools', 'p', 'k']) ||
  (isRecord(json['thinking']) && Object.hasOwn(json['thinking'], 'token_budget')) ||
  recordsIn(json['messages']).some(message => Object.hasOwn(message, 'tool_plan')) ||
  blocksOf(json).some(({ type, document }) => type === 'document' && isRecord(document))

const anthropicsBlocks: readonly unknown[] = ['image', 'document', 'tool_use', 'tool_result', 'redacted_thinking']
const isAnthropic = (json: Json): boolean =>
  hasAny(json, ['system', 'stop_sequences', 'thinking', 'output_config', 'anthropic_version']) ||
  recordsIn(json['tools']).some(tool => Object.hasOwn(tool, 'input_schema')) ||
  blocksOf(json).some(({ type }) => anthropicsBlocks.includes(type))

/** By what only one dialect says; the first that fits counts, and what fits none is OpenAI's. */
const marks: readonly (readonly [tongue: Tongue, fits: (json: Json) => boolean])[] = [
  [google, json => hasAny(json, ['contents'])],
  [responses, json => hasAny(json, ['input']) && !hasAny(json, ['messages'])],
  [completions, json => hasAny(json, ['prompt']) && !hasAny(json, ['messages', 'input'])],
  [bedrock, isConverse],
  [cohere, isCohere],
  [anthropicCounting, isAnthropic],
]

/** The dialect that this body is in, as far as it can be told. */
export const recognise = (headers: IncomingHttpHeaders, bytes: Buffer): Tongue => {
  if (headers['anthropic-version'] !== undefined) return anthropicCounting
  const parsed = parseBody(bytes)
  if (!parsed.ok) return openai
  const { json } = parsed.value
  return marks.find(([, fits]) => fits(json))?.[0] ?? openai
}

/** By dialect, where a body in it comes in by itself. */
const doors: Readonly<Record<string, (asked: Pick<ChatBody, 'target' | 'stream'>) => string>> = {
  'openai-chat': () => '/v1/chat/completions',
  'openai-responses': () => '/v1/responses',
  'openai-completions': () => '/v1/completions',
  'anthropic-messages': () => '/v1/messages',
  'cohere-chat': () => '/v2/chat',
  gemini: ({ target, stream }) => `/v1beta/models/${target}:${stream ? 'streamGenerateContent' : 'generateContent'}`,
  'bedrock-converse': ({ target, stream }) => `/model/${target}/${stream ? 'converse-stream' : 'converse'}`,
}

/** The path at which such a body comes in where it is not only looked at; undefined where that is not known. */
export const doorOf = (dialect: string, asked: Pick<ChatBody, 'target' | 'stream'>): string | undefined =>
  Object.hasOwn(doors, dialect) ? doors[dialect]?.(asked) : undefined
