/** Requests in Cohere's v2 chat format: understood, or complained of as Cohere would. */
import { estimateTokens } from '../estimate-tokens.ts'
import { modelFor } from '../models.ts'
import type { WorldModel } from '../models.ts'
import { complain, isJson, listOf } from '../speech.ts'
import type { Asked, Complaint, Json, Understood } from '../speech.ts'
import { cohereManners, invalid, unknownField, unknownModel } from './manners.ts'
import { complaintAboutMessages, imagesIn, messageText } from './messages.ts'

type Check = (body: Json) => Complaint | undefined

/** The published members of a request, of late 2026. */
const members = new Set(
  `citation_options documents frequency_penalty k logprobs max_tokens messages model p presence_penalty priority raw_prompting
  response_format safety_mode seed stop_sequences stream strict_tools temperature thinking tool_choice tools`.split(
    /\s+/,
  ),
)

const knownMembers: Check = body => {
  const stranger = Object.keys(body).find(name => !members.has(name))
  return stranger === undefined ? undefined : unknownField(stranger)
}

const between =
  (name: string, low: number, high: number): Check =>
  body => {
    const value = body[name]
    if (value === undefined || value === null) return undefined
    return typeof value === 'number' && value >= low && value <= high
      ? undefined
      : invalid(`invalid request: ${name} must be between ${low} and ${high} inclusive.`)
  }

const messages: Check = body => {
  const fault = complaintAboutMessages(body['messages'])
  return fault === undefined ? undefined : invalid(fault)
}

const tools: Check = ({ tools: offered, tool_choice: choice }) => {
  const place = listOf(offered).findIndex(
    tool =>
      !isJson(tool) ||
      tool['type'] !== 'function' ||
      !isJson(tool['function']) ||
      typeof tool['function']['name'] !== 'string',
  )
  if (place >= 0) return invalid(`invalid request: tool at index ${place} must be a function with a name.`)
  if (choice === undefined || choice === null) return undefined
  if (choice !== 'REQUIRED' && choice !== 'NONE')
    return invalid(`invalid request: tool_choice must be one of 'REQUIRED' or 'NONE'.`)
  return listOf(offered).length === 0 ? invalid('invalid request: tool_choice requires tools to be set.') : undefined
}

const formats = new Set<unknown>(['text', 'json_object'])
const form: Check = ({ response_format: format, documents, tools: offered }) => {
  if (format === undefined || format === null) return undefined
  if (!isJson(format) || !formats.has(format['type']))
    return invalid("invalid request: response_format.type must be one of 'text' or 'json_object'.")
  const isMixed = format['type'] === 'json_object' && listOf(documents).length + listOf(offered).length > 0
  return isMixed ? invalid('invalid request: cannot specify both response_format and tools or documents.') : undefined
}

const stops: Check = ({ stop_sequences: given }) =>
  listOf(given).length > 5 ? invalid('invalid request: at most 5 stop sequences are allowed.') : undefined

const checks: readonly Check[] = [
  knownMembers,
  messages,
  between('temperature', 0, 1),
  between('p', 0.01, 0.99),
  between('k', 0, 500),
  between('frequency_penalty', 0, 1),
  between('presence_penalty', 0, 1),
  between('max_tokens', 1, Number.MAX_SAFE_INTEGER),
  tools,
  form,
  stops,
]

/** A request that Cohere would take, or its complaint. */
export const understandCohere = (body: Json, models: readonly WorldModel[]): Understood => {
  const name = body['model']
  if (typeof name !== 'string' || name === '') return complain(invalid('invalid request: model is required.'))
  const model = modelFor('chat', models, { provider: 'cohere', name })
  if (model === undefined) return complain(unknownModel(name))
  const complaint = checks.map(check => check(body)).find(found => found !== undefined)
  if (complaint !== undefined) return complain(complaint)
  const limit = body['max_tokens']
  if (typeof limit === 'number' && limit > model.maxOutput)
    return complain(
      invalid(
        `too many tokens: max tokens must be less than or equal to ${model.maxOutput}, the maximum output length for this model - received ${limit}.`,
      ),
    )
  const inputTokens = inputOf(body)
  if (inputTokens > model.contextWindow) return complain(cohereManners.tooLong(model, inputTokens))
  return { ok: true, asked: askedOf(body, model, inputTokens) }
}

const askedOf = (body: Json, model: WorldModel, inputTokens: number): Asked => {
  const said = listOf(body['messages'])
  const limit = body['max_tokens']
  return {
    model,
    stream: body['stream'] === true,
    text: messageText(said.findLast(one => isJson(one) && one['role'] === 'user' && messageText(one) !== '')),
    inputTokens,
    ...(typeof limit === 'number' && { maxTokens: limit }),
    stops: listOf(body['stop_sequences']).filter(one => typeof one === 'string'),
    tools: listOf(body['tools']).flatMap(tool => {
      const made = isJson(tool) ? tool['function'] : undefined
      return isJson(made) ? [{ name: String(made['name']), schema: made['parameters'] }] : []
    }),
    ...(body['tool_choice'] === 'REQUIRED' && { mustCall: {} }),
    ...schemaOf(body['response_format']),
    choices: 1,
    includeUsage: true,
    images: imagesIn(said),
    body,
  }
}

const schemaOf = (format: unknown): Pick<Asked, 'schema'> =>
  isJson(format) && format['type'] === 'json_object'
    ? { schema: format['json_schema'] ?? format['schema'] ?? true }
    : {}

const inputOf = (body: Json): number => {
  const said = listOf(body['messages'])
  const more = [body['tools'], body['documents']].map(one =>
    one === undefined ? 0 : estimateTokens(JSON.stringify(one)),
  )
  const calls = said.map(one =>
    isJson(one) && one['tool_calls'] !== undefined ? JSON.stringify(one['tool_calls']) : '',
  )
  return (
    [...said.map(messageText), ...calls].reduce((sum, text) => sum + estimateTokens(text), 0) +
    more.reduce((sum, count) => sum + count, 0) +
    256 * imagesIn(said)
  )
}
