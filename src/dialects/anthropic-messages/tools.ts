/** Tools and tool choice, both ways. */
import type { ChatBody, OpaqueTool, Tool, ToolChoice } from '../../domain/request.ts'
import type { Abilities } from './abilities.ts'
import { closedSchema } from '../closed-schema.ts'
import { objectSchema } from '../object-schema.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, otherMembers } from '../fields.ts'
import { optionalText, report, requiredText } from '../findings.ts'
import type { Findings } from '../findings.ts'
import type { Losses } from '../own-members.ts'
import { carried, dialect, ownMembers, readCache, writeCache } from './wire.ts'

const knownTool = new Set(['type', 'name', 'description', 'input_schema', 'strict', 'cache_control'])
const knownChoice = new Set(['type', 'name', 'disable_parallel_tool_use'])

type ReadTools = Pick<ChatBody, 'tools' | 'opaqueTools'>

const readTool = (tool: Json, at: string, findings: Findings): Tool => {
  const name = requiredText(findings, `${at}.name`, tool['name'])
  if (name === '') report(findings, `${at}.name`, tool['name'], 'a name of at least one character')
  const schema = tool['input_schema']
  if (!isRecord(schema)) report(findings, `${at}.input_schema`, schema, 'a JSON Schema, an object')
  const description = optionalText(findings, `${at}.description`, tool['description'])
  const strict = tool['strict']
  if (!isAbsent(strict) && typeof strict !== 'boolean') report(findings, `${at}.strict`, strict, 'true or false')
  return {
    name,
    ...(description !== undefined && { description }),
    inputSchema: schema,
    ...(strict === true && { strict }),
    ...readCache(tool['cache_control']),
    ...carried(otherMembers(tool, knownTool)),
  }
}

/** The tools of a request; those that run at the provider stay whole, as opaque. */
export const readTools = (value: unknown, findings: Findings): ReadTools => {
  if (isAbsent(value)) return { tools: [] }
  if (!Array.isArray(value)) {
    report(findings, 'tools', value, 'a list of tools')
    return { tools: [] }
  }
  const tools: Tool[] = []
  const opaqueTools: OpaqueTool[] = []
  for (const [place, tool] of value.entries()) {
    const at = `tools[${place}]`
    if (!isRecord(tool)) report(findings, at, tool, 'a tool, an object with name and input_schema')
    else if (isAbsent(tool['type']) || tool['type'] === 'custom') tools.push(readTool(tool, at, findings))
    else opaqueTools.push({ dialect, kind: requiredText(findings, `${at}.type`, tool['type']), value: tool })
  }
  return { tools, ...(opaqueTools.length > 0 && { opaqueTools }) }
}

type ReadChoice = Pick<ChatBody, 'toolChoice' | 'parallelToolCalls'> & { readonly others?: Json }

const choiceOf = (choice: Json, findings: Findings): ToolChoice | undefined => {
  switch (choice['type']) {
    case 'auto':
      return 'auto'
    case 'any':
      return 'required'
    case 'none':
      return 'none'
    case 'tool':
      return { name: requiredText(findings, 'tool_choice.name', choice['name']) }
    default:
      report(findings, 'tool_choice.type', choice['type'], '"auto", "any", "tool" or "none"')
      return undefined
  }
}
/** Tool choice, and whether several tools may be called at once. */
export const readToolChoice = (value: unknown, findings: Findings): ReadChoice => {
  if (isAbsent(value)) return {}
  if (!isRecord(value)) {
    report(findings, 'tool_choice', value, 'an object with a type')
    return {}
  }
  const toolChoice = choiceOf(value, findings)
  const single = value['disable_parallel_tool_use']
  if (!isAbsent(single) && typeof single !== 'boolean') {
    report(findings, 'tool_choice.disable_parallel_tool_use', single, 'true or false')
  }
  const others = otherMembers(value, knownChoice)
  return {
    ...(toolChoice !== undefined && { toolChoice }),
    ...(typeof single === 'boolean' && { parallelToolCalls: !single }),
    ...(others !== undefined && { others }),
  }
}

/** What decides how tools are told. */
export interface Telling {
  readonly abilities: Abilities
  /** It thinks by budget, and then no call can be forced. */
  readonly isBudgeted: boolean
  /** The body came in this dialect, so its schemas are Anthropic's already. */
  readonly isOwn: boolean
  /** A tool whose input is the answer, to be called unless one of the others is. */
  readonly answer?: Json
}

