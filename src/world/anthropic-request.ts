/** Requests in Anthropic's Messages format: understood, or complained of as the provider would. */
import { complaintAboutTurns, contentText } from './anthropic-messages.ts'
import { estimateTokens } from './estimate-tokens.ts'
import { modelFor } from './models.ts'
import type { WorldModel } from './models.ts'
import { complain, isJson, listOf } from './speech.ts'
import type { Asked, Complaint, Json, Understood } from './speech.ts'

/** A request that makes no sense, in Anthropic's words. */
export const invalid = (message: string): Complaint => ({ status: 400, kind: 'invalid', message })

type Check = (body: Json) => string | undefined

const members = new Set(
  `cache_control container context_management fallbacks inference_geo max_tokens mcp_servers messages metadata model output_config
  output_format service_tier speed stop_sequences stream system temperature thinking tool_choice tools top_k top_p`.split(
    /\s+/,
  ),
)

const knownMembers: Check = body => {
  const stranger = Object.keys(body).find(name => !members.has(name))
  return stranger === undefined ? undefined : `${stranger}: Extra inputs are not permitted`
}

const between =
  (name: string, low: number, high: number): Check =>
  body => {
    const value = body[name]
    if (value === undefined) return undefined
    if (typeof value !== 'number') return `${name}: Input should be a valid number`
    if (value < low) return `${name}: range: ${low}..${high}`
    return value > high ? `${name}: range: ${low}..${high}` : undefined
  }

const system: Check = ({ system: said }) => {
  if (said === undefined || typeof said === 'string') return undefined
  if (!Array.isArray(said)) return 'system: Input should be a valid list'
  const place = said.findIndex(block => !isJson(block) || typeof block['text'] !== 'string')
  if (place >= 0) return `system.${place}.text: Field required`
  const empty = said.some(block => isJson(block) && block['text'] === '')
  return empty ? 'system: text content blocks must be non-empty' : undefined
}

const stops: Check = ({ stop_sequences: given }) => {
  if (given === undefined) return undefined
  if (!Array.isArray(given)) return 'stop_sequences: Input should be a valid list'
  if (given.some(one => typeof one !== 'string')) return 'stop_sequences.0: Input should be a valid string'
  return given.some(one => String(one).trim() === '')
    ? 'stop_sequences: each stop sequence must contain non-whitespace'
    : undefined
}

const toolName = /^[a-zA-Z0-9_-]{1,128}$/
const tools: Check = ({ tools: offered, tool_choice: choice }) => {
  if (offered !== undefined && !Array.isArray(offered)) return 'tools: Input should be a valid list'
  for (const [place, tool] of listOf(offered).entries()) {
    const fault = isJson(tool)
      ? toolFault(tool, `tools.${place}.custom`)
      : `tools.${place}: Input should be a valid dictionary`
    if (fault !== undefined) return fault
  }
  return choice === undefined ? undefined : choiceFault(choice, offered)
}

/** Anthropic's own tools have a type and no schema. */
const toolFault = ({ type, name, input_schema: schema }: Json, at: string): string | undefined => {
  if (typeof name !== 'string') return `${at}.name: Field required`
  if (!toolName.test(name)) return `${at}.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`
  if (type !== undefined && type !== 'custom') return undefined
  if (!isJson(schema)) return `${at}.input_schema: Field required`
  return schema['type'] === 'object' ? undefined : `${at}.input_schema.type: Input should be 'object'`
}

const choices = new Set(['auto', 'any', 'tool', 'none'])
const choiceFault = (choice: unknown, offered: unknown): string | undefined => {
  const type = isJson(choice) ? choice['type'] : undefined
  if (!isJson(choice) || typeof type !== 'string' || !choices.has(type)) {
    return "tool_choice: Input tag does not match any of the expected tags: 'any', 'auto', 'none', 'tool'"
  }
  if (listOf(offered).length === 0 && type !== 'none')
    return 'tool_choice: tool_choice may only be specified while providing tools'
  if (type !== 'tool') return undefined
  return listOf(offered).some(tool => isJson(tool) && tool['name'] === choice['name'])
    ? undefined
    : `tool_choice: Tool '${String(choice['name'])}' not found in provided tools`
}

