/** Items of an output set right where they break the published schema, whoever wrote them; unknown members and types stay. */
import { always, mend, mendList, rules, textOr, textOrNull } from '../mend.ts'
import type { Fix } from '../mend.ts'
import { mendAnnotation, wholeLogprobs } from './mend-members.ts'
import { giveId } from './proof.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord, jsonText } from '../fields.ts'

const statuses = new Set<unknown>(['in_progress', 'completed', 'incomplete'])
/** The word of the schema for how far an item is. */
const status =
  (otherwise: string | undefined): Fix =>
  value =>
    statuses.has(value) ? value : otherwise

const textRules = rules({ text: textOr(''), logprobs: wholeLogprobs })
/** The part with annotations as the schema has them; others move beside them. */
const mendAnnotations = (part: Json): Json => {
  const { annotations } = part
  if (!Array.isArray(annotations)) return { ...part, annotations: [] }
  const others = annotations.filter(one => mendAnnotation(one) === undefined)
  const fitting = mendList(annotations, mendAnnotation)
  if (fitting === annotations) return part
  return { ...part, annotations: fitting, ...(others.length > 0 && { other_annotations: others }) }
}
/** A part of a message or of reasoning. */
export const mendPart: Fix = value => {
  if (!isRecord(value)) return undefined
  switch (value['type']) {
    case 'output_text':
      return mendAnnotations(mend(value, textRules))
    case 'refusal':
      return mend(value, [['refusal', textOr('')]])
    case 'reasoning_text':
    case 'summary_text':
      return mend(value, [['text', textOr('')]])
    default:
      return isWord(value['type']) ? value : undefined
  }
}
const parts: Fix = value => (Array.isArray(value) ? mendList(value, mendPart) : [])

const phases = new Set<unknown>([null, 'commentary', 'final_answer'])
const phase: Fix = value => (phases.has(value) ? value : undefined)
const text: Fix = value => {
  if (typeof value === 'string') return value
  return isRecord(value) ? jsonText(value) : ''
}
const nullable: Fix = value => (value === null || typeof value === 'string' ? value : undefined)

const idOr =
  (otherwise: string): Fix =>
  value =>
    isWord(value) ? value : otherwise
const optionalId: Fix = value => (isWord(value) ? value : undefined)

const isPage = (source: unknown): boolean =>
  isRecord(source) && source['type'] === 'url' && typeof source['url'] === 'string'
/** What was searched for, with the pages that were found; sources of other kinds move beside them. */
const mendAction: Fix = value => {
  if (!isRecord(value) || !isWord(value['type'])) return { type: 'search' }
  const { sources } = value
  if (!Array.isArray(sources) || sources.every(isPage)) return value
  const others = sources.filter(source => !isPage(source))
  return { ...value, sources: sources.filter(isPage), other_sources: others }
}
const list: Fix = value => (Array.isArray(value) ? value : [])
const listOrNull: Fix = value => (Array.isArray(value) ? value : null)
/** Tools that run at the provider: what is not known while they run is told as nothing. */
const builtIn: Readonly<Record<string, readonly [string, Fix][]>> = {
  web_search_call: [['action', mendAction]],
  file_search_call: [['queries', list]],
  code_interpreter_call: [
    ['container_id', textOr('')],
    ['code', textOrNull],
    ['outputs', listOrNull],
  ],
  image_generation_call: [['result', textOrNull]],
  mcp_call: [
    ['server_label', textOr('')],
    ['name', textOr('')],
    ['arguments', text],
  ],
  mcp_list_tools: [
    ['server_label', textOr('')],
    ['tools', list],
  ],
}
const isWithoutStatus = new Set(['mcp_call', 'mcp_list_tools'])
const builtInRules = (type: unknown, id: string): ReturnType<typeof rules> => {
  if (typeof type !== 'string' || !Object.hasOwn(builtIn, type)) return []
  const progress: Fix = value => (isWord(value) ? value : 'completed')
  return [
    ['id', idOr(id)],
    ...(isWithoutStatus.has(type) ? [] : [['status', progress] as const]),
    ...(builtIn[type] ?? []),
  ]
}

/** What an item of each type must hold; `id` stands in where it has none. */
const rulesOf = (type: unknown, id: string): ReturnType<typeof rules> => {
  switch (type) {
    case 'message':
      return rules({
        id: idOr(id),
        role: always('assistant'),
        content: parts,
        phase,
        status: status('completed'),
      })
    case 'reasoning':
      return rules({
        id: idOr(id),
        summary: parts,
        content: value => (Array.isArray(value) ? parts(value) : undefined),
        encrypted_content: nullable,
        status: status(undefined),
      })
    case 'function_call':
      return rules({
        id: optionalId,
        call_id: idOr(id),
        name: textOr(''),
        namespace: optionalId,
        arguments: text,
        status: status(undefined),
      })
    case 'custom_tool_call':
      return rules({ id: optionalId, call_id: idOr(id), name: textOr(''), namespace: optionalId, input: text })
    default:
      return builtInRules(type, id)
  }
}

const prefixes: Readonly<Record<string, string>> = { message: 'msg', reasoning: 'rs', function_call: 'call' }
/** The item as the schema has it; the very same if it was so already. `around` is the id of its response. */
export const mendItem = (item: Json, around: string, place: number): Json => {
  const { type } = item
  const prefix = typeof type === 'string' && Object.hasOwn(prefixes, type) ? prefixes[type] : undefined
  return mend(item, rulesOf(type, giveId(prefix ?? 'call', around, place)))
}
