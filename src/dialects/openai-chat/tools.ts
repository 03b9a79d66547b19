/** Tools and the choice among them, both ways. */
import type { ChatBody, OpaqueTool, Tool, ToolChoice } from '../../domain/request.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, isWord, recordOf, without } from '../fields.ts'
import { optionalFlag, optionalRecord, optionalText, report, requiredWord } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { carried, openaiChatId, ownMembers, readCache, writeCache } from './wire.ts'
import type { Writing } from './write-parts.ts'

const known = {
  tool: new Set(['type', 'function', 'cache_control']),
  definition: new Set(['name', 'description', 'parameters', 'strict']),
}

interface Tools {
  readonly tools: readonly Tool[]
  readonly opaqueTools?: readonly OpaqueTool[]
}

/** A function as `tools[].function` and the legacy `functions[]` define it. */
const readDefinition = (findings: Findings, at: string, value: Json): Tool => {
  const name = requiredWord(findings, `${at}.name`, value['name'])
  const description = optionalText(findings, `${at}.description`, value['description'])
  const inputSchema = optionalRecord(findings, `${at}.parameters`, value['parameters'])
  const strict = optionalFlag(findings, `${at}.strict`, value['strict'])
  return {
    name,
    ...(description !== undefined && { description }),
    ...(inputSchema !== undefined && { inputSchema }),
    ...(strict !== undefined && { strict }),
  }
}

const readTool = (findings: Findings, at: string, tool: unknown): Tool | OpaqueTool | undefined => {
  if (!isRecord(tool)) return report(findings, at, tool, 'an object with type and function')
  const { type: given, function: definition } = tool
  // Mistral and others take tools without a type.
  const type = isAbsent(given) && isRecord(definition) ? 'function' : given
  if (!isWord(type)) return report(findings, `${at}.type`, type, '"function"')
  if (type !== 'function') return { dialect: openaiChatId, kind: type, value: tool }
  if (!isRecord(definition)) return report(findings, `${at}.function`, definition, 'an object with a name')
  const inner = without(definition, known.definition)
  const rest = without(tool, known.tool)
  const extra = inner === undefined ? rest : { ...rest, function: inner }
  return {
    ...readDefinition(findings, `${at}.function`, definition),
    ...readCache(tool['cache_control']),
    ...carried(extra),
  }
}

/** Marks that say no more than that the older form was used: null, so that no other dialect counts them as lost. */
const oldTool: Json = { functions: null }
const oldChoice: Json = { function_call: null }

const readFunction = (findings: Findings, at: string, value: unknown): Tool | undefined => {
  if (!isRecord(value)) return report(findings, at, value, 'an object with a name')
  const inner = without(value, known.definition)
  return {
    ...readDefinition(findings, at, value),
    ...carried(inner === undefined ? oldTool : { ...oldTool, function: inner }),
  }
}

const listOf = (findings: Findings, at: string, value: unknown): readonly unknown[] => {
  if (isAbsent(value)) return []
  if (Array.isArray(value)) return value
  report(findings, at, value, 'a list')
  return []
}

/** The tools of a body, those of the legacy `functions` too. A tool of an unknown type stays whole, as opaque. */
export const readTools = (findings: Findings, body: Json): Tools => {
  const tools: Tool[] = []
  const opaque: OpaqueTool[] = []
  for (const [index, one] of listOf(findings, 'tools', body['tools']).entries()) {
    const tool = readTool(findings, `tools[${index}]`, one)
    if (tool !== undefined && 'kind' in tool) opaque.push(tool)
    else if (tool !== undefined) tools.push(tool)
  }
  for (const [index, one] of listOf(findings, 'functions', body['functions']).entries()) {
    const tool = readFunction(findings, `functions[${index}]`, one)
    if (tool !== undefined) tools.push(tool)
  }
  return opaque.length === 0 ? { tools } : { tools, opaqueTools: opaque }
}

const modes = new Map<unknown, ToolChoice>([
  ['auto', 'auto'],
  ['none', 'none'],
  ['required', 'required'],
  // Mistral's word.
  ['any', 'required'],
])

const namesOf = (tools: readonly unknown[]): readonly string[] =>
  tools.flatMap(tool => {
    const name = isRecord(tool) && isRecord(tool['function']) ? tool['function']['name'] : undefined
    return isWord(name) ? [name] : []
  })

/** A choice, or the word for one that only OpenAI knows and that goes along as it is. */
type ReadChoice = ToolChoice | 'own' | undefined

