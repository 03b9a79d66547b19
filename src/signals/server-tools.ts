/** Whether a request has tools that the provider itself runs, so that to ask twice may be to do twice. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import { isConversation } from '../domain/request.ts'
import type { ModelRequest } from '../domain/request.ts'

/** Members by which dialects turn such tools on beside their lists of tools: servers, searches, sandboxes. */
const members: readonly string[] = [
  'mcp_servers',
  'container',
  'web_search_options',
  'search_parameters',
  'enable_search',
  'plugins',
  'connectors',
  'data_sources',
  'compound_custom',
]

const isOn = (value: unknown): boolean => value !== undefined && value !== null && value !== false

/** Members of a model behind one door for all: its own tools are none that the door knows. */
const inner = 'additionalModelRequestFields'

const turnsOn = (own: Json): boolean => {
  const beyond = own[inner]
  return members.some(member => isOn(own[member])) || (isRecord(beyond) && (isOn(beyond['tools']) || turnsOn(beyond)))
}

/** True for any tool that only its dialect knows, since nobody else can tell who runs it. */
export const hasServerTools = (request: ModelRequest): boolean => {
  if (!isConversation(request)) return false
  if ((request.opaqueTools?.length ?? 0) > 0) return true
  return Object.values(request.extensions).some(turnsOn)
}
