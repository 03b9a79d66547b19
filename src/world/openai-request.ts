/** Requests in OpenAI's chat format: understood, or complained of as the provider would. */
import { estimateTokens } from './estimate-tokens.ts'
import { modelFor } from './models.ts'
import type { WorldModel } from './models.ts'
import type { Flavour } from './openai-flavours.ts'
import { complaintAboutMessages } from './openai-messages.ts'
import { complain, isJson, listOf } from './speech.ts'
import type { Asked, Complaint, Json, Understood } from './speech.ts'

/** A request that makes no sense, in OpenAI's words. */
export const invalid = (message: string, param?: string, code?: string): Complaint => ({
  status: 400,
  kind: 'invalid',
  message,
  ...(param !== undefined && { param }),
  ...(code !== undefined && { code }),
})

export type Check = (body: Json, flavour: Flavour) => Complaint | undefined

/** A number in a range; decimals unless whole ones are wanted. */
export const between = (name: string, low: number, high: number, whole = false): Check => {
  const kind = whole ? 'an integer' : 'a decimal'
  return body => {
    const value = body[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'number' || (whole && !Number.isInteger(value))) {
      return invalid(
        `Invalid type for '${name}': expected ${kind}, but got ${typeof value} instead.`,
        name,
        'invalid_type',
      )
    }
    if (value < low) {
      return invalid(
        `Invalid '${name}': ${kind.slice(3)} below minimum value. Expected a value >= ${low}, but got ${value} instead.`,
        name,
        'integer_below_min_value',
      )
    }
    return value > high
      ? invalid(
          `Invalid '${name}': ${kind.slice(3)} above maximum value. Expected a value <= ${high}, but got ${value} instead.`,
          name,
          'integer_above_max_value',
        )
      : undefined
  }
}

const knownMembers: Check = (body, { members, unknownMember }) => {
  const stranger = members === undefined ? undefined : Object.keys(body).find(name => !members.has(name))
  return stranger === undefined ? undefined : unknownMember(stranger)
}

const streamOptions: Check = body =>
  isJson(body['stream_options']) && body['stream'] !== true
    ? invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", 'stream_options')
    : undefined

const stops: Check = ({ stop }) => {
  if (stop === undefined || stop === null || typeof stop === 'string') return undefined
  if (!Array.isArray(stop) || stop.some(one => typeof one !== 'string')) {
    return invalid("Invalid type for 'stop': expected an unsupported value.", 'stop', 'invalid_type')
  }
  return stop.length > 4
    ? invalid(
        `Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length ${stop.length} instead.`,
        'stop',
        'array_above_max_length',
      )
    : undefined
}

