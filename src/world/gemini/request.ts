/** Requests in Gemini's dialect: understood, or complained of as Google would. */
import { estimateTokens } from '../estimate-tokens.ts'
import { modelFor } from '../models.ts'
import type { WorldModel } from '../models.ts'
import { complain, isJson, listOf } from '../speech.ts'
import type { Asked, Complaint, Json, Route, Understood } from '../speech.ts'
import { allText, complaintAboutContents, contentText, mediaIn } from './contents.ts'
import { geminiManners, invalid, unknownModel } from './manners.ts'
import { configMembers, listIn, member, objectIn, requestMembers, strangerIn } from './members.ts'

type Check = (body: Json, model: WorldModel) => Complaint | undefined

const stranger = (name: string, at: string): Complaint => ({
  ...invalid(
    `Invalid JSON payload received. Unknown name "${name}"${at === '' ? '' : ` at '${at}'`}: Cannot find field.`,
  ),
  param: at,
})

const knownMembers: Check = body => {
  const name = strangerIn(body, requestMembers)
  if (name !== undefined) return stranger(name, '')
  const setting = strangerIn(objectIn(body, 'generationConfig'), configMembers)
  return setting === undefined ? undefined : stranger(setting, 'generation_config')
}

const contents: Check = (body, model) => {
  const fault = complaintAboutContents(member(body, 'contents'), needsSignatures(model))
  return fault === undefined ? undefined : invalid(fault)
}
/** From the third generation on, calls are signed and signatures wanted. */
export const needsSignatures = ({ id }: WorldModel): boolean => /^gemini-[3-9]/.test(id)

const between =
  (name: string, low: number, high: number): Check =>
  body => {
    const value = objectIn(body, 'generationConfig')[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'number')
      return invalid(`Invalid value at 'generation_config.${name}' (TYPE_FLOAT), ${JSON.stringify(value)}`)
    return value >= low && value <= high
      ? undefined
      : invalid(`* GenerateContentRequest.generation_config.${name}: ${name} must be in the range [${low}, ${high}].\n`)
  }

const limit: Check = (body, model) => {
  const most = member(objectIn(body, 'generationConfig'), 'maxOutputTokens')
  if (most === undefined || most === null) return undefined
  return typeof most === 'number' && most >= 1 && most <= model.maxOutput
    ? undefined
    : invalid(
        `Unable to submit request because it has a maxOutputTokens value of ${String(most)} but the supported range is from 1 (inclusive) to ${model.maxOutput + 1} (exclusive). Update the value and try again.`,
      )
}

const stops: Check = body =>
  stopsOf(body).length > 5
    ? invalid('* GenerateContentRequest.generation_config.stop_sequences: at most 5 stop sequences are allowed.\n')
    : undefined

const mimes = new Set<unknown>([undefined, null, '', 'text/plain', 'application/json', 'text/x.enum'])
const responseForm: Check = body => {
  const config = objectIn(body, 'generationConfig')
  const mime = member(config, 'responseMimeType')
  if (!mimes.has(mime)) {
    return invalid(
      '* GenerateContentRequest.generation_config.response_mime_type: allowed mimetypes are `text/plain`, `application/json`, `application/xml`, `application/yaml` and `text/x.enum`.\n',
    )
  }
  return schemaIn(body) !== undefined && mime !== 'application/json' && mime !== 'text/x.enum'
    ? invalid(
        '* GenerateContentRequest.generation_config.response_schema: response_schema requires response_mime_type to be set to application/json.\n',
      )
    : undefined
}

const thinking: Check = body => {
  const config = objectIn(objectIn(body, 'generationConfig'), 'thinkingConfig')
  return member(config, 'thinkingBudget') !== undefined && member(config, 'thinkingLevel') !== undefined
    ? invalid('You can only set only one of thinking budget and thinking level.')
    : undefined
}

const functionName = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/
const modes = new Set<unknown>([undefined, 'MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED'])
const tools: Check = body => {
  const declared = declarationsOf(body)
  const place = declared.findIndex(({ name }) => typeof name !== 'string' || !functionName.test(name))
  if (place >= 0) {
    return invalid(
      `* GenerateContentRequest.tools[0].function_declarations[${place}].name: Invalid function name. Must start with a letter or an underscore. Must be alphameric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.\n`,
    )
  }
  const { mode, allowed } = callingOf(body)
  if (!modes.has(mode))
    return invalid(
      `Invalid value at 'tool_config.function_calling_config.mode' (type.googleapis.com/google.ai.generativelanguage.v1beta.FunctionCallingConfig.Mode), ${JSON.stringify(mode)}`,
    )
  if (mode === 'ANY' && declared.length === 0)
    return invalid('Function calling config is set without function_declarations.')
  if (allowed.length > 0 && mode !== 'ANY' && mode !== 'VALIDATED')
    return invalid('Please set function calling mode to ANY or VALIDATED when allowed_function_names is set.')
  const strange = allowed.find(name => !declared.some(one => one.name === name))
  return strange === undefined
    ? undefined
    : invalid(
        `* GenerateContentRequest.tool_config.function_calling_config.allowed_function_names: ${strange} is not declared.\n`,
      )
}

