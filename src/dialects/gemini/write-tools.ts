/** Tools and tool choice, written. */
import type { ChatBody, OpaqueTool, Tool, ToolChoice } from '../../domain/request.ts'
import { backToOpenApi, notHeld } from './schema.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { dialect, ownMembers, ownToWrite } from './wire.ts'
import type { Writing } from './writing.ts'

const writeSchema = (tool: Tool, { losses, isOwn }: Writing): Json => {
  if (tool.inputSchema === undefined) return {}
  if (ownMembers(tool.extensions)['parameters'] === null) return { parameters: backToOpenApi(tool.inputSchema) }
  const missed = isOwn ? [] : notHeld(tool.inputSchema)
  if (missed.length > 0)
    losses.add('tools.inputSchema', `Gemini is told of ${missed.join(', ')}, but holds no call to it`)
  return { parametersJsonSchema: tool.inputSchema }
}
const writeTool = (tool: Tool, writing: Writing): Json => {
  const { losses, abilities } = writing
  losses.addForeign(tool.extensions, 'tools.')
  if (tool.cache !== undefined) losses.add('tools.cache', 'Gemini caches prompts by itself and takes no marks')
  if (tool.strict === true && !abilities.schemas) {
    losses.add('tools.strict', 'this model cannot be held to the schema of a tool unless a call is forced')
  }
  return {
    ...ownToWrite(tool.extensions),
    name: tool.name,
    ...(tool.description !== undefined && { description: tool.description }),
    ...writeSchema(tool, writing),
  }
}

const writeOpaque = (tools: readonly OpaqueTool[], { losses }: Writing): readonly Json[] => {
  const written: Json[] = []
  for (const { dialect: owner, kind, value } of tools) {
    if (owner === dialect && isRecord(value)) written.push(value)
    else losses.add(`tools.${kind}`, `only ${owner} knows this kind of tool`)
  }
  return written
}

/** The tools left where a choice among some of them cannot be told. */
const visible = (body: ChatBody, { losses, abilities }: Writing): readonly Tool[] => {
  const { tools, toolChoice } = body
  const isFree = typeof toolChoice === 'object' && 'oneOf' in toolChoice && !toolChoice.required
  if (!isFree || abilities.schemas) return tools
  const left = tools.filter(({ name }) => toolChoice.oneOf.includes(name))
  if (left.length < tools.length) {
    losses.add(
      'toolChoice.oneOf',
      'a choice among some tools cannot be told to this model, so that the others were left out',
    )
  }
  return left
}

/** The mode that leaves the choice to the model; if any tool is strict, one that holds it to the schemas. */
const freely = (tools: readonly Tool[], { abilities }: Writing): string =>
  abilities.schemas && tools.some(({ strict }) => strict === true) ? 'VALIDATED' : 'AUTO'

const writeChoice = (choice: ToolChoice, tools: readonly Tool[], writing: Writing): Json => {
  if (choice === 'none') return { mode: 'NONE' }
  if (choice === 'required') return { mode: 'ANY' }
  if (choice === 'auto') return { mode: freely(tools, writing) }
  if ('name' in choice) return { mode: 'ANY', allowedFunctionNames: [choice.name] }
  if (choice.required) return { mode: 'ANY', allowedFunctionNames: choice.oneOf }
  return writing.abilities.schemas ? { mode: 'VALIDATED', allowedFunctionNames: choice.oneOf } : { mode: 'AUTO' }
}
const callingOf = ({ toolChoice }: ChatBody, tools: readonly Tool[], writing: Writing): Json => {
  if (tools.length === 0 && !writing.isOwn) return {}
  if (toolChoice !== undefined) return writeChoice(toolChoice, tools, writing)
  return freely(tools, writing) === 'VALIDATED' ? { mode: 'VALIDATED' } : {}
}

/** `tools` and `toolConfig` of a body, ready to be spread. */
export const writeTools = (body: ChatBody, writing: Writing): Json => {
  if (body.parallelToolCalls === false) {
    writing.losses.add('parallelToolCalls', 'Gemini cannot be kept from calling several functions at once')
  }
  const left = visible(body, writing)
  const functions = left.map(tool => writeTool(tool, writing))
  const tools = [
    ...(functions.length > 0 ? [{ functionDeclarations: functions }] : []),
    ...writeOpaque(body.opaqueTools ?? [], writing),
  ]
  const own = ownMembers(body.extensions)['toolConfig']
  const others: Json = isRecord(own) ? own : {}
  const ofCalling: Json = isRecord(others['functionCallingConfig']) ? others['functionCallingConfig'] : {}
  const calling = { ...callingOf(body, left, writing), ...ofCalling }
  const config = { ...others, ...(Object.keys(calling).length > 0 && { functionCallingConfig: calling }) }
  return { ...(tools.length > 0 && { tools }), ...(Object.keys(config).length > 0 && { toolConfig: config }) }
}
