/** A client's body to a request in nobody's dialect: checked by hand, each complaint with its place. */
import type { ChatBody, OutputFormat, ReasoningWish, Sampling } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import type { Checked } from '../../domain/units.ts'
import { readMessages } from './messages.ts'
import { readTools, readToolChoice } from './tools.ts'
import {
  complain,
  deepest,
  isAbsent,
  isRecord,
  isTooDeep,
  isWord,
  openaiChatId,
  optionalFlag,
  optionalInteger,
  optionalNumber,
  optionalRecord,
  optionalText,
  requiredWord,
  without,
} from './wire.ts'
import type { Json, Problems } from './wire.ts'

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

const readSchemaFormat = (problems: Problems, format: Json): Read<OutputFormat> => {
  const at = 'response_format.json_schema'
  const given = format['json_schema']
  if (!isRecord(given)) {
    complain(problems, at, given, 'an object with name and schema')
    return { value: { type: 'text' } }
  }
  const name = optionalText(problems, `${at}.name`, given['name'])
  const description = optionalText(problems, `${at}.description`, given['description'])
  const strict = optionalFlag(problems, `${at}.strict`, given['strict'])
  const value: OutputFormat = {
    type: 'json',
    schema: optionalRecord(problems, `${at}.schema`, given['schema']),
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(strict !== undefined && { strict }),
  }
  // What has no word in the request, and a schema without a name, go along as they came.
  const isWhole = name !== undefined && !without(given, knownSchema) && !without(format, knownFormat)
  return isWhole ? { value } : { value, own: { response_format: format } }
}
const readFormat = (problems: Problems, format: unknown): Read<OutputFormat> => {
  if (isAbsent(format)) return { value: { type: 'text' } }
  if (!isRecord(format)) {
    complain(problems, 'response_format', format, 'an object with a type')
    return { value: { type: 'text' } }
  }
  const type = format['type']
  if (!isWord(type)) complain(problems, 'response_format.type', type, '"text", "json_object" or "json_schema"')
  if (type === 'json_schema') return readSchemaFormat(problems, format)
  const isPlain = !without(format, knownFormat)
  if (type === 'text' && isPlain) return { value: { type: 'text' } }
  if (type === 'json_object' && isPlain) return { value: { type: 'json' } }
  // Together and Fireworks put a schema beside `json_object`.
  const schema = format['schema']
  const value: OutputFormat =
    type === 'json_object' ? { type: 'json', ...(isRecord(schema) && { schema }) } : { type: 'text' }
  return { value, own: { response_format: format } }
}

type Effort = NonNullable<ReasoningWish['effort']>
const efforts: ReadonlySet<unknown> = new Set<Effort>(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])
const isEffort = (value: unknown): value is Effort => efforts.has(value)

const wish = (effort: unknown, budget: number | undefined): ReasoningWish | undefined => {
  if (!isEffort(effort) && budget === undefined) return undefined
  return { ...(isEffort(effort) && { effort }), ...(budget !== undefined && { budget: tokens(budget) }) }
}
/** `reasoning_effort`, or OpenRouter's `reasoning` object. Words for efforts that are not known go along as they are. */
const readReasoning = (problems: Problems, body: Json): Read<ReasoningWish | undefined> => {
  const plain = optionalText(problems, 'reasoning_effort', body['reasoning_effort'])
  const object = optionalRecord(problems, 'reasoning', body['reasoning'])
  const inner = optionalText(problems, 'reasoning.effort', object?.['effort'])
  const budget = optionalInteger(problems, 'reasoning.max_tokens', object?.['max_tokens'], 0)
  const rest =
    object === undefined ? undefined : without(object, isEffort(inner) ? knownReasoning : new Set(['max_tokens']))
  const unknown = plain !== undefined && !isEffort(plain)
  return {
    value: wish(isEffort(plain) ? plain : inner, budget),
    // Null marks that the object was used, where it held nothing else.
    own: { ...(unknown && { reasoning_effort: plain }), ...(object !== undefined && { reasoning: rest ?? null }) },
  }
}

const readBias = (problems: Problems, value: unknown): Readonly<Record<string, number>> | undefined => {
  const bias = optionalRecord(problems, 'logit_bias', value)
  if (bias === undefined) return undefined
  const entries: [string, number][] = []
  for (const [token, one] of Object.entries(bias)) {
    const number = optionalNumber(problems, `logit_bias.${token}`, one)
    if (number !== undefined) entries.push([token, number])
  }
  return Object.fromEntries(entries)
}
const readSampling = (problems: Problems, body: Json): Sampling => {
  const read = {
    temperature: optionalNumber(problems, 'temperature', body['temperature']),
    topP: optionalNumber(problems, 'top_p', body['top_p']),
    topK: optionalInteger(problems, 'top_k', body['top_k']),
    seed: optionalInteger(problems, 'seed', body['seed']),
    frequencyPenalty: optionalNumber(problems, 'frequency_penalty', body['frequency_penalty']),
    presencePenalty: optionalNumber(problems, 'presence_penalty', body['presence_penalty']),
    logitBias: readBias(problems, body['logit_bias']),
  }
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined))
}

