/** The format of an answer, both ways. */
import type { ChatBody, OutputFormat } from '../../domain/request.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { jsonText, otherMembers } from '../fields.ts'
import { report } from '../findings.ts'
import type { Findings } from '../findings.ts'
import type { Losses } from '../own-members.ts'
import { ownMembers } from './wire.ts'

const known = new Set(['type', 'json_schema', 'schema'])
const text: OutputFormat = { type: 'text' }

/** The format, and what of it only this dialect knows. `schema` is the older name of `json_schema`; null marks that it was used. */
export const readFormat = (
  format: Json | undefined,
  findings: Findings,
): { readonly output: OutputFormat; readonly own?: Json } => {
  if (format === undefined) return { output: text }
  const { type } = format
  if (type !== 'text' && type !== 'json_object') {
    report(findings, 'response_format.type', type, '"text" or "json_object"')
    return { output: text }
  }
  const rest = otherMembers(format, known)
  const schema = format['json_schema'] ?? format['schema']
  const isOlder = schema !== undefined && schema === format['schema']
  const own = isOlder ? (rest === undefined ? null : { ...rest, schema: null }) : rest
  const output: OutputFormat = type === 'text' ? text : isRecord(schema) ? { type: 'json', schema } : { type: 'json' }
  return { output, ...(own !== undefined && { own: { response_format: own } }) }
}

/** What is written of a format: the member, or words where the member may not be. */
export interface WrittenFormat {
  readonly members: Json
  readonly words?: string
}

const inWords = (schema: unknown): string =>
  schema === undefined
    ? 'Answer with one JSON object and nothing else.'
    : `Answer with JSON and nothing else. It must conform to this JSON Schema: ${jsonText(schema)}`

/** `response_format` of a body; in words where tools or documents stand beside it, which Cohere does not take together. */
export const writeFormat = (
  { output, extensions }: ChatBody,
  { isOwn, isBusy }: { readonly isOwn: boolean; readonly isBusy: boolean },
  losses: Losses,
): WrittenFormat => {
  const given = ownMembers(extensions)['response_format']
  const { schema: older, ...own }: Json = isRecord(given) ? given : { ...(given === null && { schema: null }) }
  if (output.type === 'text') {
    return { members: Object.keys(own).length > 0 ? { response_format: { ...own, type: 'text' } } : {} }
  }
  const schema = 'schema' in output ? output.schema : undefined
  if (isBusy && !isOwn) {
    losses.add('output', 'Cohere holds no answer to a format beside tools or documents; it was asked for in words')
    return { members: {}, words: inWords(schema) }
  }
  if ('schema' in output && output.description !== undefined) {
    losses.add('output.description', 'Cohere takes a schema without a description of its own')
  }
  const member = older === null ? 'schema' : 'json_schema'
  return {
    members: { response_format: { ...own, type: 'json_object', ...(schema !== undefined && { [member]: schema }) } },
  }
}

/** An instruction as a message of its own. */
export const instruction = (words: string | undefined): readonly Json[] =>
  words === undefined ? [] : [{ role: 'system', content: words }]
