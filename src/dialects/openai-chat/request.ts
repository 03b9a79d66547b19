/** A client's body to a request in nobody's dialect: checked by hand, each complaint with its place. */
import type { ChatBody, OutputFormat, ReasoningWish, Sampling } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import type { Checked } from '../../domain/units.ts'
import { readMessages } from './messages.ts'
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
import { openaiChatId } from './wire.ts'

const known = new Set(
  (
    'model messages tools functions tool_choice function_call parallel_tool_calls response_format max_tokens ' +
    'max_completion_tokens stop temperature top_p top_k seed frequency_penalty presence_penalty logit_bias n logprobs ' +
    'top_logprobs reasoning_effort reasoning service_tier stream stream_options user safety_identifier metadata'
  ).split(' '),
)
const knownFormat = new Set(['type', 'json_schema'])
const knownSchema = new Set(['name', 'schema', 'description', 'strict'])
const knownReasoning = new Set(['effort', 'max_tokens'])

/** What was understood, and what goes along word for word. */
interface Read<T> {
  readonly value: T
  readonly own?: Json
}

const readSchemaFormat = (findings: Findings, format: Json): Read<OutputFormat> => {
  const at = 'response_format.json_schema'
  const given = format['json_schema']
  if (!isRecord(given)) {
    report(findings, at, given, 'an object with name and schema')
    return { value: { type: 'text' } }
  }
  const name = optionalText(findings, `${at}.name`, given['name'])
  const description = optionalText(findings, `${at}.description`, given['description'])
  const strict = optionalFlag(findings, `${at}.strict`, given['strict'])
  const value: OutputFormat = {
    type: 'json',
    schema: optionalRecord(findings, `${at}.schema`, given['schema']),
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(strict !== undefined && { strict }),
  }
  // What has no word in the request, and a schema without a name, go along as they came.
  const isWhole = name !== undefined && !without(given, knownSchema) && !without(format, knownFormat)
  return isWhole ? { value } : { value, own: { response_format: format } }
}
const readFormat = (findings: Findings, format: unknown): Read<OutputFormat> => {
  if (isAbsent(format)) return { value: { type: 'text' } }
  if (!isRecord(format)) {
    report(findings, 'response_format', format, 'an object with a type')
    return { value: { type: 'text' } }
  }
  const type = format['type']
  if (!isWord(type)) report(findings, 'response_format.type', type, '"text", "json_object" or "json_schema"')
  if (type === 'json_schema') return readSchemaFormat(findings, format)
  const isPlain = !without(format, knownFormat)
  if (type === 'text' && isPlain) return { value: { type: 'text' } }
  if (type === 'json_object' && isPlain) return { value: { type: 'json' } }
  // Together and Fireworks put a schema beside `json_object`.
  const schema = format['schema']
  const value: OutputFormat =
    type === 'json_object' ? { type: 'json', ...(isRecord(schema) && { schema }) } : { type: 'text' }
  return { value, own: { response_format: format } }
}

const wish = (effort: unknown, budget: number | undefined): ReasoningWish | undefined => {
  if (!isEffort(effort) && budget === undefined) return undefined
  return { ...(isEffort(effort) && { effort }), ...(budget !== undefined && { budget: tokens(budget) }) }
}
/** `reasoning_effort`, or OpenRouter's `reasoning` object. Words for efforts that are not known go along as they are. */
const readReasoning = (findings: Findings, body: Json): Read<ReasoningWish | undefined> => {
  const plain = optionalText(findings, 'reasoning_effort', body['reasoning_effort'])
  const object = optionalRecord(findings, 'reasoning', body['reasoning'])
  const inner = optionalText(findings, 'reasoning.effort', object?.['effort'])
  const budget = optionalInteger(findings, 'reasoning.max_tokens', object?.['max_tokens'], 0)
  const rest =
    object === undefined ? undefined : without(object, isEffort(inner) ? knownReasoning : new Set(['max_tokens']))
  const unknown = plain !== undefined && !isEffort(plain)
  return {
    value: wish(isEffort(plain) ? plain : inner, budget),
    // Null marks that the object was used, where it held nothing else.
    own: { ...(unknown && { reasoning_effort: plain }), ...(object !== undefined && { reasoning: rest ?? null }) },
  }
}

const readBias = (findings: Findings, value: unknown): Readonly<Record<string, number>> | undefined => {
  const bias = optionalRecord(findings, 'logit_bias', value)
  if (bias === undefined) return undefined
  const entries: [string, number][] = []
  for (const [token, one] of Object.entries(bias)) {
    const number = optionalNumber(findings, `logit_bias.${token}`, one)
    if (number !== undefined) entries.push([token, number])
  }
  return Object.fromEntries(entries)
}
const readSampling = (findings: Findings, body: Json): Sampling => {
  const read = {
    temperature: optionalNumber(findings, 'temperature', body['temperature']),
    topP: optionalNumber(findings, 'top_p', body['top_p']),
    topK: optionalInteger(findings, 'top_k', body['top_k']),
    seed: optionalInteger(findings, 'seed', body['seed']),
    frequencyPenalty: optionalNumber(findings, 'frequency_penalty', body['frequency_penalty']),
    presencePenalty: optionalNumber(findings, 'presence_penalty', body['presence_penalty']),
    logitBias: readBias(findings, body['logit_bias']),
  }
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined))
}