const readStop = (problems: Problems, stop: unknown): readonly string[] => {
  if (isAbsent(stop)) return []
  if (typeof stop === 'string') return [stop]
  if (!Array.isArray(stop)) {
    complain(problems, 'stop', stop, 'a string or a list of strings')
    return []
  }
  for (const [index, one] of stop.entries()) {
    if (typeof one !== 'string') complain(problems, `stop[${index}]`, one, 'a string')
  }
  return stop.filter(one => typeof one === 'string')
}
/** Null marks that the newer of two words was used, or the only one that was. */
const readLimits = (problems: Problems, body: Json): Read<ChatBody['limits']> => {
  const newer = optionalInteger(problems, 'max_completion_tokens', body['max_completion_tokens'], 1)
  const older = optionalInteger(problems, 'max_tokens', body['max_tokens'], 1)
  const most = newer ?? older
  return {
    value: { ...(most !== undefined && { maxOutputTokens: tokens(most) }), stop: readStop(problems, body['stop']) },
    ...(newer !== undefined && { own: { max_completion_tokens: null } }),
  }
}
/** The end user, by OpenAI's older word or its newer one. */
const readEndUser = (problems: Problems, body: Json): Read<string | undefined> => {
  const user = optionalText(problems, 'user', body['user'])
  const safety = optionalText(problems, 'safety_identifier', body['safety_identifier'])
  if (safety === undefined) return { value: user }
  return { value: user ?? safety, own: { safety_identifier: user === undefined ? null : safety } }
}

/** Without `logprobs: true`, the number of alternatives asks for nothing and only goes along. */
const readLogprobs = (problems: Problems, body: Json): Read<number | undefined> => {
  const wanted = optionalFlag(problems, 'logprobs', body['logprobs'])
  const alternatives = optionalInteger(problems, 'top_logprobs', body['top_logprobs'], 0)
  if (wanted === true) return { value: alternatives ?? 0 }
  return { value: undefined, ...(alternatives !== undefined && { own: { top_logprobs: alternatives } }) }
}

const readMetadata = (problems: Problems, value: unknown): Readonly<Record<string, string>> | undefined => {
  const metadata = optionalRecord(problems, 'metadata', value)
  if (metadata === undefined) return undefined
  const entries: [string, string][] = []
  for (const [key, one] of Object.entries(metadata)) {
    if (typeof one === 'string') entries.push([key, one])
    else complain(problems, `metadata.${key}`, one, 'a string')
  }
  return Object.fromEntries(entries)
}

const readStreaming = (problems: Problems, body: Json): Read<Pick<ChatBody, 'stream' | 'streamUsage'>> => {
  const stream = optionalFlag(problems, 'stream', body['stream']) ?? false
  const options = optionalRecord(problems, 'stream_options', body['stream_options'])
  const usage = optionalFlag(problems, 'stream_options.include_usage', options?.['include_usage']) ?? false
  const rest = options === undefined ? undefined : without(options, new Set(['include_usage']))
  return {
    value: { stream, streamUsage: stream && usage },
    ...(rest !== undefined && { own: { stream_options: rest } }),
  }
}

/** Members that simply are there or not. */
const readPlain = (problems: Problems, body: Json): Partial<ChatBody> => {
  const parallelToolCalls = optionalFlag(problems, 'parallel_tool_calls', body['parallel_tool_calls'])
  const serviceTier = optionalText(problems, 'service_tier', body['service_tier'])
  const metadata = readMetadata(problems, body['metadata'])
  return {
    ...(parallelToolCalls !== undefined && { parallelToolCalls }),
    ...(serviceTier !== undefined && { serviceTier }),
    ...(metadata !== undefined && { metadata }),
  }
}

const readBody = (problems: Problems, body: Json): ChatBody => {
  const format = readFormat(problems, body['response_format'])
  const reasoning = readReasoning(problems, body)
  const logprobs = readLogprobs(problems, body)
  const streaming = readStreaming(problems, body)
  const choice = readToolChoice(problems, body)
  const limits = readLimits(problems, body)
  const endUser = readEndUser(problems, body)
  return {
    operation: 'chat',
    target: requiredWord(problems, 'model', body['model']),
    messages: readMessages(problems, body['messages']),
    ...readTools(problems, body),
    ...(choice.toolChoice !== undefined && { toolChoice: choice.toolChoice }),
    output: format.value,
    limits: limits.value,
    sampling: readSampling(problems, body),
    ...(reasoning.value !== undefined && { reasoning: reasoning.value }),
    choices: optionalInteger(problems, 'n', body['n'], 1) ?? 1,
    ...(logprobs.value !== undefined && { logprobs: logprobs.value }),
    ...streaming.value,
    ...(endUser.value !== undefined && { endUser: endUser.value }),
    ...readPlain(problems, body),
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
    const problems: Problems = {}
    complain(problems, 'body', body, 'a JSON object with model and messages')
    return { ok: false, why: problems.first?.why ?? '' }
  }
  if (isTooDeep(body)) return { ok: false, why: `the body nests more than ${deepest} levels deep; it must nest less` }
  const problems: Problems = {}
  const value = readBody(problems, body)
  return problems.first === undefined ? { ok: true, value } : { ok: false, ...problems.first }
}
