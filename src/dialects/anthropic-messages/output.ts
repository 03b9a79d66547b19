/** An answer in JSON: in Anthropic's own format, as the input of a tool that is the answer, or asked for in words. */
import type { ChatBody, OutputFormat } from '../../domain/request.ts'
import type { Abilities } from './abilities.ts'
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
  readonly format?: Json
  readonly tool?: Json
  /** A sentence for the system prompt. */
  readonly words?: string
}
/** What decides how JSON can be asked for. */
export interface Asking {
  readonly abilities: Abilities
  /** It thinks by budget, and then no tool call can be forced. */
  readonly isBudgeted: boolean
  /** The body came in this dialect and asked for this very model, so its schema is one that the model takes. */
  readonly isOwn: boolean
}

type Schema = Extract<OutputFormat, { readonly schema: unknown }>

const formatOf = (output: Schema, { isOwn }: Asking, losses: Losses): Json => {
  if (isOwn) return { type: 'json_schema', schema: output.schema }
  const { schema, told } = closedSchema(output.schema)
  if (told.length > 0) {
    losses.add('output.schema', `Anthropic holds no answer to ${told.join(', ')}; the schema's description tells it`)
  }
  const isBare = isRecord(schema) && schema['description'] === undefined && output.description !== undefined
  return { type: 'json_schema', schema: isBare ? { ...schema, description: output.description } : schema }
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
    input_schema: objectSchema(output.schema).schema,
  }
}

const anyJson = 'Answer with one JSON object and nothing else: no other words, and no code fence around it.'

/** How to ask for this output, and by name whatever cannot be promised. */
export const writeOutput = ({ output }: ChatBody, asking: Asking, losses: Losses): WrittenOutput => {
  if (output.type === 'text') return {}
  if (!('schema' in output) || output.schema === undefined) {
    losses.add('output', 'Anthropic cannot be held to JSON without a schema; it was asked for in words')
    const described = 'description' in output && output.description !== undefined
    return { words: described ? `${anyJson} It is described so: ${output.description}` : anyJson }
  }
  if (asking.isOwn || asking.abilities.schemas) return { format: formatOf(output, asking, losses) }
  if (asking.abilities.forced && !asking.isBudgeted && isObjectSchema(output.schema)) {
    return { tool: toolOf(output, losses) }
  }
  losses.add('output', 'this model cannot be held to the schema; it was asked for in words')
  return { words: `${anyJson} It must match this JSON Schema: ${jsonText(output.schema) || '{}'}` }
}
