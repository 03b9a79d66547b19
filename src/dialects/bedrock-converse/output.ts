/** An answer in JSON: in Bedrock's own format, as the input of a tool that is the answer, or asked for in words. */
import type { ChatBody, OutputFormat } from '../../domain/request.ts'
import type { Family } from './family.ts'
import { closedSchema } from '../closed-schema.ts'
import { objectSchema } from '../object-schema.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { jsonText } from '../fields.ts'
import type { Losses } from '../own-members.ts'

/** The tool whose input is the answer. What an answer says through it is read as text. */
export const answerTool = 'signalbox_json_answer'

/** How an answer in JSON is asked for; nothing of it is set where any text will do. */
export interface WrittenOutput {
  /** For `outputConfig.textFormat`. */
  readonly format?: Json
  /** A `toolSpec`. */
  readonly tool?: Json
  /** A sentence for the system prompt. */
  readonly words?: string
}
/** What decides how JSON can be asked for. */
export interface Asking {
  readonly family: Family
  /** It thinks by budget, and then no tool call can be forced. */
  readonly isBudgeted: boolean
  /** A client of this dialect asked for this very model, so that its schema suits it. */
  readonly isOwn: boolean
}

type Schema = Extract<OutputFormat, { readonly schema: unknown }>

const formatOf = ({ schema, name, description }: Schema, { isOwn }: Asking, losses: Losses): Json => {
  const fitted = isOwn ? { schema, told: [] } : closedSchema(schema)
  if (fitted.told.length > 0) {
    const told = fitted.told.join(', ')
    losses.add('output.schema', `this model holds no answer to ${told}; the schema's description tells it`)
  }
  const jsonSchema = {
    schema: jsonText(fitted.schema) || '{}',
    ...(name !== undefined ? { name } : !isOwn && { name: 'response' }),
    ...(description !== undefined && { description }),
  }
  return { type: 'json_schema', structure: { jsonSchema } }
}

/** An array or a word cannot be the input of a tool. */
const isObjectSchema = (schema: unknown): schema is Json =>
  isRecord(schema) && (schema['type'] === 'object' || (schema['type'] === undefined && isRecord(schema['properties'])))

const toolOf = (output: Schema, losses: Losses): Json => {
  if (output.strict === true) {
    losses.add('output.strict', 'this model is held to no schema; a tool whose input is the answer was forced')
  }
  return {
    name: answerTool,
    description: output.description ?? 'Takes the answer. Call it once, with the whole answer as its input.',
    inputSchema: { json: objectSchema(output.schema).schema },
  }
}

const anyJson = 'Answer with one JSON object and nothing else: no other words, and no code fence around it.'

/** How to ask for this output, and by name whatever cannot be promised. */
export const writeOutput = ({ output }: ChatBody, asking: Asking, losses: Losses): WrittenOutput => {
  if (output.type === 'text') return {}
  if (!('schema' in output) || output.schema === undefined) {
    losses.add('output', 'no model of Bedrock can be held to JSON without a schema; it was asked for in words')
    const described = 'description' in output && output.description !== undefined
    return { words: described ? `${anyJson} It is described so: ${output.description}` : anyJson }
  }
  if (asking.isOwn || asking.family.schemas) return { format: formatOf(output, asking, losses) }
  if (asking.family.forced !== 'none' && !asking.isBudgeted && isObjectSchema(output.schema)) {
    return { tool: toolOf(output, losses) }
  }
  losses.add('output', 'this model cannot be held to the schema; it was asked for in words')
  return { words: `${anyJson} It must match this JSON Schema: ${jsonText(output.schema) || '{}'}` }
}
