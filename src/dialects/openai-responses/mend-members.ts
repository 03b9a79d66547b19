/** Usage, log probabilities and what repeats the request, set right where they break the published schema. */
import { integerOr, mend, mendList, recordIfAny, rules, textOr } from '../mend.ts'
import type { Fix } from '../mend.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord } from '../fields.ts'

const inputDetails = rules({ cached_tokens: integerOr(0), cache_write_tokens: integerOr(0) })
const outputDetails = rules({ reasoning_tokens: integerOr(0) })
const details =
  (table: typeof inputDetails): Fix =>
  value =>
    mend(isRecord(value) ? value : {}, table)
const counts = rules({
  input_tokens: integerOr(0),
  input_tokens_details: details(inputDetails),
  output_tokens: integerOr(0),
  output_tokens_details: details(outputDetails),
})
/** Token counts or nothing. */
export const usageIfAny: Fix = value => {
  if (!isRecord(value)) return undefined
  const usage = mend(value, counts)
  const sum = Number(usage['input_tokens']) + Number(usage['output_tokens'])
  return mend(usage, [['total_tokens', integerOr(sum)]])
}

const encoder = new TextEncoder()
const probability: Fix = value => (typeof value === 'number' && Number.isFinite(value) ? value : -9999)
const withBytes = (entry: Json): Json => {
  const { bytes, token } = entry
  if (Array.isArray(bytes) && bytes.every(Number.isInteger)) return entry
  return { ...entry, bytes: isWord(token) ? [...encoder.encode(token)] : [] }
}
const alternative = rules({ token: textOr(''), logprob: probability })
const mendAlternatives =
  (isWhole: boolean): Fix =>
  value =>
    Array.isArray(value)
      ? mendList(value, one => {
          if (!isRecord(one)) return undefined
          const mended = mend(one, alternative)
          return isWhole ? withBytes(mended) : mended
        })
      : []
const mendLogprobs =
  (isWhole: boolean): Fix =>
  value => {
    if (!Array.isArray(value)) return []
    const table = rules({ token: textOr(''), logprob: probability, top_logprobs: mendAlternatives(isWhole) })
    return mendList(value, one => {
      if (!isRecord(one)) return undefined
      const mended = mend(one, table)
      return isWhole ? withBytes(mended) : mended
    })
  }
/** Log probabilities of a finished part, with the bytes of each token. */
export const wholeLogprobs = mendLogprobs(true)
/** Log probabilities of a piece. */
export const pieceLogprobs = mendLogprobs(false)

const plainUrl = /^[a-z][a-z0-9+.-]*:(?:[!#$&-;=?-Z_a-z~]|%[0-9a-f]{2})*$/i
/** A URI as its standard has it: what may not stand there is escaped. */
const uri: Fix = value => {
  if (typeof value !== 'string' || plainUrl.test(value)) return value
  return value.toWellFormed().replace(/%(?![0-9a-f]{2})|[^!#$%&-;=?-Z_a-z~]/giu, one => encodeURIComponent(one))
}
const citations: Readonly<Record<string, ReturnType<typeof rules>>> = {
  url_citation: rules({ url: uri, start_index: integerOr(0), end_index: integerOr(0), title: textOr('') }),
  file_citation: rules({ file_id: textOr(''), index: integerOr(0), filename: textOr('') }),
  file_path: rules({ file_id: textOr(''), index: integerOr(0) }),
  container_file_citation: rules({
    container_id: textOr(''),
    file_id: textOr(''),
    start_index: integerOr(0),
    end_index: integerOr(0),
    filename: textOr(''),
  }),
}
/** An annotation as the schema has it; undefined for one of a kind that it does not know. */
export const mendAnnotation: Fix = value => {
  if (!isRecord(value) || typeof value['type'] !== 'string') return undefined
  const { type } = value
  const table = Object.hasOwn(citations, type) ? citations[type] : undefined
  return table === undefined ? undefined : mend(value, table)
}

const tool: Fix = value => {
  if (!isRecord(value) || !isWord(value['type'])) return undefined
  if (value['type'] === 'mcp') return mend(value, [['server_url', uri]])
  if (value['type'] === 'code_interpreter') return mend(value, [['container', one => one ?? { type: 'auto' }]])
  if (value['type'] === 'file_search') return mend(value, [['vector_store_ids', one => one ?? []]])
  if (value['type'] !== 'function') return value
  return mend(value, [
    ['name', textOr('')],
    ['description', one => (one === null || typeof one === 'string' ? one : undefined)],
    ['parameters', one => (isRecord(one) ? one : null)],
    ['strict', one => (typeof one === 'boolean' ? one : null)],
  ])
}
/** The tools that were offered. */
export const tools: Fix = value => (Array.isArray(value) ? mendList(value, tool) : [])
const modes = new Set<unknown>(['none', 'auto', 'required'])
/** The choice among them. */
export const toolChoice: Fix = value =>
  modes.has(value) || (isRecord(value) && isWord(value['type'])) ? value : 'auto'

const format: Fix = value => {
  if (!isRecord(value)) return undefined
  const { type } = value
  if (type !== 'json_schema') return type === 'text' || type === 'json_object' ? value : { ...value, type: 'text' }
  return mend(value, [
    ['name', textOr('response')],
    ['description', one => (typeof one === 'string' ? one : undefined)],
    ['schema', one => (isRecord(one) ? one : {})],
    ['strict', one => (one === undefined || one === null || typeof one === 'boolean' ? one : undefined)],
  ])
}
const verbosities = new Set<unknown>([null, 'low', 'medium', 'high'])
/** How the text was wanted. */
export const text: Fix = recordIfAny(
  rules({ format, verbosity: value => (verbosities.has(value) ? value : undefined) }),
)

const efforts = new Set<unknown>([null, 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])
const summaries = new Set<unknown>([null, 'auto', 'concise', 'detailed'])
const oneOf =
  (words: ReadonlySet<unknown>): Fix =>
  value =>
    words.has(value) ? value : undefined
const reasoningRules = rules({
  effort: oneOf(efforts),
  summary: oneOf(summaries),
  generate_summary: oneOf(summaries),
  context: oneOf(new Set<unknown>([null, 'auto', 'current_turn', 'all_turns'])),
})
/** How much the model was to think. */
export const reasoning: Fix = value =>
  isRecord(value) ? mend(value, reasoningRules) : value === null ? null : undefined
