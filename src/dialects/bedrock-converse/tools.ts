/** Tools and tool choice, both ways. */
import type { ChatBody, OpaqueTool, Tool, ToolChoice } from '../../domain/request.ts'
import type { Family } from './family.ts'
import { closedSchema } from '../closed-schema.ts'
import { objectSchema } from '../object-schema.ts'
import { bareSchema } from './bare-schema.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, otherMembers } from '../fields.ts'
import { optionalText, report, requiredText } from '../findings.ts'
import type { Findings } from '../findings.ts'
import type { Losses } from '../own-members.ts'
import { carried, dialect, memberOf, ownMembers, readCachePoint } from './wire.ts'

const known = {
  config: new Set(['tools', 'toolChoice']),
  spec: new Set(['name', 'description', 'inputSchema', 'strict']),
}

const readSpec = (spec: Json, at: string, findings: Findings): Tool => {
  const name = requiredText(findings, `${at}.name`, spec['name'])
  if (name === '') report(findings, `${at}.name`, spec['name'], 'a name of at least one character')
  const given = spec['inputSchema']
  const schema = isRecord(given) ? given['json'] : undefined
  if (!isRecord(schema)) report(findings, `${at}.inputSchema.json`, schema, 'a JSON Schema, an object')
  const description = optionalText(findings, `${at}.description`, spec['description'])
  const { strict } = spec
  if (!isAbsent(strict) && typeof strict !== 'boolean') report(findings, `${at}.strict`, strict, 'true or false')
  return {
    name,
    ...(description !== undefined && { description }),
    inputSchema: schema,
    ...(typeof strict === 'boolean' && { strict }),
    ...carried(otherMembers(spec, known.spec)),
  }
}

type ReadTools = Pick<ChatBody, 'tools' | 'opaqueTools' | 'toolChoice'> & { readonly others?: Json }

const readChoice = (choice: unknown, findings: Findings): ToolChoice | undefined => {
  if (isAbsent(choice)) return undefined
  const [kind, value] = (isRecord(choice) ? memberOf(choice) : undefined) ?? []
  if (kind === 'auto') return 'auto'
  if (kind === 'any') return 'required'
  if (kind === 'tool' && isRecord(value))
    return { name: requiredText(findings, 'toolConfig.toolChoice.tool.name', value['name']) }
  report(findings, 'toolConfig.toolChoice', choice, 'an object with one of auto, any and tool')
  return undefined
}

/** A tool of the list, to be added to those before it. */
const readTool = (
  tool: unknown,
  at: string,
  read: { tools: Tool[]; opaqueTools: OpaqueTool[] },
  findings: Findings,
): void => {
  const [kind, value] = (isRecord(tool) ? memberOf(tool) : undefined) ?? []
  const last = read.tools.at(-1)
  if (kind === undefined) report(findings, at, tool, 'an object with one of toolSpec, systemTool and cachePoint')
  else if (kind === 'toolSpec' && isRecord(value)) read.tools.push(readSpec(value, `${at}.toolSpec`, findings))
  else if (kind === 'cachePoint' && last !== undefined) {
    read.tools[read.tools.length - 1] = { ...last, cache: readCachePoint(value) }
  } else read.opaqueTools.push({ dialect, kind, value: tool })
}

/** The tools and the choice of a request; tools that run at the provider stay whole, as opaque. */
export const readTools = (config: Json, findings: Findings): ReadTools => {
  const given = config['tools']
  const read = { tools: [], opaqueTools: [] }
  if (!isAbsent(given) && !Array.isArray(given)) report(findings, 'toolConfig.tools', given, 'a list of tools')
  for (const [place, tool] of (Array.isArray(given) ? given : []).entries()) {
    readTool(tool, `toolConfig.tools[${place}]`, read, findings)
  }
  const toolChoice = readChoice(config['toolChoice'], findings)
  const others = otherMembers(config, known.config)
  return {
    tools: read.tools,
    ...(read.opaqueTools.length > 0 && { opaqueTools: read.opaqueTools }),
    ...(toolChoice !== undefined && { toolChoice }),
    ...(others !== undefined && { others }),
  }
}