const nameTold = (told: readonly string[], losses: Losses): void => {
  if (told.length === 0) return
  losses.add('tools.inputSchema', `Anthropic holds no call to ${told.join(', ')}; the schema's description tells it`)
}
/** `strict` and the schema that goes with it. */
const writeSchema = ({ strict, inputSchema }: Tool, { abilities, isOwn }: Telling, losses: Losses): Json => {
  const { schema, told } = isOwn ? { schema: inputSchema, told: [] } : objectSchema(inputSchema)
  nameTold(told, losses)
  if (strict !== true || isOwn) return { input_schema: schema, ...(strict === true && { strict }) }
  if (!abilities.schemas) {
    losses.add('tools.strict', 'this model cannot be held to the schema of a tool')
    return { input_schema: schema }
  }
  const fitted = closedSchema(schema)
  nameTold(fitted.told, losses)
  return { input_schema: fitted.schema, strict }
}
const writeTool = (tool: Tool, telling: Telling, losses: Losses): Json => {
  losses.addForeign(tool.extensions, 'tools.')
  return {
    ...ownMembers(tool.extensions),
    name: tool.name,
    ...(tool.description !== undefined && { description: tool.description }),
    ...writeSchema(tool, telling, losses),
    ...writeCache(tool.cache),
  }
}
const writeOpaqueTools = (tools: readonly OpaqueTool[], losses: Losses): readonly Json[] => {
  const written: Json[] = []
  for (const { dialect: owner, kind, value } of tools) {
    if (owner === dialect && isRecord(value)) written.push(value)
    else losses.add(`tools.${kind}`, `only ${owner} knows this kind of tool`)
  }
  return written
}

const visible = (tools: readonly Json[], choice: ToolChoice | undefined, losses: Losses): readonly Json[] => {
  if (typeof choice !== 'object' || !('oneOf' in choice)) return tools
  const left = tools.filter(tool => typeof tool['name'] === 'string' && choice.oneOf.includes(tool['name']))
  if (left.length < tools.length) {
    losses.add('toolChoice.oneOf', 'a choice among some tools cannot be told, so that the others were left out')
  }
  return left
}

const isForced = (choice: ToolChoice): boolean =>
  choice === 'required' || (typeof choice === 'object' && ('name' in choice || choice.required))

const writeChoice = (choice: ToolChoice, { abilities, isBudgeted }: Telling, losses: Losses): Json => {
  if (choice === 'auto' || choice === 'none') return { type: choice }
  if (!isForced(choice)) return { type: 'auto' }
  if (isBudgeted || !abilities.forced) {
    const when = isBudgeted ? ' while thinking is on' : ' of this model'
    losses.add('toolChoice', `a tool call cannot be forced${when}; the model was left to choose`)
    return { type: 'auto' }
  }
  return typeof choice === 'object' && 'name' in choice ? { type: 'tool', name: choice.name } : { type: 'any' }
}

/** The choice where one of the tools is the answer: it, or a call if calls are allowed. */
const answerChoice = (choice: ToolChoice, tools: readonly Json[], answer: Json): Json =>
  choice === 'none' || tools.length === 0 ? { type: 'tool', name: answer['name'] } : { type: 'any' }

const singleOf = (parallel: boolean | undefined, choice: Json): Json =>
  parallel === undefined || choice['type'] === 'none' ? {} : { disable_parallel_tool_use: !parallel }

/** `tools` and `tool_choice` of a body, ready to be spread. */
export const writeTools = (body: ChatBody, telling: Telling, losses: Losses): Json => {
  const { toolChoice, parallelToolCalls } = body
  const own = body.tools.map(tool => writeTool(tool, telling, losses))
  const tools = visible([...own, ...writeOpaqueTools(body.opaqueTools ?? [], losses)], toolChoice, losses)
  const wish = toolChoice ?? 'auto'
  const { answer } = telling
  // A call that is forced leaves no answer to be formatted.
  if (answer !== undefined && !(isForced(wish) && tools.length > 0)) {
    const choice = answerChoice(wish, tools, answer)
    return { tools: [...tools, answer], tool_choice: { ...choice, ...singleOf(parallelToolCalls, choice) } }
  }
  if (tools.length === 0) return {}
  if (toolChoice === undefined && parallelToolCalls !== false) return { tools }
  const choice = writeChoice(wish, telling, losses)
  const others = ownMembers(body.extensions)['tool_choice']
  return {
    tools,
    tool_choice: { ...(isRecord(others) ? others : {}), ...choice, ...singleOf(parallelToolCalls, choice) },
  }
}
