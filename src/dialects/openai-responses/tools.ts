/** Tools and the choice among them, both ways. */
import type { ChatBody, OpaqueTool, Tool, ToolChoice } from '../../domain/request.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, isWord } from '../fields.ts'
import { optionalFlag, optionalRecord, optionalText, report, requiredWord } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { carried, openaiResponsesId, ownMembers, withNulls } from './wire.ts'
import type { Writing } from './write-content.ts'

const known = new Set(['type', 'name', 'description', 'parameters', 'strict'])

interface Tools {
  readonly tools: readonly Tool[]
  readonly opaqueTools?: readonly OpaqueTool[]
  /** Which of all tools are functions, where the two kinds are mixed. */
  readonly order?: readonly boolean[]
}

const readTool = (findings: Findings, at: string, tool: unknown): Tool | OpaqueTool | undefined => {
  if (!isRecord(tool)) return report(findings, at, tool, 'an object with a type')
  const { type } = tool
  if (!isWord(type)) return report(findings, `${at}.type`, type, '"function"')
  if (type !== 'function') return { dialect: openaiResponsesId, kind: type, value: tool }
  const description = optionalText(findings, `${at}.description`, tool['description'])
  const inputSchema = optionalRecord(findings, `${at}.parameters`, tool['parameters'])
  const strict = optionalFlag(findings, `${at}.strict`, tool['strict'])
  return {
    name: requiredWord(findings, `${at}.name`, tool['name']),
    ...(description !== undefined && { description }),
    ...(inputSchema !== undefined && { inputSchema }),
    ...(strict !== undefined && { strict }),
    ...carried(withNulls(tool, known)),
  }
}

/** The tools of a body. A tool of an unknown type stays whole, as opaque. */
export const readTools = (findings: Findings, list: unknown): Tools => {
  if (isAbsent(list)) return { tools: [] }
  if (!Array.isArray(list)) {
    report(findings, 'tools', list, 'a list')
    return { tools: [] }
  }
  const tools: Tool[] = []
  const opaque: OpaqueTool[] = []
  const order: boolean[] = []
  for (const [index, one] of list.entries()) {
    const tool = readTool(findings, `tools[${index}]`, one)
    if (tool === undefined) continue
    order.push(!('kind' in tool))
    if ('kind' in tool) opaque.push(tool)
    else tools.push(tool)
  }
  if (opaque.length === 0) return { tools }
  // Functions come first unless it is said otherwise.
  const isMixed = order.lastIndexOf(true) > order.indexOf(false)
  return { tools, opaqueTools: opaque, ...(isMixed && { order }) }
}

/** A choice, or the word for one that only OpenAI knows and that goes along as it is. */
type ReadChoice = ToolChoice | 'own' | undefined

const allowedTools = (findings: Findings, { mode, tools }: Json): ReadChoice => {
  const at = 'tool_choice'
  if (mode !== 'auto' && mode !== 'required') return report(findings, `${at}.mode`, mode, '"auto" or "required"')
  if (!Array.isArray(tools)) return report(findings, `${at}.tools`, tools, 'a list of tools')
  const names = tools.flatMap((tool: unknown) =>
    isRecord(tool) && tool['type'] === 'function' && isWord(tool['name']) ? [tool['name']] : [],
  )
  return names.length < tools.length ? 'own' : { oneOf: names, required: mode === 'required' }
}
const objectChoice = (findings: Findings, choice: Json): ReadChoice => {
  const { type } = choice
  if (type === 'allowed_tools') return allowedTools(findings, choice)
  if (type === 'function') return { name: requiredWord(findings, 'tool_choice.name', choice['name']) }
  return isWord(type) ? 'own' : report(findings, 'tool_choice.type', type, '"function" or "allowed_tools"')
}
const modes: ReadonlySet<unknown> = new Set(['auto', 'none', 'required'])
const isMode = (value: unknown): value is 'auto' | 'none' | 'required' => modes.has(value)

/** The choice among tools in all its forms; `own` is set where it must go along word for word. */
export const readToolChoice = (
  findings: Findings,
  choice: unknown,
): { readonly toolChoice?: ToolChoice; readonly own?: Json } => {
  if (isAbsent(choice)) return {}
  if (isMode(choice)) return { toolChoice: choice }
  if (!isRecord(choice)) {
    report(findings, 'tool_choice', choice, '"auto", "none", "required" or an object')
    return {}
  }
  const read = objectChoice(findings, choice)
  if (read === 'own') return { own: { tool_choice: choice } }
  return read === undefined ? {} : { toolChoice: read }
}

const noInput: Json = { type: 'object', properties: {} }
/** Left out, `strict` is true here and false everywhere else. */
const writeTool = (tool: Tool, { isOwn, losses }: Writing): Json => {
  losses.addForeign(tool.extensions, 'tools.')
  if (tool.cache !== undefined) losses.add('tools.cache', 'OpenAI takes no cache marks on tools')
  const strict = tool.strict ?? (isOwn ? undefined : false)
  const parameters = tool.inputSchema ?? (isOwn ? undefined : noInput)
  return {
    ...ownMembers(tool.extensions),
    type: 'function',
    name: tool.name,
    ...(tool.description !== undefined && { description: tool.description }),
    ...(parameters !== undefined && { parameters }),
    ...(strict !== undefined && { strict }),
  }
}

/** Tools of this dialect alone, word for word; those of others are lost. */
const writeOpaque = (body: ChatBody, { losses }: Writing): readonly Json[] => {
  const own: Json[] = []
  for (const { dialect, kind, value } of body.opaqueTools ?? []) {
    if (dialect === openaiResponsesId && isRecord(value)) own.push(value)
    else losses.add(`tools.${kind}`, `only ${dialect} knows this tool`)
  }
  return own
}
const inOrder = (functions: readonly Json[], others: readonly Json[], order: unknown): readonly Json[] => {
  const [first, second] = [[...functions], [...others]]
  const kinds: readonly unknown[] = Array.isArray(order) ? order : []
  const mixed = kinds.map(isFunction => (isFunction === true ? first : second).shift()).filter(one => one !== undefined)
  return [...mixed, ...first, ...second]
}

const writeChoice = (choice: ToolChoice): unknown => {
  if (typeof choice === 'string') return choice
  if ('name' in choice) return { type: 'function', name: choice.name }
  const tools = choice.oneOf.map(name => ({ type: 'function', name }))
  return { type: 'allowed_tools', mode: choice.required ? 'required' : 'auto', tools }
}

/** The members of a body that are about tools. */
export const writeTools = (body: ChatBody, writing: Writing, form: Json): Json => {
  const functions = body.tools.map(tool => writeTool(tool, writing))
  const tools = inOrder(functions, writeOpaque(body, writing), form['toolOrder'])
  if (tools.length === 0 && (body.opaqueTools ?? []).length > 0) {
    // Without tools the API refuses what is said about choosing among them.
    if (body.toolChoice !== undefined) writing.losses.add('toolChoice', 'no tool is left to choose from')
    return {}
  }
  return {
    ...((tools.length > 0 || form['tools'] !== undefined) && { tools }),
    ...(body.toolChoice !== undefined && { tool_choice: writeChoice(body.toolChoice) }),
    ...(body.parallelToolCalls !== undefined && { parallel_tool_calls: body.parallelToolCalls }),
  }
}
