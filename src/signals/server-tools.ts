/** Whether a request has tools that the provider itself runs, so that to ask twice may be to do twice. */
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
]

const isOn = (value: unknown): boolean => value !== undefined && value !== null && value !== false

/** True for any tool that only its dialect knows, since nobody else can tell who runs it. */
export const hasServerTools = (request: ModelRequest): boolean => {
  if (!isConversation(request)) return false
  if ((request.opaqueTools?.length ?? 0) > 0) return true
  return Object.values(request.extensions).some(own => members.some(member => isOn(own[member])))
}
