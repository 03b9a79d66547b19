/** Tools and the choice among them, both ways. */
import type { ChatBody, OpaqueTool, Tool, ToolChoice } from '../../domain/request.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, isWord, otherMembers, recordOf } from '../fields.ts'
import { optionalFlag, optionalList, optionalRecord, optionalText, report, requiredWord } from '../findings.ts'
import type { Findings } from '../findings.ts'
import type { Losses } from '../own-members.ts'
import { carried, dialect, ownMembers } from './wire.ts'

const known = {
  tool: new Set(['type', 'function']),
  definition: new Set(['name', 'description', 'parameters']),
}

type ReadTools = Pick<ChatBody, 'tools' | 'opaqueTools'> & { readonly own?: Json }

const readTool = (tool: Json, at: string, findings: Findings): Tool | OpaqueTool | undefined => {
  const { type, function: definition } = tool
  if (isWord(type) && type !== 'function') return { dialect, kind: type, value: tool }
  if (!isRecord(definition)) return report(findings, `${at}.function`, definition, 'an object with a name')
  const description = optionalText(findings, `${at}.function.description`, definition['description'])
  const inputSchema = optionalRecord(findings, `${at}.function.parameters`, definition['parameters'])
  const inner = otherMembers(definition, known.definition)
  const rest = otherMembers(tool, known.tool)
  return {
    name: requiredWord(findings, `${at}.function.name`, definition['name']),
    ...(description !== undefined && { description }),
    ...(inputSchema !== undefined && { inputSchema }),
    ...carried(inner === undefined ? rest : { ...rest, function: inner }),
  }
}

/** The tools of a body; `strict_tools` holds for each of them. A tool of an unknown type stays whole, as opaque. */
export const readTools = (body: Json, findings: Findings): ReadTools => {
  const tools: Tool[] = []
  const opaque: OpaqueTool[] = []
  const strict = optionalFlag(findings, 'strict_tools', body['strict_tools'])
  for (const [place, one] of optionalList(findings, 'tools', body['tools']).entries()) {
    const at = `tools[${place}]`
    const tool = isRecord(one) ? readTool(one, at, findings) : report(findings, at, one, 'an object with a function')
    if (tool === undefined) continue
    if ('kind' in tool) opaque.push(tool)
    else tools.push({ ...tool, ...(strict !== undefined && { strict }) })
  }
  const isAlone = strict !== undefined && tools.length === 0
  return {
    tools,
    ...(opaque.length > 0 && { opaqueTools: opaque }),
    ...(isAlone && { own: { strict_tools: strict } }),
  }
}

/** The choice among tools; a word that is not known goes along as it is. */
export const readToolChoice = (
  choice: unknown,
  findings: Findings,
): { readonly toolChoice?: ToolChoice; readonly own?: Json } => {
  if (isAbsent(choice)) return {}
  if (choice === 'REQUIRED') return { toolChoice: 'required' }
  if (choice === 'NONE') return { toolChoice: 'none' }
  report(findings, 'tool_choice', choice, '"REQUIRED", "NONE" or left out')
  return {}
}

const writeTool = (tool: Tool, isOwn: boolean, losses: Losses): Json => {
  losses.addForeign(tool.extensions, 'tools.')
  if (tool.cache !== undefined) losses.add('tools.cache', 'Cohere caches prompts by itself and takes no marks')
  const { name, description, inputSchema } = tool
  const own = ownMembers(tool.extensions)
  // Cohere refuses a function without parameters.
  const parameters = inputSchema ?? (isOwn ? undefined : { type: 'object', properties: {} })
  return {
    ...own,
    type: 'function',
    function: {
      ...recordOf(own, 'function'),
      name,
      ...(description !== undefined && { description }),
      ...(parameters !== undefined && { parameters }),
    },
  }
}
const writeOpaque = (tools: readonly OpaqueTool[], losses: Losses): readonly Json[] =>
  tools.flatMap(({ dialect: owner, kind, value }) => {
    if (owner === dialect && isRecord(value)) return [value]
    losses.add(`tools.${kind}`, `only ${owner} knows this kind of tool`)
    return []
  })

/** Cohere holds no call to a schema that requires nothing. */
const isHoldable = ({ inputSchema }: Tool): boolean => {
  const required = isRecord(inputSchema) ? inputSchema['required'] : undefined
  return Array.isArray(required) && required.length > 0
}
const writeStrict = (tools: readonly Tool[], isOwn: boolean, losses: Losses): Json => {
  const wished = tools.filter(({ strict }) => strict === true)
  if (isOwn && tools[0]?.strict !== undefined) return { strict_tools: tools[0].strict }
  if (wished.length === 0) return {}
  if (wished.length === tools.length && tools.every(isHoldable)) return { strict_tools: true }
  losses.add('tools.strict', 'Cohere holds either all calls to their schemas or none, and none that requires nothing')
  return {}
}

/** The names that a call may have; undefined where all may. */
const namesIn = (choice: ToolChoice | undefined): readonly string[] | undefined => {
  if (choice === undefined || typeof choice === 'string') return undefined
  return 'name' in choice ? [choice.name] : choice.oneOf
}
/** Cohere is told no names, so that the tools that may not be called are left out. */
const visible = (body: ChatBody, losses: Losses): readonly Tool[] => {
  const names = namesIn(body.toolChoice)
  if (names === undefined) return body.tools
  const left = body.tools.filter(({ name }) => names.includes(name))
  if (left.length < body.tools.length) {
    losses.add('toolChoice', 'a choice among some tools cannot be told, so that the others were left out')
  }
  return left
}
const writeChoice = (choice: ToolChoice | undefined): Json => {
  if (choice === undefined || choice === 'auto') return {}
  if (choice === 'none') return { tool_choice: 'NONE' }
  const isForced = choice === 'required' || 'name' in choice || choice.required
  return isForced ? { tool_choice: 'REQUIRED' } : {}
}

/** `tools`, `strict_tools` and `tool_choice` of a body, ready to be spread. */
export const writeTools = (body: ChatBody, isOwn: boolean, losses: Losses): Json => {
  if (body.parallelToolCalls === false) {
    losses.add('parallelToolCalls', 'Cohere cannot be told to call one tool at a time')
  }
  const chosen = visible(body, losses)
  const tools = [...chosen.map(tool => writeTool(tool, isOwn, losses)), ...writeOpaque(body.opaqueTools ?? [], losses)]
  if (tools.length === 0 && !isOwn) {
    if ((body.opaqueTools ?? []).length > 0 && body.toolChoice !== undefined) {
      losses.add('toolChoice', 'no tool is left to choose from')
    }
    return {}
  }
  return {
    ...(tools.length > 0 && { tools }),
    ...writeStrict(chosen, isOwn, losses),
    ...writeChoice(body.toolChoice),
  }
}