const allowedTools = (findings: Findings, choice: Json): ReadChoice => {
  const allowed = choice['allowed_tools']
  const at = 'tool_choice.allowed_tools'
  if (!isRecord(allowed)) return report(findings, at, allowed, 'an object with mode and tools')
  const { mode, tools } = allowed
  if (mode !== 'auto' && mode !== 'required') return report(findings, `${at}.mode`, mode, '"auto" or "required"')
  if (!Array.isArray(tools)) return report(findings, `${at}.tools`, tools, 'a list of tools')
  const names = namesOf(tools)
  return names.length < tools.length ? 'own' : { oneOf: names, required: mode === 'required' }
}
const objectChoice = (findings: Findings, choice: Json): ReadChoice => {
  const { type: given, function: named } = choice
  const type = isAbsent(given) && isRecord(named) ? 'function' : given
  if (type === 'allowed_tools') return allowedTools(findings, choice)
  if (type === 'function') {
    const at = 'tool_choice.function'
    if (!isRecord(named)) return report(findings, at, named, 'an object with a name')
    return { name: requiredWord(findings, `${at}.name`, named['name']) }
  }
  return isWord(type) ? 'own' : report(findings, 'tool_choice.type', type, '"function" or "allowed_tools"')
}
const legacyChoice = (findings: Findings, value: unknown): ReadChoice => {
  if (isAbsent(value)) return undefined
  if (value === 'auto' || value === 'none') return value
  if (isRecord(value)) return { name: requiredWord(findings, 'function_call.name', value['name']) }
  return report(findings, 'function_call', value, '"auto", "none" or an object with a name')
}

const readAnyChoice = (findings: Findings, body: Json): ReadChoice => {
  const choice = body['tool_choice']
  if (isAbsent(choice)) return legacyChoice(findings, body['function_call'])
  if (isRecord(choice)) return objectChoice(findings, choice)
  return modes.get(choice) ?? report(findings, 'tool_choice', choice, '"auto", "none", "required" or an object')
}

/** The choice among tools in all its forms; `own` is set where it must go along word for word. */
export const readToolChoice = (
  findings: Findings,
  body: Json,
): { readonly toolChoice?: ToolChoice; readonly own?: Json } => {
  const choice = readAnyChoice(findings, body)
  if (choice === 'own') return { own: { tool_choice: body['tool_choice'] } }
  if (choice === undefined) return {}
  return { toolChoice: choice, ...(isAbsent(body['tool_choice']) && { own: oldChoice }) }
}

const writeDefinition = (tool: Tool): Json => ({
  ...recordOf(ownMembers(tool.extensions), 'function'),
  name: tool.name,
  ...(tool.description !== undefined && { description: tool.description }),
  ...(tool.inputSchema !== undefined && { parameters: tool.inputSchema }),
  ...(tool.strict !== undefined && { strict: tool.strict }),
})
const isOld = (tool: Tool): boolean => ownMembers(tool.extensions)['functions'] === null
const writeTool = (tool: Tool, { isOwn }: Writing): Json => ({
  ...ownMembers(tool.extensions),
  type: 'function',
  function: writeDefinition(tool),
  ...(tool.cache !== undefined && isOwn && writeCache(tool.cache)),
})
const nameLosses = (tools: readonly Tool[], { losses, isOwn }: Writing): void => {
  for (const tool of tools) {
    losses.addForeign(tool.extensions, 'tools.')
    if (tool.cache !== undefined && !isOwn) {
      losses.add('tools.cache', 'OpenAI caches prompts by itself and takes no marks')
    }
  }
}

const writeChoice = (choice: ToolChoice): unknown => {
  if (typeof choice === 'string') return choice
  if ('name' in choice) return { type: 'function', function: { name: choice.name } }
  const tools = choice.oneOf.map(name => ({ type: 'function', function: { name } }))
  return { type: 'allowed_tools', allowed_tools: { mode: choice.required ? 'required' : 'auto', tools } }
}
const writeAnyChoice = ({ toolChoice, extensions }: ChatBody): Json => {
  if (toolChoice === undefined) return {}
  const isOldForm = ownMembers(extensions)['function_call'] === null
  if (isOldForm && (toolChoice === 'auto' || toolChoice === 'none')) return { function_call: toolChoice }
  if (isOldForm && typeof toolChoice === 'object' && 'name' in toolChoice) return { function_call: toolChoice }
  return { tool_choice: writeChoice(toolChoice) }
}

/** Tools of this dialect alone, word for word; those of others are lost. */
const writeOpaque = (body: ChatBody, writing: Writing): readonly Json[] => {
  const own: Json[] = []
  for (const { dialect, kind, value } of body.opaqueTools ?? []) {
    if (dialect === openaiChatId && isRecord(value)) own.push(value)
    else writing.losses.add(`tools.${kind}`, `only ${dialect} knows this tool`)
  }
  return own
}

/** The members of a body that are about tools. */
export const writeTools = (body: ChatBody, writing: Writing): Json => {
  nameLosses(body.tools, writing)
  const functions = body.tools.filter(isOld).map(writeDefinition)
  const current = body.tools.filter(tool => !isOld(tool)).map(tool => writeTool(tool, writing))
  const tools = [...current, ...writeOpaque(body, writing)]
  const isBare = tools.length === 0 && functions.length === 0
  if (isBare && (body.opaqueTools ?? []).length > 0) {
    // Without tools the API refuses what is said about choosing among them.
    if (body.toolChoice !== undefined) writing.losses.add('toolChoice', 'no tool is left to choose from')
    return {}
  }
  return {
    ...(tools.length > 0 && { tools }),
    ...(functions.length > 0 && { functions }),
    ...writeAnyChoice(body),
    ...(body.parallelToolCalls !== undefined && { parallel_tool_calls: body.parallelToolCalls }),
  }
}
