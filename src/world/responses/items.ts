/** The items of a request's input in OpenAI's Responses format: in order, or what is wrong with them. */
import { isJson, listOf } from '../speech.ts'
import type { Json } from '../speech.ts'
import { sealOf } from './ids.ts'

/** What is wrong, where, and how OpenAI calls it. */
export interface ItemFault {
  readonly message: string
  readonly param?: string
  readonly code?: string
}

/** The items; a text alone is one message of the user's. */
export const itemsOf = ({ input }: Json): readonly unknown[] =>
  typeof input === 'string' ? [{ role: 'user', content: input }] : listOf(input)

const typeOf = (item: unknown): string => {
  const type = isJson(item) ? (item['type'] ?? 'message') : undefined
  return typeof type === 'string' ? type : ''
}

/** The items that OpenAI knows, of late 2026, with what each must hold. */
const needs: Readonly<Record<string, readonly string[]>> = {
  message: ['role', 'content'],
  function_call: ['call_id', 'name', 'arguments'],
  function_call_output: ['call_id', 'output'],
  custom_tool_call: ['call_id', 'name', 'input'],
  custom_tool_call_output: ['call_id', 'output'],
  reasoning: ['summary'],
  item_reference: ['id'],
  ...Object.fromEntries(
    `web_search_call file_search_call computer_call computer_call_output image_generation_call code_interpreter_call
    local_shell_call local_shell_call_output shell_call shell_call_output apply_patch_call apply_patch_call_output mcp_call
    mcp_list_tools mcp_approval_request mcp_approval_response compaction`
      .split(/\s+/)
      .map(type => [type, []]),
  ),
}

/** The first thing that OpenAI would refuse in these items. A conversation that goes on may hold their counterparts. */
export const complaintAboutItems = (items: readonly unknown[], continues: boolean): ItemFault | undefined => {
  for (const [place, item] of items.entries()) {
    const fault = faultOf(item, `input[${place}]`)
    if (fault !== undefined) return fault
  }
  return continues ? undefined : faultInPairs(items)
}

const faultOf = (item: unknown, at: string): ItemFault | undefined => {
  const type = typeOf(item)
  if (!isJson(item) || !Object.hasOwn(needs, type)) {
    const known = Object.keys(needs)
      .map(name => `'${name}'`)
      .join(', ')
    return { message: `Invalid value: '${type}'. Supported values are: ${known}.`, param: at, code: 'invalid_value' }
  }
  const missing = needs[type]?.find(member => item[member] === undefined)
  if (missing !== undefined) {
    const param = `${at}.${missing}`
    return { message: `Missing required parameter: '${param}'.`, param, code: 'missing_required_parameter' }
  }
  if (type === 'reasoning') return faultInReasoning(item)
  return type === 'message' ? faultInMessage(item, at) : undefined
}

/** Only what the world sealed itself opens again. */
const faultInReasoning = ({ id, encrypted_content: sealed }: Json): ItemFault | undefined =>
  typeof sealed !== 'string' || sealed === sealOf(String(id))
    ? undefined
    : {
        message: `The encrypted content for item ${String(id)} could not be verified. Reason: Encrypted content could not be decrypted or parsed.`,
        code: 'invalid_encrypted_content',
      }

const roles = new Set<unknown>(['user', 'assistant', 'system', 'developer'])
const spoken = ['output_text', 'refusal']
const heard = ['input_text', 'input_image', 'input_file', 'input_audio']

const faultInMessage = ({ role, content }: Json, at: string): ItemFault | undefined => {
  if (!roles.has(role)) {
    return {
      message: `Invalid value: '${String(role)}'. Supported values are: 'assistant', 'system', 'developer', and 'user'.`,
      param: `${at}.role`,
      code: 'invalid_value',
    }
  }
  if (typeof content === 'string') return undefined
  const param = `${at}.content`
  if (!Array.isArray(content))
    return {
      message: `Invalid type for '${param}': expected one of an array of objects or string.`,
      param,
      code: 'invalid_type',
    }
  const known = role === 'assistant' ? spoken : heard
  const place = content.findIndex(part => !known.includes(typeOf(part)))
  return place < 0
    ? undefined
    : {
        message: `Invalid value: '${typeOf(content[place])}'. Supported values are: ${known.map(name => `'${name}'`).join(', ')}.`,
        param: `${param}[${place}]`,
        code: 'invalid_value',
      }
}

const idsOf = (items: readonly unknown[], types: readonly string[]): readonly unknown[] =>
  items.flatMap(item => (isJson(item) && types.includes(typeOf(item)) ? [item['call_id']] : []))

/** Every call has its result and every result its call. */
const faultInPairs = (items: readonly unknown[]): ItemFault | undefined => {
  const calls = idsOf(items, ['function_call', 'custom_tool_call'])
  const results = idsOf(items, ['function_call_output', 'custom_tool_call_output'])
  const open = calls.find(id => !results.includes(id))
  if (open !== undefined) return { message: `No tool output found for function call ${String(open)}.`, param: 'input' }
  const strange = results.find(id => !calls.includes(id))
  return strange === undefined
    ? undefined
    : { message: `No tool call found for function call output with call_id ${String(strange)}.`, param: 'input' }
}

const partsOf = (item: unknown): readonly Json[] => (isJson(item) ? listOf(item['content']).filter(isJson) : [])
const textOf = (item: unknown): string => {
  const content = isJson(item) ? item['content'] : undefined
  if (typeof content === 'string') return content
  return partsOf(item)
    .flatMap(part => (typeof part['text'] === 'string' ? [part['text']] : []))
    .join('\n')
}

/** The text of the last message of the user's that has one. */
export const lastQuestion = (items: readonly unknown[]): string =>
  textOf(items.findLast(item => isJson(item) && item['role'] === 'user' && textOf(item) !== ''))

/** Everything in the items that counts as text: what was said, called and given back. */
export const itemsText = (items: readonly unknown[]): string =>
  items
    .map(item => {
      if (!isJson(item) || typeOf(item) === 'message') return textOf(item)
      const told = item['arguments'] ?? item['input'] ?? item['output'] ?? ''
      return typeof told === 'string' ? told : JSON.stringify(told)
    })
    .join('\n')

/** How many images the messages show. */
export const imagesIn = (items: readonly unknown[]): number =>
  items.flatMap(partsOf).filter(part => part['type'] === 'input_image').length
