/** Tools that the provider runs: whoever has one is not asked twice. */
import { describe, expect, it } from 'vitest'
import { requestOf } from '../../test/requests.ts'
import type { DialectId } from '../domain/ids.ts'
import type { ChatRequest, ModelRequest } from '../domain/request.ts'
import { hasServerTools } from './server-tools.ts'

const has = (more: Partial<ChatRequest> = {}): boolean => hasServerTools(requestOf(more))
const weather = { name: 'weather', inputSchema: { type: 'object' } }

describe('tools that the provider runs', () => {
  it('are none of those that the client runs itself', () => {
    expect(has()).toBe(false)
    expect(has({ tools: [weather] })).toBe(false)
  })
  it('are any that only their dialect knows, since nobody else can tell who runs them', () => {
    const search = { dialect: 'anthropic-messages' as DialectId, kind: 'web_search_20250305', value: {} }
    expect(has({ opaqueTools: [search] })).toBe(true)
    expect(has({ opaqueTools: [] })).toBe(false)
  })
  it.each([
    'mcp_servers',
    'container',
    'web_search_options',
    'search_parameters',
    'enable_search',
    'plugins',
    'data_sources',
    'compound_custom',
  ])('are on by %s, beside the list of tools', member => {
    expect(has({ extensions: { any: { [member]: {} } } })).toBe(true)
    expect(has({ extensions: { any: { [member]: false } } })).toBe(false)
    expect(has({ extensions: { any: { [member]: null } } })).toBe(false)
  })
  it('are on within what Converse passes on to its model', () => {
    const passes = (fields: object) =>
      has({ extensions: { 'bedrock-converse': { additionalModelRequestFields: fields } } })
    expect(passes({ top_k: 5 })).toBe(false)
    expect(passes({ tools: [{ type: 'web_search_20250305', name: 'web_search' }] })).toBe(true)
    expect(passes({ mcp_servers: [] })).toBe(true)
  })
  it('are not had by what is no conversation', () => {
    const embeds = { ...requestOf(), operation: 'embeddings', extensions: { any: { plugins: [1] } } }
    expect(hasServerTools(embeds as unknown as ModelRequest)).toBe(false)
  })
})