/** What decides how tools are told. */
export interface Telling {
  readonly family: Family
  /** It thinks by budget, and then no call can be forced. */
  readonly isBudgeted: boolean
  /** A client of this dialect asked for this very model, so that its schemas suit it. */
  readonly isOwn: boolean
  /** Calls or results stand among the messages, and then the tools must be told. */
  readonly hasCalls: boolean
  /** A tool whose input is the answer, to be called unless one of the others is. */
  readonly answer?: Json
}
/** What is written of tools. */
export interface WrittenTools {
  readonly toolConfig?: Json
  /** A sentence for the system prompt. */
  readonly words?: string
  /** Members for additionalModelRequestFields. */
  readonly fields: Json
}

const schemaOf = ({ inputSchema: given, strict }: Tool, { family, isOwn }: Telling, losses: Losses): Json => {
  if (isOwn) return { inputSchema: { json: given }, ...(strict !== undefined && { strict }) }
  const { schema, told } = objectSchema(given)
  const isHeld = strict === true && family.schemas
  if (strict === true && !family.schemas) {
    losses.add('tools.strict', 'this model cannot be held to the schema of a tool')
  }
  const held = isHeld ? closedSchema(schema) : { schema, told: [] }
  const words = [...told, ...held.told]
  if (words.length > 0) {
    losses.add(
      'tools.inputSchema',
      `this model holds no call to ${words.join(', ')}; the schema's description tells it`,
    )
  }
  return {
    inputSchema: { json: family.bareSchemas ? bareSchema(held.schema) : held.schema },
    ...(isHeld && { strict }),
  }
}

const cachePointOf = ({ cache }: Tool, { family, isOwn }: Telling, losses: Losses): readonly Json[] => {
  if (cache === undefined) return []
  if (isOwn || family.caches === 'everywhere') {
    return [{ cachePoint: { type: 'default', ...(cache.ttl !== undefined && { ttl: cache.ttl }) } }]
  }
  losses.add('tools.cache', 'this model takes no cache point among its tools')
  return []
}

const writeTool = (tool: Tool, telling: Telling, losses: Losses): readonly Json[] => {
  losses.addForeign(tool.extensions, 'tools.')
  const { description } = tool
  const toolSpec = {
    ...ownMembers(tool.extensions),
    name: tool.name,
    ...(description !== undefined && description !== '' && { description }),
    ...schemaOf(tool, telling, losses),
  }
  return [{ toolSpec }, ...cachePointOf(tool, telling, losses)]
}
const writeOpaqueTools = (tools: readonly OpaqueTool[], losses: Losses): readonly Json[] => {
  const written: Json[] = []
  for (const { dialect: owner, kind, value } of tools) {
    if (owner === dialect && isRecord(value)) written.push(value)
    else losses.add(`tools.${kind}`, `only ${owner} knows this kind of tool`)
  }
  return written
}

const visible = (tools: readonly Tool[], choice: ToolChoice | undefined, losses: Losses): readonly Tool[] => {
  if (typeof choice !== 'object' || !('oneOf' in choice)) return tools
  const left = tools.filter(({ name }) => choice.oneOf.includes(name))
  if (left.length < tools.length) {
    losses.add('toolChoice.oneOf', 'a choice among some tools cannot be told, so that the others were left out')
  }
  return left
}

const isForced = (choice: ToolChoice): boolean =>
  choice === 'required' || (typeof choice === 'object' && ('name' in choice || choice.required))

const left = (why: string, losses: Losses): undefined => {
  losses.add('toolChoice', `${why}; the model was left to choose`)
  return undefined
}
/** The choice as this model takes it; undefined where it is left to choose. */
const writeChoice = (choice: ToolChoice, { family, isBudgeted, isOwn }: Telling, losses: Losses): Json | undefined => {
  if (!isForced(choice)) return choice === 'auto' && (isOwn || family.forced !== 'none') ? { auto: {} } : undefined
  if (isBudgeted) return left('a tool call cannot be forced while thinking is on', losses)
  if (family.forced === 'none') return left('a tool call of this model cannot be forced', losses)
  if (typeof choice !== 'object' || !('name' in choice)) return { any: {} }
  if (family.forced === 'named') return { tool: { name: choice.name } }
  losses.add('toolChoice', `this model can be made to call a tool, but not ${choice.name} by its name`)
  return { any: {} }
}