const checks: readonly Check[] = [
  knownMembers,
  contents,
  between('temperature', 0, 2),
  between('topP', 0, 1),
  between('candidateCount', 1, 8),
  limit,
  stops,
  responseForm,
  thinking,
  tools,
]

/** A request that Google would take, or its complaint. A count may come with a whole request in it. */
export const understandGemini = (body: Json, models: readonly WorldModel[], route: Route): Understood => {
  const name = 'model' in route ? (route.model ?? '') : ''
  const model = modelFor('chat', models, { provider: 'gemini', name })
  if (model === undefined) return complain(unknownModel(name))
  const asked = member(body, 'generateContentRequest')
  const request = route.to === 'count' && isJson(asked) ? asked : body
  for (const check of checks) {
    const complaint = check(request, model)
    if (complaint !== undefined) return complain(complaint)
  }
  const inputTokens = inputOf(request)
  if (route.to !== 'count' && inputTokens > model.contextWindow)
    return complain(geminiManners.tooLong(model, inputTokens))
  return { ok: true, asked: askedOf(request, model, { inputTokens, form: 'form' in route ? route.form : undefined }) }
}

const askedOf = (
  body: Json,
  model: WorldModel,
  { inputTokens, form }: { readonly inputTokens: number; readonly form: string | undefined },
): Asked => {
  const config = objectIn(body, 'generationConfig')
  const maxTokens = member(config, 'maxOutputTokens')
  const count = member(config, 'candidateCount')
  const last = listIn(body, 'contents').findLast(
    content => member(content, 'role') !== 'model' && contentText(content) !== '',
  )
  return {
    model,
    stream: form === 'sse' || form === 'array',
    text: contentText(last),
    inputTokens,
    ...(typeof maxTokens === 'number' && { maxTokens }),
    stops: stopsOf(body),
    tools: declarationsOf(body).map(one => ({
      name: String(one.name),
      schema: member(one, 'parametersJsonSchema') ?? one['parameters'],
    })),
    ...mustCallOf(body),
    ...schemaOf(body),
    choices: typeof count === 'number' ? count : 1,
    includeUsage: true,
    images: mediaIn(member(body, 'contents')),
    ...(form !== undefined && { form }),
    body,
  }
}

const stopsOf = (body: Json): readonly string[] =>
  listOf(member(objectIn(body, 'generationConfig'), 'stopSequences')).filter(one => typeof one === 'string')

const declarationsOf = (body: Json): readonly (Json & { readonly name?: unknown })[] =>
  listIn(body, 'tools').flatMap(tool => listIn(tool, 'functionDeclarations').filter(isJson))

const callingOf = (body: Json): { readonly mode: unknown; readonly allowed: readonly string[] } => {
  const config = objectIn(objectIn(body, 'toolConfig'), 'functionCallingConfig')
  const allowed = listOf(member(config, 'allowedFunctionNames')).filter(name => typeof name === 'string')
  return { mode: config['mode'], allowed }
}

const mustCallOf = (body: Json): Pick<Asked, 'mustCall'> => {
  const { mode, allowed } = callingOf(body)
  if (mode !== 'ANY') return {}
  return { mustCall: allowed[0] === undefined ? {} : { name: allowed[0] } }
}

const schemaIn = (body: Json): unknown => {
  const config = objectIn(body, 'generationConfig')
  return member(config, 'responseJsonSchema') ?? config['_responseJsonSchema'] ?? member(config, 'responseSchema')
}
const schemaOf = (body: Json): Pick<Asked, 'schema'> => {
  const schema = schemaIn(body)
  if (schema !== undefined) return { schema }
  return member(objectIn(body, 'generationConfig'), 'responseMimeType') === 'application/json' ? { schema: true } : {}
}

/** 258 tokens for an image, as Google counts a small one. */
const inputOf = (body: Json): number => {
  const said = member(body, 'contents')
  const tooling = member(body, 'tools')
  const system = allText(member(body, 'systemInstruction'))
  return (
    estimateTokens(system) +
    estimateTokens(allText(said)) +
    (tooling === undefined ? 0 : estimateTokens(JSON.stringify(tooling))) +
    258 * mediaIn(said)
  )
}
