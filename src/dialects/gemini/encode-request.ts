/** A request of any dialect, written as a body for `:generateContent`; the model and streaming are told in the path. */
import type { ChatRequest } from '../../domain/request.ts'
import { fitName, withFitNames } from '../../domain/tool-name.ts'
import type { Encoded } from '../../ports/dialect.ts'
import { abilitiesOf } from './abilities.ts'
import { writeTier } from './usage.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { Losses } from '../own-members.ts'
import { dialect, noLosses, ownMembers, ownToWrite } from './wire.ts'
import { writeConfig } from './write-config.ts'
import { writeContents } from './write-contents.ts'
import { writeTools } from './write-tools.ts'

const longestName = 64

/** A tool's name as Gemini takes it: at most 64 letters, digits, `_` and `-`, a letter or `_` first. */
export const toolName = (name: string): string => fitName(/^[a-zA-Z_]/.test(name) ? name : `_.${name}`, longestName)

const writeLabels = ({ metadata, extensions }: ChatRequest, losses: Losses): Json => {
  if (metadata === undefined || Object.keys(metadata).length === 0) return {}
  if (ownMembers(extensions)['labels'] === null) return { labels: metadata }
  losses.add('metadata', 'Gemini takes no metadata')
  return {}
}
const writeServiceTier = ({ serviceTier }: ChatRequest, isOwn: boolean, losses: Losses): Json => {
  // To be served as usual goes without saying.
  if (serviceTier === undefined || serviceTier === 'auto' || (serviceTier === 'default' && !isOwn)) return {}
  const tier = writeTier(serviceTier)
  if (tier !== undefined) return { serviceTier: tier }
  losses.add('serviceTier', `Gemini knows "standard", "flex" and "priority", not ${JSON.stringify(serviceTier)}`)
  return {}
}
const writtenAnew = new Set(['toolConfig', 'generationConfig', 'thinkingConfig', 'form'])
const kept = (request: ChatRequest): Json =>
  Object.fromEntries(Object.entries(ownToWrite(request.extensions)).filter(([key]) => !writtenAnew.has(key)))

/** A body that Gemini takes for this model, and by name whatever of the request it cannot tell. */
export const encodeRequest = (asked: ChatRequest, model: string): Encoded<Record<string, unknown>> => {
  const losses = noLosses()
  const isOwn = isRecord(asked.raw) && asked.raw.dialect === dialect
  const request = isOwn ? asked : withFitNames(asked, toolName)
  const writing = { losses, abilities: abilitiesOf(model), isOwn }
  losses.addForeign(request.extensions, '')
  if (request.endUser !== undefined) losses.add('endUser', 'Gemini takes no id of the end user')
  const value = {
    ...kept(request),
    ...writeContents(request.messages, writing),
    ...writeTools(request, writing),
    ...writeConfig(request, model, writing),
    ...writeLabels(request, losses),
    ...writeServiceTier(request, isOwn, losses),
  }
  return { value, losses: losses.list() }
}
