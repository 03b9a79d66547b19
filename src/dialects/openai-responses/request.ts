/** A client's body to a request in nobody's dialect: checked by hand, each complaint with its place. */
import type { ChatBody, OutputFormat, ReasoningWish, Sampling } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import type { Checked } from '../../domain/units.ts'
import { readInput, readInstructions } from './input.ts'
import { readTools, readToolChoice } from './tools.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isEffort } from '../effort.ts'
import { deepest, isAbsent, isTooDeep, isWord, without } from '../fields.ts'
import {
  optionalFlag,
  optionalInteger,
  optionalNumber,
  optionalRecord,
  optionalText,
  report,
  requiredWord,
} from '../findings.ts'
import type { Findings } from '../findings.ts'
import { carriedWith, openaiResponsesId, withNulls } from './wire.ts'

const known = new Set(
  (
    'model input instructions tools tool_choice parallel_tool_calls text max_output_tokens temperature top_p ' +
    'top_logprobs include reasoning service_tier stream stream_options user safety_identifier metadata'
  ).split(' '),
)
const knownText = new Set(['format'])
const knownFormat = new Set(['type', 'name', 'schema', 'description', 'strict'])
const knownReasoning = new Set(['effort'])

/** What was understood, what goes along word for word, and how it was told. */
interface Read<T> {
  readonly value: T
  readonly own?: Json
  readonly form?: Json
}

const readSchemaFormat = (findings: Findings, format: Json): Read<OutputFormat> => {
  const at = 'text.format'
  const name = optionalText(findings, `${at}.name`, format['name'])
  const description = optionalText(findings, `${at}.description`, format['description'])
  const strict = optionalFlag(findings, `${at}.strict`, format['strict'])
  const schema = optionalRecord(findings, `${at}.schema`, format['schema'])
  if (schema === undefined) report(findings, `${at}.schema`, format['schema'], 'a JSON Schema')
  const rest = without(format, knownFormat)
  return {
    value: {
      type: 'json',
      schema,
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      // Left out, it is false here; other dialects hold an answer to its schema unasked.
      strict: strict ?? false,
    },
    ...(strict === undefined && { form: { strict: true } }),
    ...(rest !== undefined && { own: { text: { format: rest } } }),
  }
}
const readFormat = (findings: Findings, format: unknown): Read<OutputFormat> => {
  const text: OutputFormat = { type: 'text' }
  if (isAbsent(format)) return { value: text }
  if (!isRecord(format)) {
    report(findings, 'text.format', format, 'an object with a type')
    return { value: text }
  }
  const { type } = format
  if (type === 'json_schema') return readSchemaFormat(findings, format)
  if (type === 'json_object') return { value: { type: 'json' } }
  if (type === 'text') return { value: text, form: { format: true } }
  if (!isWord(type)) report(findings, 'text.format.type', type, '"text", "json_object" or "json_schema"')
  return { value: text, own: { text: { format } } }
}
const readText = (findings: Findings, value: unknown): Read<OutputFormat> => {
  const text = optionalRecord(findings, 'text', value)
  if (text === undefined) return { value: { type: 'text' } }
  const format = readFormat(findings, text['format'])
  const rest = without(text, knownText)
  const own =
    rest === undefined ? format.own : { text: { ...rest, ...(isRecord(format.own?.['text']) && format.own['text']) } }
  const isBare = Object.keys(text).length === 0
  return { ...format, ...(own !== undefined && { own }), ...(isBare && { form: { text: true } }) }
}

/** Words for efforts that are not known go along as they are. */
const readReasoning = (findings: Findings, value: unknown): Read<ReasoningWish | undefined> => {
  const reasoning = optionalRecord(findings, 'reasoning', value)
  if (reasoning === undefined) return { value: undefined }
  const effort = optionalText(findings, 'reasoning.effort', reasoning['effort'])
  if (!isEffort(effort)) return { value: undefined, own: { reasoning } }
  const rest = without(reasoning, knownReasoning)
  return { value: { effort }, ...(rest !== undefined && { own: { reasoning: rest } }) }
}

const readSampling = (findings: Findings, body: Json): Sampling => {
  const temperature = optionalNumber(findings, 'temperature', body['temperature'])
  const topP = optionalNumber(findings, 'top_p', body['top_p'])
  return { ...(temperature !== undefined && { temperature }), ...(topP !== undefined && { topP }) }
}

const [logprobs, encrypted] = ['message.output_text.logprobs', 'reasoning.encrypted_content']
/** What to include in the answer: log probabilities have a word of their own, and proofs of reasoning others send unasked. */
const readInclude = (findings: Findings, body: Json): Read<number | undefined> => {
  const { include } = body
  const alternatives = optionalInteger(findings, 'top_logprobs', body['top_logprobs'], 0)
  if (!isAbsent(include) && !Array.isArray(include)) report(findings, 'include', include, 'a list of strings')
  const list: readonly unknown[] = Array.isArray(include) ? include : []
  const others = list.filter(one => one !== logprobs && one !== encrypted)
  const isTelling = list.includes(logprobs)
  return {
    value: isTelling ? (alternatives ?? 0) : undefined,
    own: {
      ...(others.length > 0 && { include: others }),
      // Without the words in `include`, the number of alternatives only goes along.
      ...(!isTelling && alternatives !== undefined && alternatives > 0 && { top_logprobs: alternatives }),
    },
    form: {
      ...(Array.isArray(include) && { include }),
      ...(alternatives === 0 && { top_logprobs: 0 }),
    },
  }
}

