/** Usage, log probabilities and annotations set right where they break the published schema. */
import { always, integerIfAny, integerOr, mend, mendList, recordIfAny, rules, textIfAny, textOr } from '../mend.ts'
import type { Fix } from '../mend.ts'
import { moderation } from './moderation.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent } from '../fields.ts'

const inputDetails = rules({
  audio_tokens: integerIfAny,
  cached_tokens: integerIfAny,
  text_tokens: integerIfAny,
  image_tokens: integerIfAny,
  cache_write_tokens: integerIfAny,
})
const outputDetails = rules({
  accepted_prediction_tokens: integerIfAny,
  audio_tokens: integerIfAny,
  reasoning_tokens: integerIfAny,
  text_tokens: integerIfAny,
  rejected_prediction_tokens: integerIfAny,
})
const counts = rules({
  prompt_tokens: integerOr(0),
  completion_tokens: integerOr(0),
  prompt_tokens_details: recordIfAny(inputDetails),
  completion_tokens_details: recordIfAny(outputDetails),
})
const mendCounts = (value: Json): Json => {
  const usage = mend(value, counts)
  const sum = Number(usage['prompt_tokens']) + Number(usage['completion_tokens'])
  return mend(usage, [['total_tokens', integerOr(sum)]])
}
/** Token counts or nothing. */
export const usageIfAny: Fix = value => (isRecord(value) ? mendCounts(value) : undefined)
/** Token counts, null or nothing. */
export const looseUsage: Fix = value => (value === null ? null : usageIfAny(value))

const probability: Fix = value => (typeof value === 'number' && Number.isFinite(value) ? value : -9999)
const byteList: Fix = value => (Array.isArray(value) && value.every(Number.isInteger) ? value : null)
const alternative = rules({ token: textOr(''), logprob: probability, bytes: byteList })
const alternatives: Fix = value =>
  Array.isArray(value) ? mendList(value, one => (isRecord(one) ? mend(one, alternative) : undefined)) : []
const token = rules({ token: textOr(''), logprob: probability, bytes: byteList, top_logprobs: alternatives })
const tokenList: Fix = value =>
  Array.isArray(value) ? mendList(value, one => (isRecord(one) ? mend(one, token) : undefined)) : null
const logprobMembers = rules({ content: tokenList, refusal: tokenList })

/** Together and the older completions tell tokens and probabilities in two lists. */
const fromLists = (value: Json): Json => {
  const { tokens, token_logprobs: probabilities } = value
  if (!Array.isArray(tokens) || !isAbsent(value['content'])) return value
  const numbers: readonly unknown[] = Array.isArray(probabilities) ? probabilities : []
  const content = tokens.map((one: unknown, place) => ({ token: one, logprob: numbers[place] }))
  return { ...value, content }
}
const mendLogprobs = (value: Json): Json => mend(fromLists(value), logprobMembers)
/** Log probabilities or null. */
export const logprobsOrNull: Fix = value => (isRecord(value) ? mendLogprobs(value) : null)
/** Log probabilities, null or nothing. */
export const looseLogprobs: Fix = value => (value === undefined ? undefined : logprobsOrNull(value))

const plainUrl = /^[a-z][a-z0-9+.-]*:(?:[!#$&-;=?-Z_a-z~]|%[0-9a-f]{2})*$/i
/** A URI as its standard has it: what may not stand there is escaped. */
const uri: Fix = value => {
  if (typeof value !== 'string' || plainUrl.test(value)) return value
  return value.toWellFormed().replace(/%(?![0-9a-f]{2})|[^!#$%&-;=?-Z_a-z~]/giu, one => encodeURIComponent(one))
}
const citation = rules({ start_index: integerOr(0), end_index: integerOr(0), url: uri, title: textOr('') })
const isCitation = (value: unknown): value is Json & { readonly url_citation: Json } =>
  isRecord(value) &&
  isRecord(value['url_citation']) &&
  /^[a-z][a-z0-9+.-]*:/i.test(String(value['url_citation']['url'] ?? ''))
const annotation = rules({
  type: always('url_citation'),
  url_citation: recordIfAny(citation),
})

/** The message with annotations as the schema has them; others, such as OpenRouter's of files, move beside them. */
export const mendAnnotations = (message: Json): Json => {
  const { annotations } = message
  if (annotations === undefined) return message
  if (!Array.isArray(annotations)) return mend(message, [['annotations', () => undefined]])
  const others = annotations.filter(one => !isCitation(one))
  const fitting = mendList(annotations, one => (isCitation(one) ? mend(one, annotation) : undefined))
  if (fitting === annotations) return message
  return { ...message, annotations: fitting, ...(others.length > 0 && { other_annotations: others }) }
}

const tiers = new Set<unknown>(['auto', 'default', 'flex', 'scale', 'priority', 'fast'])
const usualTiers = new Set<unknown>(['standard', 'standard_only', 'on_demand', 'ondemand'])
const tier: Fix = value => {
  if (value === null || tiers.has(value)) return value
  return usualTiers.has(value) ? 'default' : undefined
}
const metadata: Fix = value => {
  if (value === null || value === undefined) return value
  return isRecord(value) && Object.values(value).every(one => typeof one === 'string') ? value : undefined
}
/** Members around the choices that whole answers and chunks share. */
export const head = {
  id: textOr(''),
  created: integerOr(0),
  model: textOr(''),
  service_tier: tier,
  system_fingerprint: textIfAny,
  moderation,
  metadata,
} as const
