/** Tools and tool choice, read. */
import type { ChatBody, OpaqueTool, Tool, ToolChoice } from '../../domain/request.ts'
import { fromOpenApi } from './schema.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, isWord, otherMembers } from '../fields.ts'
import { optionalText, report } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { camelKeys, camelRecord, carried, dialect, someMembers } from './wire.ts'

const known = new Set(['name', 'description', 'parameters', 'parametersJsonSchema'])

const readDeclaration = (given: unknown, at: string, findings: Findings): Tool | undefined => {
  if (!isRecord(given)) return report(findings, at, given, 'a function declaration, an object with a name')
  const tool = camelKeys(given)
  const { name, parameters, parametersJsonSchema } = tool
  if (!isWord(name)) report(findings, `${at}.name`, name, 'a name of at least one character')
  const description = optionalText(findings, `${at}.description`, tool['description'])
  const isOlder = isAbsent(parametersJsonSchema) && !isAbsent(parameters)
  if (isOlder && !isRecord(parameters)) report(findings, `${at}.parameters`, parameters, 'a schema, an object')
  const schema: unknown = isOlder ? fromOpenApi(parameters) : (parametersJsonSchema ?? undefined)
  // Null marks Google's older form of schema.
  const own = { ...otherMembers(tool, known), ...(isOlder && { parameters: null }) }
  return {
    name: isWord(name) ? name : '',
    ...(description !== undefined && { description }),
    ...(schema !== undefined && { inputSchema: schema }),
    ...carried(someMembers(own)),
  }
}

type ReadTools = Pick<ChatBody, 'tools' | 'opaqueTools'>

/** The functions of a request; each tool that runs at Google stays whole, as opaque. */
export const readTools = (given: unknown, findings: Findings): ReadTools => {
  if (isAbsent(given)) return { tools: [] }
  // Google takes one tool without a list around it.
  const list: unknown = isRecord(given) ? [given] : given
  if (!Array.isArray(list)) {
    report(findings, 'tools', given, 'a list of tools')
    return { tools: [] }
  }
  const tools: Tool[] = []
  const opaqueTools: OpaqueTool[] = []
  for (const [place, one] of list.entries()) {
    const at = `tools[${place}]`
    if (!isRecord(one)) report(findings, at, one, 'a tool, an object such as {"functionDeclarations": […]}')
    else readTool(camelKeys(one), at, { tools, opaqueTools, findings })
  }
  return { tools, ...(opaqueTools.length > 0 && { opaqueTools }) }
}
interface Reading {
  readonly tools: Tool[]
  readonly opaqueTools: OpaqueTool[]
  readonly findings: Findings
}
const readDeclarations = (given: unknown, at: string, { tools, findings }: Reading): void => {
  if (!Array.isArray(given)) {
    report(findings, at, given, 'a list of function declarations')
    return
  }
  for (const [place, declaration] of given.entries()) {
    const read = readDeclaration(declaration, `${at}[${place}]`, findings)
    if (read !== undefined) tools.push(read)
  }
}
const readTool = (tool: Json, at: string, reading: Reading): void => {
  for (const [kind, value] of Object.entries(tool)) {
    if (isAbsent(value)) continue
    if (kind === 'functionDeclarations') readDeclarations(value, `${at}.${kind}`, reading)
    else reading.opaqueTools.push({ dialect, kind, value: { [kind]: value } })
  }
}

const modes = ['MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE']
const modeOf = (given: unknown): string | undefined => {
  if (typeof given === 'number') return modes[given]
  return isWord(given) ? given.toUpperCase() : undefined
}

const choiceOf = (mode: string | undefined, names: readonly string[]): ToolChoice | undefined => {
  switch (mode) {
    case 'ANY': {
      const [only] = names
      if (names.length > 1) return { oneOf: names, required: true }
      return only === undefined ? 'required' : { name: only }
    }
    case 'NONE':
      return 'none'
    case 'AUTO':
      return 'auto'
    case 'VALIDATED':
      return names.length > 0 ? { oneOf: names, required: false } : 'auto'
    default:
      return undefined
  }
}

const knownOfCalling = new Set(['mode', 'allowedFunctionNames'])
const callingOnly = new Set(['functionCallingConfig'])

type ReadChoice = Pick<ChatBody, 'toolChoice'> & { readonly others?: Json }

interface Calling {
  readonly toolChoice: ToolChoice | undefined
  readonly others: Json | undefined
}
const readCalling = (config: Json, findings: Findings): Calling => {
  const at = 'toolConfig.functionCallingConfig'
  const given = config['functionCallingConfig']
  if (!isAbsent(given) && !isRecord(given)) report(findings, at, given, 'an object')
  const calling = camelRecord(config, 'functionCallingConfig') ?? {}
  const { mode: told, allowedFunctionNames: allowed } = calling
  const mode = modeOf(told)
  if (!isAbsent(told) && mode === undefined) {
    report(findings, `${at}.mode`, told, '"AUTO", "ANY", "NONE" or "VALIDATED"')
  }
  const names = Array.isArray(allowed) ? allowed.filter(isWord) : []
  // Our word for it is that the model chooses; that it is held to the schemas is kept beside it.
  const isStrict = mode === 'VALIDATED' && names.length === 0
  return {
    toolChoice: choiceOf(mode, names),
    others: someMembers({ ...otherMembers(calling, knownOfCalling), ...(isStrict && { mode }) }),
  }
}

/** Tool choice, and what of `toolConfig` only this dialect knows. */
export const readToolChoice = (body: Json, findings: Findings): ReadChoice => {
  const given = body['toolConfig']
  if (isAbsent(given)) return {}
  if (!isRecord(given)) {
    report(findings, 'toolConfig', given, 'an object')
    return {}
  }
  const config = camelKeys(given)
  const { toolChoice, others: ofCalling } = readCalling(config, findings)
  const others = someMembers({
    ...otherMembers(config, callingOnly),
    ...(ofCalling && { functionCallingConfig: ofCalling }),
  })
  return { ...(toolChoice !== undefined && { toolChoice }), ...(others !== undefined && { others }) }
}