/** The end user, by OpenAI's older word or its newer one. */
const readEndUser = (findings: Findings, body: Json): Read<string | undefined> => {
  const user = optionalText(findings, 'user', body['user'])
  const safety = optionalText(findings, 'safety_identifier', body['safety_identifier'])
  if (safety === undefined) return { value: user }
  // Of two words the newer goes along; of the newer alone it is only known that it was used.
  return user === undefined
    ? { value: safety, form: { safety: true } }
    : { value: user, own: { safety_identifier: safety } }
}

const readMetadata = (findings: Findings, value: unknown): Readonly<Record<string, string>> | undefined => {
  const metadata = optionalRecord(findings, 'metadata', value)
  if (metadata === undefined) return undefined
  const entries: [string, string][] = []
  for (const [key, one] of Object.entries(metadata)) {
    if (typeof one === 'string') entries.push([key, one])
    else report(findings, `metadata.${key}`, one, 'a string')
  }
  return Object.fromEntries(entries)
}

/** Members that simply are there or not. */
const readPlain = (findings: Findings, body: Json): Partial<ChatBody> => {
  const parallelToolCalls = optionalFlag(findings, 'parallel_tool_calls', body['parallel_tool_calls'])
  const serviceTier = optionalText(findings, 'service_tier', body['service_tier'])
  const metadata = readMetadata(findings, body['metadata'])
  const stream = optionalFlag(findings, 'stream', body['stream']) ?? false
  return {
    ...(parallelToolCalls !== undefined && { parallelToolCalls }),
    ...(serviceTier !== undefined && { serviceTier }),
    ...(metadata !== undefined && { metadata }),
    stream,
    // A stream of this dialect always tells usage.
    streamUsage: true,
  }
}

/** Values that ask for what any other provider does anyway. */
const usual: Readonly<Record<string, unknown>> = { store: false, background: false, truncation: 'disabled' }
/** The members that nobody else knows, apart from those that say no more than how the request was told. */
const readOthers = (body: Json): Required<Pick<Read<undefined>, 'own' | 'form'>> => {
  const own: [string, unknown][] = []
  const form: [string, unknown][] = []
  for (const [key, value] of Object.entries(withNulls(body, known) ?? {}))
    (Object.hasOwn(usual, key) && usual[key] === value ? form : own).push([key, value])
  if (Array.isArray(body['tools']) && body['tools'].length === 0) form.push(['tools', true])
  if (body['stream'] === false) form.push(['stream', false])
  if (isRecord(body['stream_options'])) {
    const isPlain = Object.keys(body['stream_options']).every(key => key === 'include_obfuscation')
    ;(isPlain ? form : own).push(['stream_options', body['stream_options']])
  }
  return { own: Object.fromEntries(own), form: Object.fromEntries(form) }
}

const readMessages = (findings: Findings, body: Json): Read<ChatBody['messages']> => {
  const instructions = optionalText(findings, 'instructions', body['instructions'])
  // What has a prompt or a conversation elsewhere may say nothing here.
  const isElsewhere = ['prompt', 'conversation', 'previous_response_id'].some(key => !isAbsent(body[key]))
  const isSilent = isAbsent(body['input']) && isElsewhere
  const messages = isSilent ? [] : readInput(findings, body['input'])
  const form = { ...(isSilent && { input: false }), ...(instructions === '' && { instructions }) }
  return { value: isWord(instructions) ? [readInstructions(instructions), ...messages] : messages, form }
}

const readBody = (findings: Findings, body: Json): ChatBody => {
  const messages = readMessages(findings, body)
  const { order, ...tools } = readTools(findings, body['tools'])
  const choice = readToolChoice(findings, body['tool_choice'])
  const text = readText(findings, body['text'])
  const most = optionalInteger(findings, 'max_output_tokens', body['max_output_tokens'], 1)
  const reasoning = readReasoning(findings, body['reasoning'])
  const include = readInclude(findings, body)
  const endUser = readEndUser(findings, body)
  const others = readOthers(body)
  const parts: readonly Pick<Read<unknown>, 'own' | 'form'>[] = [others, messages, text, reasoning, include, endUser]
  const own: Json = Object.assign({}, ...parts.map(part => part.own), choice.own)
  const form: Json = Object.assign({}, ...parts.map(part => part.form), order && { toolOrder: order })
  return {
    operation: 'chat',
    target: requiredWord(findings, 'model', body['model']),
    messages: messages.value,
    ...tools,
    ...(choice.toolChoice !== undefined && { toolChoice: choice.toolChoice }),
    output: text.value,
    limits: { ...(most !== undefined && { maxOutputTokens: tokens(most) }), stop: [] },
    sampling: readSampling(findings, body),
    ...(reasoning.value !== undefined && { reasoning: reasoning.value }),
    choices: 1,
    ...(include.value !== undefined && { logprobs: include.value }),
    stream: false,
    streamUsage: true,
    ...readPlain(findings, body),
    ...(endUser.value !== undefined && { endUser: endUser.value }),
    // Always there, so that the way back knows that the request came in this dialect.
    extensions: carriedWith(form, own).extensions ?? { [openaiResponsesId]: {} },
  }
}

/** The request that a client's body makes, or what is wrong with it and where. */
export const decodeRequest = (body: unknown): Checked<ChatBody> => {
  const findings: Findings = {}
  if (!isRecord(body)) {
    report(findings, 'body', body, 'a JSON object with model and input')
    return { ok: false, why: findings.first?.why ?? '' }
  }
  if (isTooDeep(body)) return { ok: false, why: `the body nests more than ${deepest} levels deep; it must nest less` }
  const value = readBody(findings, body)
  return findings.first === undefined ? { ok: true, value } : { ok: false, ...findings.first }
}