const noCalls = 'Call no tool now: answer in words.'

/** None is no choice that Bedrock has: without calls before, the tools are not told at all. */
const withoutCalls = (tools: readonly Json[], hasCalls: boolean, losses: Losses): WrittenTools => {
  if (!hasCalls || tools.length === 0) return { fields: {} }
  losses.add('toolChoice', 'calls cannot be forbidden where there were some before; the model was asked in words')
  return { toolConfig: { tools }, words: noCalls, fields: {} }
}

/** Claude takes among its own fields that calls come one at a time, as long as it may choose whether to call at all. */
const singleOf = ({ parallelToolCalls }: ChatBody, choice: Json | undefined, family: Family, losses: Losses): Json => {
  if (parallelToolCalls !== false) return {}
  if (family.single && (choice === undefined || 'auto' in choice))
    return { tool_choice: { type: 'auto', disable_parallel_tool_use: true } }
  losses.add('parallelToolCalls', 'this model cannot be kept from calling several tools at once')
  return {}
}

/** A tool of which nothing is known but its name: calls of it stand among the messages. */
const formerTool = (name: string): Json => ({
  toolSpec: { name, inputSchema: { json: { type: 'object', properties: {} } } },
})
const namesOf = ({ messages }: ChatBody): ReadonlySet<string> =>
  new Set(messages.flatMap(({ parts }) => parts.flatMap(part => (part.type === 'tool-call' ? [part.name] : []))))

const choiceWith = (choice: ToolChoice, tools: readonly Json[], answer: Json): Json =>
  choice === 'none' || tools.length === 0 ? { tool: { name: answer['name'] } } : { any: {} }

/** The tools and the choice among them, where it is not that there be no calls. */
const withTools = (body: ChatBody, tools: readonly Json[], telling: Telling, losses: Losses): WrittenTools => {
  const { toolChoice } = body
  const choice = toolChoice === undefined ? undefined : writeChoice(toolChoice, telling, losses)
  return {
    toolConfig: { tools, ...(choice !== undefined && { toolChoice: choice }) },
    fields: singleOf(body, choice, telling.family, losses),
  }
}

const chosenTools = (body: ChatBody, telling: Telling, losses: Losses): WrittenTools => {
  const { toolChoice = 'auto', opaqueTools = [] } = body
  const { answer, hasCalls } = telling
  const told = visible(body.tools, toolChoice, losses).flatMap(tool => writeTool(tool, telling, losses))
  const tools = [...told, ...writeOpaqueTools(opaqueTools, losses)]
  // A call that is forced leaves no answer to be formatted.
  if (answer !== undefined && !(isForced(toolChoice) && tools.length > 0)) {
    const all = [...tools, { toolSpec: answer }]
    return { toolConfig: { tools: all, toolChoice: choiceWith(toolChoice, tools, answer) }, fields: {} }
  }
  const former = tools.length === 0 && hasCalls ? [...namesOf(body)].map(formerTool) : tools
  if (toolChoice === 'none') return withoutCalls(former, hasCalls, losses)
  if (tools.length > 0) return withTools(body, tools, telling, losses)
  return former.length === 0 ? { fields: {} } : { toolConfig: { tools: former }, fields: {} }
}

/** `toolConfig` of a body, and what has to be said elsewhere. */
export const writeTools = (body: ChatBody, telling: Telling, losses: Losses): WrittenTools => {
  const written = chosenTools(body, telling, losses)
  const others = ownMembers(body.extensions)['toolConfig']
  if (written.toolConfig === undefined || !isRecord(others)) return written
  return { ...written, toolConfig: { ...others, ...written.toolConfig } }
}
