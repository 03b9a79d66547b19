/** A whole response set right where it breaks the published schema, whoever wrote it; unknown members stay. */
import { always, mend, mendList, rules, textIfAny, textOr } from '../mend.ts'
import type { Fix } from '../mend.ts'
import { mendItem } from './mend-item.ts'
import { reasoning, text, toolChoice, tools, usageIfAny } from './mend-members.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord } from '../fields.ts'

const statuses = new Set<unknown>(['completed', 'failed', 'in_progress', 'cancelled', 'queued', 'incomplete'])
const status: Fix = value => {
  if (value === undefined || statuses.has(value)) return value
  return value === 'canceled' ? 'cancelled' : 'completed'
}
const number =
  (otherwise: number | null): Fix =>
  value =>
    typeof value === 'number' && Number.isFinite(value) ? value : otherwise
const within =
  (least: number, most: number): Fix =>
  value =>
    typeof value === 'number' && value >= least && value <= most ? value : null
const looseNumber: Fix = value => (value === undefined ? undefined : number(null)(value))
const looseText: Fix = value => (value === null || typeof value === 'string' ? value : undefined)
const looseFlag: Fix = value => (value === null || typeof value === 'boolean' ? value : undefined)
const looseInteger: Fix = value => (value === null || Number.isInteger(value) ? value : undefined)
const word =
  (...words: readonly unknown[]): Fix =>
  value =>
    words.includes(value) ? value : undefined

const errorCodes = new Set<unknown>(
  (
    'server_error rate_limit_exceeded invalid_prompt data_residency_mismatch bio_policy vector_store_timeout ' +
    'invalid_image invalid_image_format invalid_base64_image invalid_image_url image_too_large image_too_small ' +
    'image_parse_error image_content_policy_violation invalid_image_mode image_file_too_large ' +
    'unsupported_image_media_type empty_image_file failed_to_download_image image_file_not_found'
  ).split(' '),
)
const errorRules = rules({ code: value => (errorCodes.has(value) ? value : 'server_error'), message: textOr('') })
const error: Fix = value => (isRecord(value) ? mend(value, errorRules) : null)
const detailRules = rules({ reason: word('max_output_tokens', 'content_filter') })
const incomplete: Fix = value => (isRecord(value) ? mend(value, detailRules) : null)
const isItem = (value: unknown): boolean => isRecord(value) && (isWord(value['type']) || isWord(value['role']))
const instructions: Fix = value =>
  typeof value === 'string' || (Array.isArray(value) && value.every(isItem)) ? value : null
const metadata: Fix = value =>
  value === null || (isRecord(value) && Object.values(value).every(one => typeof one === 'string')) ? value : {}
const safety: Fix = value => (typeof value === 'string' && value.length > 64 ? undefined : looseText(value))
const conversation: Fix = value =>
  value === null || (isRecord(value) && typeof value['id'] === 'string') ? value : undefined
const cacheOptions: Fix = value =>
  isRecord(value) && typeof value['ttl'] === 'string' && typeof value['mode'] === 'string' ? value : undefined
const moderation: Fix = value =>
  value === null || (isRecord(value) && isRecord(value['input']) && isRecord(value['output'])) ? value : undefined

const table = rules({
  id: textOr(''),
  object: always('response'),
  status,
  created_at: number(0),
  completed_at: looseNumber,
  model: textOr(''),
  error,
  incomplete_details: incomplete,
  instructions,
  metadata,
  parallel_tool_calls: value => typeof value !== 'boolean' || value,
  temperature: within(0, 2),
  top_p: within(0, 1),
  tools,
  tool_choice: toolChoice,
  text,
  reasoning,
  usage: usageIfAny,
  user: textIfAny,
  safety_identifier: safety,
  service_tier: word(null, 'auto', 'default', 'flex', 'scale', 'priority', 'fast', 'ultrafast'),
  truncation: word(null, 'auto', 'disabled'),
  background: looseFlag,
  max_output_tokens: looseInteger,
  max_tool_calls: looseInteger,
  top_logprobs: value => (Number.isInteger(value) ? within(0, 20)(value) : looseInteger(value)),
  previous_response_id: looseText,
  prompt_cache_key: looseText,
  prompt_cache_retention: word(null, 'in_memory', '24h'),
  prompt_cache_options: cacheOptions,
  conversation,
  moderation,
  output_text: looseText,
})

/** The response as it should be; the very same if it was right already. */
export const mendResponse = (response: Json): Json => {
  const mended = mend(response, table)
  const id = String(mended['id']).replace(/[^a-zA-Z0-9_-]/g, '_')
  const output: Fix = value =>
    Array.isArray(value)
      ? mendList(value, (item, place) => (isRecord(item) ? mendItem(item, id, place) : undefined))
      : []
  return mend(mended, [['output', output]])
}