const messages: Check = body => complaintAboutTurns(body['messages'])

const checks: readonly Check[] = [
  knownMembers,
  messages,
  system,
  between('temperature', 0, 1),
  between('top_p', 0, 1),
  stops,
  tools,
]

const unknownModel = (name: string): Complaint => ({ status: 404, kind: 'model-missing', message: `model: ${name}` })

const limitFault = (limit: unknown, model: WorldModel): string | undefined => {
  if (limit === undefined) return 'max_tokens: Field required'
  if (typeof limit !== 'number' || !Number.isInteger(limit)) return 'max_tokens: Input should be a valid integer'
  if (limit < 1) return 'max_tokens: must be greater than or equal to 1'
  return limit > model.maxOutput
    ? `max_tokens: ${limit} > ${model.maxOutput}, which is the maximum allowed number of output tokens for ${model.id}`
    : undefined
}

/** A request that Anthropic would take, or its complaint. One that only wants its tokens counted needs no limit. */
export const understandMessages = (body: Json, models: readonly WorldModel[], onlyCount: boolean): Understood => {
  const name = body['model']
  if (typeof name !== 'string') return complain(invalid('model: Field required'))
  const model = modelFor('chat', models, { provider: 'anthropic', name })
  if (model === undefined) return complain(unknownModel(name))
  const limit = onlyCount ? undefined : limitFault(body['max_tokens'], model)
  if (limit !== undefined) return complain(invalid(limit))
  for (const check of checks) {
    const fault = check(body)
    if (fault !== undefined) return complain(invalid(fault))
  }
  const inputTokens = inputOf(body)
  if (!onlyCount && inputTokens > model.contextWindow) return complain(tooLong(model, inputTokens))
  return { ok: true, asked: askedOf(body, model, inputTokens) }
}

/** What is said of an input that the model's window cannot hold. */
export const tooLong = (model: WorldModel, inputTokens: number): Complaint => ({
  status: 400,
  kind: 'context',
  message: `prompt is too long: ${inputTokens} tokens > ${model.contextWindow} maximum`,
})

const messagesOf = (body: Json): readonly Json[] => listOf(body['messages']).filter(isJson)

const askedOf = (body: Json, model: WorldModel, inputTokens: number): Asked => {
  const last = messagesOf(body).findLast(({ role, content }) => role === 'user' && contentText(content) !== '')
  return {
    model,
    stream: body['stream'] === true,
    text: contentText(last?.['content']),
    inputTokens,
    ...(typeof body['max_tokens'] === 'number' && { maxTokens: body['max_tokens'] }),
    stops: listOf(body['stop_sequences']).filter(one => typeof one === 'string'),
    tools: listOf(body['tools'])
      .filter(isJson)
      .map(tool => ({ name: String(tool['name']), schema: tool['input_schema'] })),
    ...mustCallOf(body['tool_choice']),
    ...schemaOf(body),
    choices: 1,
    includeUsage: true,
    images: imagesIn(body),
    body,
  }
}

const mustCallOf = (choice: unknown): Pick<Asked, 'mustCall'> => {
  if (!isJson(choice)) return {}
  if (choice['type'] === 'any') return { mustCall: {} }
  return choice['type'] === 'tool' ? { mustCall: { name: String(choice['name']) } } : {}
}

const schemaOf = (body: Json): Pick<Asked, 'schema'> => {
  const format = isJson(body['output_config']) ? body['output_config']['format'] : body['output_format']
  return isJson(format) && format['type'] === 'json_schema' ? { schema: format['schema'] ?? true } : {}
}

const imagesIn = (body: Json): number =>
  messagesOf(body).reduce(
    (sum, { content }) => sum + listOf(content).filter(block => isJson(block) && block['type'] === 'image').length,
    0,
  )

/** Three tokens for each message's frame, and 1,200 for an image, about what one of a megapixel counts for. */
const inputOf = (body: Json): number => {
  let count = estimateTokens(contentText(body['system']))
  if (body['tools'] !== undefined) count += estimateTokens(JSON.stringify(body['tools']))
  for (const { content } of messagesOf(body)) count += 3 + estimateTokens(contentText(content, true))
  return count + 1200 * imagesIn(body)
}
