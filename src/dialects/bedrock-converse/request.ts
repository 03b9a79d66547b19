/** A request as a client of this dialect sends it, checked and read; its model and whether it streams stand in the path. */
import type { Message, Part } from '../../domain/message.ts'
import type { Address, ChatBody, OutputFormat } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import type { Checked } from '../../domain/units.ts'
import { depthOf } from '../json-text.ts'
import { readBlocks } from './blocks.ts'
import { isEffort } from '../effort.ts'
import { readFields } from './model-fields.ts'
import type { ReadFields } from './model-fields.ts'
import { readWish } from './reasoning.ts'
import { readTier } from './tier.ts'
import { readTools } from './tools.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, otherMembers, parseJson } from '../fields.ts'
import { checked, found, optionalText, report } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { carried } from './wire.ts'

const knownMembers = new Set([
  'messages',
  'system',
  'inferenceConfig',
  'toolConfig',
  'additionalModelRequestFields',
  'outputConfig',
  'requestMetadata',
  'serviceTier',
  // Not of the API, but where a client names its model or streaming in the body, the path has said so already.
  'modelId',
  'model',
  'stream',
])
const known = {
  message: new Set(['role', 'content']),
  inference: new Set(['maxTokens', 'temperature', 'topP', 'stopSequences']),
  output: new Set(['textFormat', 'effort']),
  format: new Set(['type', 'structure']),
  schema: new Set(['schema', 'name', 'description']),
  tier: new Set(['type']),
}
/** Deeper than any real schema; what nests deeper only means to exhaust the stack. */
const deepest = 256

/** Tool results are messages of their own; the order of all parts stays. */
const byRole = (parts: readonly Part[], others: Json | undefined): readonly Message[] => {
  const messages: { readonly role: 'user' | 'tool'; readonly parts: Part[] }[] = []
  for (const part of parts) {
    const role = part.type === 'tool-result' ? 'tool' : 'user'
    const last = messages.at(-1)
    if (last?.role === role) last.parts.push(part)
    else messages.push({ role, parts: [part] })
  }
  return messages.map(message => ({ ...message, ...carried(others) }))
}

const readMessage = (message: unknown, at: string, findings: Findings): readonly Message[] => {
  if (!isRecord(message)) {
    report(findings, at, message, 'a message, an object with role and content')
    return []
  }
  const given = message['role']
  const isRole = given === 'system' || given === 'user' || given === 'assistant'
  if (!isRole) report(findings, `${at}.role`, given, '"user", "assistant" or "system"')
  const role = isRole ? given : 'user'
  const parts = readBlocks(message['content'], `${at}.content`, role, findings)
  const others = otherMembers(message, known.message)
  if (role === 'user' && parts.length > 0) return byRole(parts, others)
  // A system message among the others is not the system prompt; the word tells them apart on the way back.
  return [{ role, parts, ...carried(role === 'system' ? { ...others, role } : others) }]
}

/** A prompt that is kept at Bedrock brings its messages along. */
const isKeptPrompt = (model: string): boolean => model.includes(':prompt/')

const readMessages = (body: Json, model: string, findings: Findings): readonly Message[] => {
  const { system, messages } = body
  const prompt = isAbsent(system) ? [] : readBlocks(system, 'system', 'system', findings)
  const first: readonly Message[] = prompt.length === 0 ? [] : [{ role: 'system', parts: prompt }]
  if (isAbsent(messages) && isKeptPrompt(model)) return first
  if (!Array.isArray(messages) || messages.length === 0) {
    report(findings, 'messages', messages, 'a list of at least one message')
    return []
  }
  return [...first, ...messages.flatMap((message, place) => readMessage(message, `messages[${place}]`, findings))]
}

const recordAt = (body: Json, key: string, findings: Findings): Json => {
  const value = body[key]
  if (isRecord(value)) return value
  if (!isAbsent(value)) report(findings, key, value, 'an object')
  return {}
}

const readNumber = (
  record: Json,
  path: readonly [outer: string, key: string],
  right: { readonly words: string; readonly test: (value: number) => boolean },
  findings: Findings,
): number | undefined => {
  const [outer, key] = path
  const value = record[key]
  if (isAbsent(value)) return undefined
  if (typeof value === 'number' && right.test(value)) return value
  report(findings, `${outer}.${key}`, value, right.words)
  return undefined
}
const share = { words: 'a number from 0 to 1', test: (value: number) => value >= 0 && value <= 1 }
const count = { words: 'a whole number, 1 or more', test: (value: number) => Number.isSafeInteger(value) && value >= 1 }

const readStop = ({ stopSequences }: Json, findings: Findings): readonly string[] => {
  const at = 'inferenceConfig.stopSequences'
  if (isAbsent(stopSequences)) return []
  if (!Array.isArray(stopSequences)) {
    report(findings, at, stopSequences, 'a list of strings')
    return []
  }
  const stop: string[] = []
  for (const [place, one] of stopSequences.entries()) {
    if (typeof one === 'string') stop.push(one)
    else report(findings, `${at}[${place}]`, one, 'a string')
  }
  return stop
}

