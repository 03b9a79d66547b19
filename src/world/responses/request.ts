/** Requests in OpenAI's Responses format: understood, or complained of as OpenAI would. */
import { estimateTokens } from '../estimate-tokens.ts'
import { modelFor } from '../models.ts'
import type { WorldModel } from '../models.ts'
import { openaiFlavour } from '../openai-flavours.ts'
import { between, invalid, tooLong } from '../openai-request.ts'
import type { Check } from '../openai-request.ts'
import { complain, isJson, listOf } from '../speech.ts'
import type { Asked, Complaint, Json, Understood } from '../speech.ts'
import { complaintAboutItems, imagesIn, itemsOf, itemsText, lastQuestion } from './items.ts'

/** The published members of a request, of late 2026. */
const members = new Set(
  `background context_management conversation include input instructions max_output_tokens max_tool_calls metadata model
  moderation parallel_tool_calls previous_response_id prompt prompt_cache_key prompt_cache_options prompt_cache_retention
  reasoning safety_identifier service_tier store stream stream_options temperature text tool_choice tools top_logprobs top_p
  truncation user`.split(/\s+/),
)

const knownMembers: Check = body => {
  const stranger = Object.keys(body).find(name => !members.has(name))
  return stranger === undefined
    ? undefined
    : invalid(`Unknown parameter: '${stranger}'.`, stranger, 'unknown_parameter')
}

const input: Check = body => {
  const { input: said, prompt } = body
  if (said === undefined && prompt === undefined)
    return invalid("Missing required parameter: 'input'.", 'input', 'missing_required_parameter')
  if (typeof said !== 'string' && !Array.isArray(said) && said !== undefined) {
    return invalid(
      `Invalid type for 'input': expected one of a string or array of objects, but got ${said === null ? 'null' : `an ${typeof said}`} instead.`,
      'input',
      'invalid_type',
    )
  }
  const fault = complaintAboutItems(itemsOf(body), typeof body['previous_response_id'] === 'string')
  return fault === undefined ? undefined : invalid(fault.message, fault.param, fault.code)
}

const functionName = /^[a-zA-Z0-9_-]{1,64}$/
const tools: Check = ({ tools: offered, tool_choice: choice }) => {
  for (const [place, tool] of listOf(offered).entries()) {
    const at = `tools[${place}]`
    if (!isJson(tool) || typeof tool['type'] !== 'string')
      return invalid(`Missing required parameter: '${at}.type'.`, `${at}.type`, 'missing_required_parameter')
    if (tool['type'] !== 'function' && tool['type'] !== 'custom') continue
    const name = tool['name']
    if (typeof name !== 'string')
      return invalid(`Missing required parameter: '${at}.name'.`, `${at}.name`, 'missing_required_parameter')
    if (!functionName.test(name)) {
      return invalid(
        `Invalid '${at}.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
        `${at}.name`,
        'invalid_value',
      )
    }
  }
  const named = isJson(choice) && choice['type'] === 'function' ? choice['name'] : undefined
  return named === undefined || listOf(offered).some(tool => isJson(tool) && tool['name'] === named)
    ? undefined
    : invalid(`Tool choice '${String(named)}' not found in 'tools' parameter.`, 'tool_choice')
}

const textFormat: Check = ({ text }) => {
  const format = isJson(text) ? text['format'] : undefined
  if (!isJson(format) || format['type'] !== 'json_schema') return undefined
  const missing = ['name', 'schema'].find(name => format[name] === undefined)
  return missing === undefined
    ? undefined
    : invalid(
        `Missing required parameter: 'text.format.${missing}'.`,
        `text.format.${missing}`,
        'missing_required_parameter',
      )
}

/** Models that reason take no sampling settings. */
const isReasoning = ({ id }: WorldModel): boolean => /^(?:gpt-5|o\d)/.test(id)
const sampling = (body: Json, model: WorldModel): Complaint | undefined => {
  const set = isReasoning(model) ? ['temperature', 'top_p'].find(name => typeof body[name] === 'number') : undefined
  return set === undefined
    ? undefined
    : {
        ...invalid(`Unsupported parameter: '${set}' is not supported with this model.`, set),
        code: 'unsupported_parameter',
      }
}

const checks: readonly Check[] = [
  knownMembers,
  input,
  between('temperature', 0, 2),
  between('top_p', 0, 1),
  between('max_output_tokens', 16, Number.MAX_SAFE_INTEGER, true),
  tools,
  textFormat,
]

/** A request that OpenAI would take, or its complaint. */
export const understandResponses = (body: Json, models: readonly WorldModel[], onlyCount: boolean): Understood => {
  const name = body['model']
  if (typeof name !== 'string')
    return complain(invalid("Missing required parameter: 'model'.", 'model', 'missing_required_parameter'))
  const model = modelFor('chat', models, { provider: 'openai', name })
  if (model === undefined)
    return complain({
      ...invalid(`The requested model '${name}' does not exist.`, 'model', 'model_not_found'),
      kind: 'model-missing',
    })
  const complaint =
    checks.map(check => check(body, openaiFlavour)).find(found => found !== undefined) ?? sampling(body, model)
  if (complaint !== undefined) return complain(complaint)
  const inputTokens = inputOf(body)
  if (!onlyCount && inputTokens > model.contextWindow)
    return complain({ ...tooLong(model, inputTokens), param: 'input' })
  return { ok: true, asked: askedOf(body, model, inputTokens) }
}

const askedOf = (body: Json, model: WorldModel, inputTokens: number): Asked => {
  const limit = body['max_output_tokens']
  return {
    model,
    stream: body['stream'] === true,
    text: lastQuestion(itemsOf(body)),
    inputTokens,
    ...(typeof limit === 'number' && { maxTokens: limit }),
    stops: [],
    tools: listOf(body['tools']).flatMap(tool =>
      isJson(tool) && typeof tool['name'] === 'string' ? [{ name: tool['name'], schema: tool['parameters'] }] : [],
    ),
    ...mustCallOf(body['tool_choice']),
    ...schemaOf(body),
    choices: 1,
    includeUsage: true,
    images: imagesIn(itemsOf(body)),
    body,
  }
}

const mustCallOf = (choice: unknown): Pick<Asked, 'mustCall'> => {
  if (choice === 'required') return { mustCall: {} }
  if (!isJson(choice)) return {}
  const { type, name, mode, tools: allowed } = choice
  if (type === 'function' || type === 'custom') return { mustCall: { name: String(name) } }
  const [first] = listOf(allowed)
  if (type !== 'allowed_tools' || mode !== 'required' || !isJson(first)) return {}
  return { mustCall: { name: String(first['name']) } }
}

const schemaOf = ({ text }: Json): Pick<Asked, 'schema'> => {
  const format = isJson(text) ? text['format'] : undefined
  if (!isJson(format)) return {}
  if (format['type'] === 'json_object') return { schema: true }
  return format['type'] === 'json_schema' ? { schema: format['schema'] } : {}
}

/** Four tokens for each item's frame and 85 for each image, as OpenAI counts a small one. */
const inputOf = (body: Json): number => {
  const items = itemsOf(body)
  const said = typeof body['instructions'] === 'string' ? body['instructions'] : ''
  return (
    estimateTokens(said) +
    (body['tools'] === undefined ? 0 : estimateTokens(JSON.stringify(body['tools']))) +
    items.reduce<number>((sum, item) => sum + 4 + estimateTokens(itemsText([item])), 0) +
    85 * imagesIn(items)
  )
}
