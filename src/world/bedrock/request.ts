/** Requests to Bedrock's Converse: understood, or complained of as Bedrock would. */
import { estimateTokens } from '../estimate-tokens.ts'
import { modelFor } from '../models.ts'
import type { WorldModel } from '../models.ts'
import { complain, isJson, listOf } from '../speech.ts'
import type { Asked, Complaint, Json, Understood } from '../speech.ts'
import { bedrockVoice, invalid, unknownModel } from './manners.ts'
import { blockText, complaintAboutTurns, imagesIn, usesTools } from './messages.ts'

type Check = (body: Json, model: WorldModel) => Complaint | undefined

const inner = (body: Json, name: string): Json => {
  const found = body[name]
  return isJson(found) ? found : {}
}

const messages: Check = body => {
  const fault = complaintAboutTurns(body['messages'])
  return fault === undefined ? undefined : invalid(fault)
}

const between =
  (name: string, low: number, high: number): Check =>
  body => {
    const value = inner(body, 'inferenceConfig')[name]
    if (value === undefined || value === null || (typeof value === 'number' && value >= low && value <= high))
      return undefined
    const bound =
      typeof value === 'number' && value < low ? `greater than or equal to ${low}` : `less than or equal to ${high}`
    return invalid(
      `1 validation error detected: Value '${String(value)}' at 'inferenceConfig.${name}' failed to satisfy constraint: Member must have value ${bound}`,
    )
  }

const limit: Check = (body, model) => {
  const most = inner(body, 'inferenceConfig')['maxTokens']
  return typeof most === 'number' && most > model.maxOutput
    ? invalid(
        `The maximum tokens you requested exceeds the model limit of ${model.maxOutput}. Try again with a maximum tokens value that is lower than ${model.maxOutput}.`,
      )
    : undefined
}

const toolName = /^[a-zA-Z0-9_-]{1,64}$/
const specsOf = (body: Json): readonly Json[] =>
  listOf(inner(body, 'toolConfig')['tools']).flatMap(tool => {
    const spec = isJson(tool) ? tool['toolSpec'] : undefined
    return isJson(spec) ? [spec] : []
  })

const tools: Check = body => {
  const config = body['toolConfig']
  if (config === undefined) {
    return usesTools(listOf(body['messages']))
      ? invalid('The toolConfig field must be defined when using toolUse and toolResult content blocks.')
      : undefined
  }
  const specs = specsOf(body)
  if (specs.length === 0)
    return invalid(
      "1 validation error detected: Value '[]' at 'toolConfig.tools' failed to satisfy constraint: Member must have length greater than or equal to 1",
    )
  const place = specs.findIndex(({ name }) => typeof name !== 'string' || !toolName.test(name))
  if (place >= 0) {
    return invalid(
      `1 validation error detected: Value '${String(specs[place]?.['name'])}' at 'toolConfig.tools.${place + 1}.member.toolSpec.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+`,
    )
  }
  const unformed = specs.findIndex(
    ({ inputSchema: schema }) => !isJson(schema) || !isJson(schema['json']) || schema['json']['type'] !== 'object',
  )
  return unformed < 0
    ? undefined
    : invalid(
        `The value at toolConfig.tools.${unformed}.toolSpec.inputSchema.json.type must be one of the following: object.`,
      )
}

const checks: readonly Check[] = [
  messages,
  between('temperature', 0, 1),
  between('topP', 0, 1),
  between('maxTokens', 1, Number.MAX_SAFE_INTEGER),
  limit,
  tools,
]

/** A request that Bedrock would take, or its complaint. */
export const understandConverse = (
  body: Json,
  models: readonly WorldModel[],
  { name, stream, onlyCount }: { readonly name: string; readonly stream: boolean; readonly onlyCount: boolean },
): Understood => {
  const model = modelFor('chat', models, { provider: 'bedrock', name })
  if (model === undefined) return complain(unknownModel)
  const complaint = checks.map(check => check(body, model)).find(found => found !== undefined)
  if (complaint !== undefined) return complain(complaint)
  const inputTokens = inputOf(body)
  if (!onlyCount && inputTokens > model.contextWindow) return complain(bedrockVoice.manners.tooLong(model, inputTokens))
  return { ok: true, asked: askedOf(body, model, { stream, inputTokens }) }
}

const askedOf = (
  body: Json,
  model: WorldModel,
  { stream, inputTokens }: Pick<Asked, 'stream' | 'inputTokens'>,
): Asked => {
  const said = listOf(body['messages'])
  const { maxTokens, stopSequences } = inner(body, 'inferenceConfig')
  return {
    model,
    stream,
    text: blockText(said.findLast(one => isJson(one) && one['role'] === 'user' && blockText(one) !== '')),
    inputTokens,
    ...(typeof maxTokens === 'number' && { maxTokens }),
    stops: listOf(stopSequences).filter(one => typeof one === 'string'),
    tools: specsOf(body).map(({ name, inputSchema: schema }) => ({
      name: String(name),
      schema: isJson(schema) ? schema['json'] : undefined,
    })),
    ...mustCallOf(inner(body, 'toolConfig')['toolChoice']),
    ...schemaOf(body),
    choices: 1,
    includeUsage: true,
    images: imagesIn(said),
    body,
  }
}

const mustCallOf = (choice: unknown): Pick<Asked, 'mustCall'> => {
  if (!isJson(choice)) return {}
  const { any, tool } = choice
  if (isJson(tool)) return { mustCall: { name: String(tool['name']) } }
  return isJson(any) ? { mustCall: {} } : {}
}

/** A structure is asked for in a text of JSON within JSON. */
const schemaOf = (body: Json): Pick<Asked, 'schema'> => {
  const format = inner(body, 'outputConfig')['textFormat']
  const structure = isJson(format) ? format['structure'] : undefined
  const told = isJson(structure) ? structure['jsonSchema'] : undefined
  const schema = isJson(told) ? told['schema'] : undefined
  if (typeof schema !== 'string') return {}
  try {
    return { schema: JSON.parse(schema) as unknown }
  } catch {
    // A schema that is none asks for nothing in particular, and the client sees a plain sentence.
    return {}
  }
}

const inputOf = (body: Json): number => {
  const said = listOf(body['messages'])
  const system = blockText({ content: body['system'] })
  return (
    estimateTokens(system) +
    (body['toolConfig'] === undefined ? 0 : estimateTokens(JSON.stringify(body['toolConfig']))) +
    said.reduce<number>((sum, message) => sum + 3 + estimateTokens(blockText(message, true)), 0) +
    1200 * imagesIn(said)
  )
}
