/** Tools and the choice among them as a look-alike takes them. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import type { Loss } from '../domain/outcome.ts'

/** Ways to say which tool shall be called; `any` is `required` in Mistral's word. */
export type ChoiceForm = 'auto' | 'none' | 'required' | 'any' | 'named'

/** What a provider takes otherwise of tools. */
export interface ToolQuirks {
  /** The only forms of `tool_choice` that it takes. What cannot be said is said by leaving tools out, as far as it can be. */
  readonly choices?: readonly ChoiceForm[]
  /** It refuses `strict` in a tool's function; told as a loss. */
  readonly noStrictTools?: boolean
}

interface Change {
  readonly edits: Json
  readonly losses: readonly Loss[]
}

const formOf = (choice: unknown): ChoiceForm | undefined => {
  if (choice === 'auto' || choice === 'none' || choice === 'required' || choice === 'any') return choice
  return isRecord(choice) && isRecord(choice['function']) ? 'named' : undefined
}
const nameOf = (tool: unknown): unknown =>
  isRecord(tool) && isRecord(tool['function']) ? tool['function']['name'] : undefined

const withoutTools: Json = { tools: undefined, tool_choice: undefined, parallel_tool_calls: undefined }

const named = (who: string, choices: readonly ChoiceForm[], body: Json): Change => {
  const wanted = nameOf(body['tool_choice'])
  const tools = Array.isArray(body['tools']) ? body['tools'].filter(tool => nameOf(tool) === wanted) : []
  const must = choices.find(form => form === 'required' || form === 'any')
  const why = `${who} cannot be told which tool to call: it was given that one only`
  if (must !== undefined) return { edits: { tools, tool_choice: must }, losses: [] }
  const losses = [{ field: 'tool_choice', why: `${why}, and may call none` }]
  return { edits: { tools, tool_choice: undefined }, losses }
}

const otherChoice = (who: string, choices: readonly ChoiceForm[], body: Json): Change | undefined => {
  const form = formOf(body['tool_choice'])
  if (form === undefined || choices.includes(form)) return undefined
  // Auto is what is meant where nothing is said.
  if (form === 'auto') return { edits: { tool_choice: undefined }, losses: [] }
  if (form === 'none') return { edits: withoutTools, losses: [] }
  if (form === 'named') return named(who, choices, body)
  const must = choices.find(one => one === 'required' || one === 'any')
  if (must !== undefined) return { edits: { tool_choice: must }, losses: [] }
  const why = `${who} cannot be told to call a tool: it may answer without`
  return { edits: { tool_choice: undefined }, losses: [{ field: 'tool_choice', why }] }
}

const isStrict = (tool: unknown): boolean =>
  isRecord(tool) && isRecord(tool['function']) && tool['function']['strict'] !== undefined
const looser = (tool: unknown): unknown => {
  if (!isRecord(tool) || !isRecord(tool['function'])) return tool
  const { strict: _, ...inner } = tool['function']
  return { ...tool, function: inner }
}
const looserTools = (who: string, tools: unknown): Change | undefined => {
  if (!Array.isArray(tools) || !tools.some(isStrict)) return undefined
  const why = `${who} does not hold calls to a tool's schema`
  const lost = tools.some(tool => isRecord(tool) && isRecord(tool['function']) && tool['function']['strict'] === true)
  return { edits: { tools: tools.map(looser) }, losses: lost ? [{ field: 'tools.strict', why }] : [] }
}

/** Tools and choice, if they are not as this provider takes them. */
export const mendTools = (who: string, { choices, noStrictTools }: ToolQuirks, body: Json): Change | undefined => {
  const choice = choices === undefined ? undefined : otherChoice(who, choices, body)
  const tools: unknown = choice !== undefined && 'tools' in choice.edits ? choice.edits['tools'] : body['tools']
  const loose = noStrictTools === true ? looserTools(who, tools) : undefined
  if (choice === undefined || loose === undefined) return choice ?? loose
  return { edits: { ...choice.edits, ...loose.edits }, losses: [...choice.losses, ...loose.losses] }
}