const functionName = /^[a-zA-Z0-9_-]{1,64}$/
const tools: Check = ({ tools: offered, tool_choice: choice }) => {
  if (offered === undefined || offered === null) {
    return choice === undefined || choice === null || choice === 'none'
      ? undefined
      : invalid(
          "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
          'tool_choice',
        )
  }
  if (!Array.isArray(offered))
    return invalid("Invalid type for 'tools': expected an array of objects.", 'tools', 'invalid_type')
  if (offered.length === 0) {
    return invalid(
      "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      'tools',
      'empty_array',
    )
  }
  const place = offered.findIndex(tool => !isJson(tool) || !isFunction(tool))
  return place < 0
    ? undefined
    : invalid(
        `Invalid 'tools[${place}].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
        `tools[${place}].function.name`,
        'invalid_value',
      )
}
const isFunction = ({ type, function: made }: Json): boolean =>
  type === 'function' && isJson(made) && typeof made['name'] === 'string' && functionName.test(made['name'])

const formats = new Set(['text', 'json_object', 'json_schema'])
const responseFormat: Check = ({ response_format: format }) => {
  if (format === undefined || format === null) return undefined
  const type = isJson(format) ? format['type'] : undefined
  if (!isJson(format) || typeof type !== 'string' || !formats.has(type)) {
    return invalid(
      `Invalid value: '${String(type)}'. Supported values are: 'json_object', 'json_schema', and 'text'.`,
      'response_format.type',
      'invalid_value',
    )
  }
  const schema = format['json_schema']
  return type === 'json_schema' && (!isJson(schema) || typeof schema['name'] !== 'string')
    ? invalid(
        "Missing required parameter: 'response_format.json_schema.name'.",
        'response_format.json_schema.name',
        'missing_required_parameter',
      )
    : undefined
}

const messages: Check = body => {
  const found = complaintAboutMessages(body['messages'])
  return found === undefined ? undefined : invalid(found.message, found.param, found.code)
}

/** Models that reason take neither the older limit nor any temperature but their own. */
const reasoning: Check = ({ model, max_tokens: limit, temperature }, { provider }) => {
  if (provider !== 'openai' || !/^(?:gpt-5|o\d)/.test(String(model))) return undefined
  if (limit !== undefined && limit !== null) {
    return invalid(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      'max_tokens',
      'unsupported_parameter',
    )
  }
  return temperature === undefined || temperature === null || temperature === 1
    ? undefined
    : invalid(
        `Unsupported value: 'temperature' does not support ${String(temperature)} with this model. Only the default (1) value is supported.`,
        'temperature',
        'unsupported_value',
      )
}

const checks: readonly Check[] = [
  knownMembers,
  reasoning,
  messages,
  between('temperature', 0, 2),
  between('top_p', 0, 1),
  between('n', 1, 128, true),
  between('max_tokens', 1, Number.MAX_SAFE_INTEGER, true),
  between('max_completion_tokens', 1, Number.MAX_SAFE_INTEGER, true),
  stops,
  streamOptions,
  tools,
  responseFormat,
]

/** A request that the provider would take, or its complaint. */
export const understandChat = (body: Json, models: readonly WorldModel[], flavour: Flavour): Understood => {
  const name = body['model']
  if (typeof name !== 'string' || name === '') return complain(invalid('you must provide a model parameter'))
  const model = modelFor('chat', models, { provider: flavour.provider, name: name.replace(/^models\//, '') })
  if (model === undefined) return complain(flavour.unknownModel(name))
  for (const check of checks) {
    const complaint = check(body, flavour)
    if (complaint !== undefined) return complain(complaint)
  }
  return limited(body, model, flavour)
}

const limitOf = (body: Json): number | undefined => {
  const limit = body['max_completion_tokens'] ?? body['max_tokens']
  return typeof limit === 'number' ? limit : undefined
}

const limited = (body: Json, model: WorldModel, flavour: Flavour): Understood => {
  const maxTokens = limitOf(body)
  const inputTokens = inputOf(body)
  if (maxTokens !== undefined && maxTokens > model.maxOutput) {
    return complain(
      invalid(
        `max_tokens is too large: ${maxTokens}. This model supports at most ${model.maxOutput} completion tokens, whereas you provided ${maxTokens}.`,
        'max_tokens',
        'invalid_value',
      ),
    )
  }
  if (inputTokens > model.contextWindow) return complain(tooLong(model, inputTokens))
  const said = lastUserContent(body)
  return {
    ok: true,
    asked: {
      model,
      stream: body['stream'] === true,
      text: textOf(said),
      inputTokens,
      ...(maxTokens !== undefined && { maxTokens }),
      stops:
        typeof body['stop'] === 'string' ? [body['stop']] : listOf(body['stop']).filter(one => typeof one === 'string'),
      ...toolsOf(body),
      ...schemaOf(body['response_format']),
      choices: typeof body['n'] === 'number' ? body['n'] : 1,
      includeUsage:
        flavour.alwaysUsage || (isJson(body['stream_options']) && body['stream_options']['include_usage'] === true),
      images: imagesIn(body),
      body,
    },
  }
}

/** What is said of an input that the model's window cannot hold. */
export const tooLong = (model: WorldModel, inputTokens: number): Complaint => ({
  status: 400,
  kind: 'context',
  message: `This model's maximum context length is ${model.contextWindow} tokens. However, your messages resulted in ${inputTokens} tokens. Please reduce the length of the messages.`,
  param: 'messages',
  code: 'context_length_exceeded',
})

const toolsOf = (body: Json): Pick<Asked, 'tools' | 'mustCall'> => {
  const offered = listOf(body['tools']).flatMap(tool => {
    const made = isJson(tool) ? tool['function'] : undefined
    return isJson(made) && typeof made['name'] === 'string' ? [{ name: made['name'], schema: made['parameters'] }] : []
  })
  const choice = body['tool_choice']
  if (choice === 'required' || choice === 'any') return { tools: offered, mustCall: {} }
  const named = isJson(choice) && isJson(choice['function']) ? choice['function']['name'] : undefined
  return typeof named === 'string' ? { tools: offered, mustCall: { name: named } } : { tools: offered }
}

const schemaOf = (format: unknown): Pick<Asked, 'schema'> => {
  if (!isJson(format)) return {}
  if (format['type'] === 'json_object') return { schema: true }
  const wanted = format['json_schema']
  return format['type'] === 'json_schema' && isJson(wanted) ? { schema: wanted['schema'] ?? true } : {}
}

const messagesOf = (body: Json): readonly Json[] => listOf(body['messages']).filter(isJson)
const partsOf = (content: unknown): readonly Json[] => listOf(content).filter(isJson)
const textOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : partsOf(content)
        .flatMap(part => (typeof part['text'] === 'string' ? [part['text']] : []))
        .join('\n')

const lastUserContent = (body: Json): unknown =>
  messagesOf(body).findLast(({ role, content }) => role === 'user' && textOf(content) !== '')?.['content']

const imagesIn = (body: Json): number =>
  messagesOf(body).reduce(
    (sum, { content }) => sum + partsOf(content).filter(part => part['type'] === 'image_url').length,
    0,
  )

/** Four tokens for each message's frame and 85 for each image, as OpenAI counts a small one. */
const inputOf = (body: Json): number => {
  let count = body['tools'] === undefined ? 0 : estimateTokens(JSON.stringify(body['tools']))
  for (const message of messagesOf(body)) {
    count += 4 + estimateTokens(textOf(message['content']))
    if (message['tool_calls'] !== undefined) count += estimateTokens(JSON.stringify(message['tool_calls']))
  }
  return count + 85 * imagesIn(body)
}
