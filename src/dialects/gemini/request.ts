/** A request as a client of this dialect sends it, checked and read. */
import type { Address, ChatBody } from '../../domain/request.ts'
import type { Checked } from '../../domain/units.ts'
import { depthOf } from '../json-text.ts'
import { readContents, readSystem } from './contents.ts'
import { readConfig } from './generation-config.ts'
import { readToolChoice, readTools } from './tools.ts'
import { readTier } from './usage.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, isWord, otherMembers } from '../fields.ts'
import { checked, found, report } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { camelKeys, dialect } from './wire.ts'

const known = new Set([
  'model',
  'contents',
  'systemInstruction',
  'generationConfig',
  'tools',
  'toolConfig',
  'labels',
  'serviceTier',
])
/** Deeper than any real schema; what nests deeper only means to exhaust the stack. */
const deepest = 256

/** The model's own name, without the folders that a path or a body has before it. */
const modelName = (name: string): string => name.slice(name.lastIndexOf('models/') + 'models/'.length)
const targetOf = (body: Json, address: Address | undefined, findings: Findings): string => {
  const model = address?.model ?? body['model']
  if (!isWord(model)) {
    report(findings, 'model', model, 'the name of a model or pool, in the path before ":generateContent"')
    return ''
  }
  return model.includes('models/') ? modelName(model) : model
}

const readLabels = (labels: unknown, findings: Findings): Readonly<Record<string, string>> | undefined => {
  if (isAbsent(labels)) return undefined
  if (!isRecord(labels)) return report(findings, 'labels', labels, 'an object of strings')
  const told = Object.entries(labels).map(([name, value]): [string, string] => [name, String(value)])
  return Object.fromEntries(told)
}
const tierOf = (body: Json): { readonly serviceTier?: string } => {
  const tier = body['serviceTier']
  return readTier(typeof tier === 'string' ? tier.toLowerCase().replace(/^service_tier_/, '') : tier)
}

/** What a body for `:generateContent` or `:streamGenerateContent` says, or where it is wrong and what would be right. */
export const decodeRequest = (given: unknown, address?: Address): Checked<ChatBody> => {
  if (!isRecord(given)) return { ok: false, why: `the body is ${found(given)}; it must be a JSON object` }
  if (depthOf(given, deepest) > deepest) {
    return { ok: false, why: `the body nests more than ${deepest} levels deep; it must nest less` }
  }
  const body = camelKeys(given)
  const findings: Findings = {}
  const { own: ofConfig, ...config } = readConfig(body, findings)
  const { others: ofTools, ...choice } = readToolChoice(body, findings)
  const metadata = readLabels(body['labels'], findings)
  const own = {
    ...otherMembers(body, known),
    ...ofConfig,
    ...(ofTools && { toolConfig: ofTools }),
    // Null marks metadata that Vertex calls labels.
    ...(metadata !== undefined && { labels: null }),
  }
  return checked(findings, {
    operation: 'chat',
    target: targetOf(body, address, findings),
    messages: [...readSystem(body['systemInstruction'], findings), ...readContents(body['contents'], findings)],
    ...readTools(body['tools'], findings),
    ...choice,
    ...config,
    ...tierOf(body),
    stream: address?.stream ?? false,
    streamUsage: true,
    ...(metadata !== undefined && { metadata }),
    extensions: Object.keys(own).length === 0 ? {} : { [dialect]: own },
  })
}