const readStop = (findings: Findings, stop: unknown): readonly string[] => {
  if (isAbsent(stop)) return []
  if (typeof stop === 'string') return [stop]
  if (!Array.isArray(stop)) {
    report(findings, 'stop', stop, 'a string or a list of strings')
    return []
  }
  for (const [index, one] of stop.entries()) {
    if (typeof one !== 'string') report(findings, `stop[${index}]`, one, 'a string')
  }
  return stop.filter(one => typeof one === 'string')
}
/** Null marks that the newer of two words was used, or the only one that was. */
const readLimits = (findings: Findings, body: Json): Read<ChatBody['limits']> => {
  const newer = optionalInteger(findings, 'max_completion_tokens', body['max_completion_tokens'], 1)
  const older = optionalInteger(findings, 'max_tokens', body['max_tokens'], 1)
  const most = newer ?? older
  return {
    value: { ...(most !== undefined && { maxOutputTokens: tokens(most) }), stop: readStop(findings, body['stop']) },
    ...(newer !== undefined && { own: { max_completion_tokens: null } }),
  }
}
/** The end user, by OpenAI's older word or its newer one. */
const readEndUser = (findings: Findings, body: Json): Read<string | undefined> => {
  const user = optionalText(findings, 'user', body['user'])
  const safety = optionalText(findings, 'safety_identifier', body['safety_identifier'])
  if (safety === undefined) return { value: user }
  return { value: user ?? safety, own: { safety_identifier: user === undefined ? null : safety } }
}

/** Without `logprobs: true`, the number of alternatives asks for nothing and only goes along. */
const readLogprobs = (findings: Findings, body: Json): Read<number | undefined> => {
  const wanted = optionalFlag(findings, 'logprobs', body['logprobs'])
  const alternatives = optionalInteger(findings, 'top_logprobs', body['top_logprobs'], 0)
  if (wanted === true) return { value: alternatives ?? 0 }
  return { value: undefined, ...(alternatives !== undefined && { own: { top_logprobs: alternatives } }) }
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

const readStreaming = (findings: Findings, body: Json): Read<Pick<ChatBody, 'stream' | 'streamUsage'>> => {
  const stream = optionalFlag(findings, 'stream', body['stream']) ?? false
  const options = optionalRecord(findings, 'stream_options', body['stream_options'])
  const usage = optionalFlag(findings, 'stream_options.include_usage', options?.['include_usage']) ?? false
  const rest = options === undefined ? undefined : without(options, new Set(['include_usage']))
  return {
    value: { stream, streamUsage: stream && usage },
    ...(rest !== undefined && { own: { stream_options: rest } }),
  }
}

/** Members that simply are there or not. */
const readPlain = (findings: Findings, body: Json): Partial<ChatBody> => {
  const parallelToolCalls = optionalFlag(findings, 'parallel_tool_calls', body['parallel_tool_calls'])
  const serviceTier = optionalText(findings, 'service_tier', body['service_tier'])
  const metadata = readMetadata(findings, body['metadata'])
  return {
    ...(parallelToolCalls !== undefined && { parallelToolCalls }),
    ...(serviceTier !== undefined && { serviceTier }),
    ...(metadata !== undefined && { metadata }),
  }
}

const readBody = (findings: Findings, body: Json): ChatBody => {
  const format = readFormat(findings, body['response_format'])
  const reasoning = readReasoning(findings, body)
  const logprobs = readLogprobs(findings, body)
  const streaming = readStreaming(findings, body)
  const choice = readToolChoice(findings, body)
  const limits = readLimits(findings, body)
  const endUser = readEndUser(findings, body)
  return {
    operation: 'chat',
    target: requiredWord(findings, 'model', body['model']),
    messages: readMessages(findings, body['messages']),
    ...readTools(findings, body),
    ...(choice.toolChoice !== undefined && { toolChoice: choice.toolChoice }),
    output: format.value,
    limits: limits.value,
    sampling: readSampling(findings, body),
    ...(reasoning.value !== undefined && { reasoning: reasoning.value }),
    choices: optionalInteger(findings, 'n', body['n'], 1) ?? 1,
    ...(logprobs.value !== undefined && { logprobs: logprobs.value }),
    ...streaming.value,
    ...(endUser.value !== undefined && { endUser: endUser.value }),
    ...readPlain(findings, body),
    // Always there, so that the way back knows that the request came in this dialect.
    extensions: {
      [openaiChatId]: {
        ...without(body, known),
        ...format.own,
        ...reasoning.own,
        ...logprobs.own,
        ...streaming.own,
        ...choice.own,
        ...limits.own,
        ...endUser.own,
      },
    },
  }
}

/** The request that a client's body makes, or what is wrong with it and where. */
export const decodeRequest = (body: unknown): Checked<ChatBody> => {
  if (!isRecord(body)) {
    const findings: Findings = {}
    report(findings, 'body', body, 'a JSON object with model and messages')
    return { ok: false, why: findings.first?.why ?? '' }
  }
  if (isTooDeep(body)) return { ok: false, why: `the body nests more than ${deepest} levels deep; it must nest less` }
  const findings: Findings = {}
  const value = readBody(findings, body)
  return findings.first === undefined ? { ok: true, value } : { ok: false, ...findings.first }
}