const readFormat = (config: Json, findings: Findings): OutputFormat => {
  const { textFormat } = config
  const at = 'outputConfig.textFormat'
  if (isAbsent(textFormat)) return { type: 'text' }
  const structure = isRecord(textFormat) ? textFormat['structure'] : undefined
  const given = isRecord(structure) ? structure['jsonSchema'] : undefined
  if (!isRecord(textFormat) || textFormat['type'] !== 'json_schema' || !isRecord(given)) {
    report(findings, at, textFormat, 'an object with type "json_schema" and structure.jsonSchema')
    return { type: 'text' }
  }
  const inner = `${at}.structure.jsonSchema`
  const schema = typeof given['schema'] === 'string' ? parseJson(given['schema']) : undefined
  if (!isRecord(schema)) report(findings, `${inner}.schema`, given['schema'], 'a JSON Schema as text')
  const name = optionalText(findings, `${inner}.name`, given['name'])
  const description = optionalText(findings, `${inner}.description`, given['description'])
  return {
    type: 'json',
    schema,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
  }
}

const readMetadata = (body: Json, findings: Findings): Readonly<Record<string, string>> | undefined => {
  const metadata = body['requestMetadata']
  if (isAbsent(metadata)) return undefined
  const entries = isRecord(metadata) ? Object.entries(metadata) : []
  const isRight = isRecord(metadata) && entries.every(([, value]) => typeof value === 'string')
  if (!isRight) report(findings, 'requestMetadata', metadata, 'an object of strings')
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
}

/** All that only this dialect knows, word for word. */
const readOthers = (body: Json, fields: ReadFields, config: Json, toolConfig: Json | undefined): Json => {
  const inference = isRecord(body['inferenceConfig'])
    ? otherMembers(body['inferenceConfig'], known.inference)
    : undefined
  const isKnownEffort = isAbsent(config['effort']) || isEffort(config['effort'])
  const output = {
    ...otherMembers(config, known.output),
    ...(!isKnownEffort && { effort: config['effort'] }),
  }
  const tier = isRecord(body['serviceTier']) ? otherMembers(body['serviceTier'], known.tier) : undefined
  return {
    ...otherMembers(body, knownMembers),
    ...(inference && { inferenceConfig: inference }),
    ...(fields.others && { additionalModelRequestFields: fields.others }),
    ...(Object.keys(output).length > 0 && { outputConfig: output }),
    ...(toolConfig && { toolConfig }),
    ...(tier && { serviceTier: tier }),
  }
}

const targetOf = (body: Json, address: Address | undefined): string => {
  for (const name of [address?.model, body['modelId'], body['model']]) {
    if (typeof name === 'string' && name !== '') return name
  }
  return ''
}

const readBody = (body: Json, address: Address | undefined, findings: Findings): ChatBody => {
  const target = targetOf(body, address)
  if (target === '') report(findings, 'modelId', body['modelId'], 'the name of a model or pool, in the path')
  const inference = recordAt(body, 'inferenceConfig', findings)
  const fields = readFields(recordAt(body, 'additionalModelRequestFields', findings))
  const config = recordAt(body, 'outputConfig', findings)
  const { others: toolConfig, ...tools } = readTools(recordAt(body, 'toolConfig', findings), findings)
  const most = readNumber(inference, ['inferenceConfig', 'maxTokens'], count, findings)
  const temperature = readNumber(inference, ['inferenceConfig', 'temperature'], share, findings)
  const topP = readNumber(inference, ['inferenceConfig', 'topP'], share, findings)
  const reasoning = readWish(body['additionalModelRequestFields'], config)
  const metadata = readMetadata(body, findings)
  return {
    operation: 'chat',
    target,
    messages: readMessages(body, target, findings),
    ...tools,
    output: readFormat(config, findings),
    limits: { ...(most !== undefined && { maxOutputTokens: tokens(most) }), stop: readStop(inference, findings) },
    sampling: {
      ...(temperature !== undefined && { temperature }),
      ...(topP !== undefined && { topP }),
      ...fields.sampling,
    },
    ...(reasoning !== undefined && { reasoning }),
    choices: 1,
    ...readTier(recordAt(body, 'serviceTier', findings)),
    stream: address?.stream ?? body['stream'] === true,
    streamUsage: true,
    ...(metadata !== undefined && { metadata }),
    extensions: { ...carried(readOthers(body, fields, config, toolConfig)).extensions },
  }
}

/** A body as this dialect has it, or the first thing that is wrong with it. */
export const decodeRequest = (body: unknown, address?: Address): Checked<ChatBody> => {
  if (!isRecord(body)) return { ok: false, why: `the body is ${found(body)}; it must be a JSON object` }
  if (depthOf(body, deepest) > deepest) {
    return { ok: false, why: `the body nests more than ${deepest} levels deep; it must nest less` }
  }
  const findings: Findings = {}
  return checked(findings, readBody(body, address, findings))
}
