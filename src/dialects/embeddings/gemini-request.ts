/** What a request for embeddings of Gemini says: its content, and what is wished for beside it. */
import { isAbsent } from '../fields.ts'
import { isRecord } from '../../domain/json.ts'
import { found as shown } from '../findings.ts'
import type { Json } from '../../domain/json.ts'
import type { MediaPart, Part } from '../../domain/message.ts'
import type { EmbeddingInput, EmbeddingsBody } from '../../domain/operation.ts'
import type { Checked } from '../../domain/units.ts'
import { faultInSize, isCount, isText, listOf, wrong } from './wire.ts'

/** What vectors may be for. */
export type Purpose = NonNullable<EmbeddingsBody['purpose']>
/** The same in Google's words. */
export const taskTypes: Readonly<Record<Purpose, string>> = {
  query: 'RETRIEVAL_QUERY',
  document: 'RETRIEVAL_DOCUMENT',
  similarity: 'SEMANTIC_SIMILARITY',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
  question: 'QUESTION_ANSWERING',
  fact: 'FACT_VERIFICATION',
  'code-query': 'CODE_RETRIEVAL_QUERY',
}
const purposes: ReadonlyMap<unknown, Purpose> = new Map(
  (Object.keys(taskTypes) as Purpose[]).map(purpose => [taskTypes[purpose], purpose]),
)

/** Google takes names of members in either spelling. */
const member = (body: Json, camel: string, snake: string): unknown => body[camel] ?? body[snake]

const kindOf = (mediaType: string): MediaPart['type'] =>
  mediaType.startsWith('image/') ? 'image' : mediaType.startsWith('audio/') ? 'audio' : 'file'

const partOf = (part: unknown): Part | undefined => {
  if (!isRecord(part)) return undefined
  if (isText(part['text'])) return { type: 'text', text: part['text'] }
  const blob = member(part, 'inlineData', 'inline_data') ?? member(part, 'fileData', 'file_data')
  if (!isRecord(blob)) return undefined
  const type = member(blob, 'mimeType', 'mime_type')
  const mediaType = isText(type) ? type : ''
  const uri = member(blob, 'fileUri', 'file_uri')
  if (isText(uri)) return { type: kindOf(mediaType), mediaType, source: { url: uri } }
  return isText(blob['data']) ? { type: kindOf(mediaType), mediaType, source: { base64: blob['data'] } } : undefined
}

/** The input in this content, or what is wrong with it. */
export const readContent = (content: unknown, at: string): Checked<EmbeddingInput> => {
  const given = isRecord(content) ? content['parts'] : undefined
  const list = isRecord(given) ? [given] : listOf(given)
  const parts = list.map(partOf)
  const place = parts.indexOf(undefined)
  if (list.length === 0) return wrong(`${at}.parts`, `${at} has no parts; {"parts": [{"text": …}]} would be right`)
  if (place >= 0) return wrong(`${at}.parts[${place}]`, 'it is neither text nor data; {"text": …} would be right')
  const whole = parts.filter(part => part !== undefined)
  const [only, ...more] = whole
  return { ok: true, value: more.length === 0 && only?.type === 'text' ? only.text : whole }
}

/** What one request says beside its content. */
export interface Manner {
  readonly purpose?: Purpose
  readonly title?: string
  readonly dimensions?: number
  readonly truncate?: 'end' | 'none'
}

/** What this request says; `at` is where it stands. */
export const mannerOf = (request: Json, at: string): Checked<Manner> => {
  const more = member(request, 'embedContentConfig', 'embed_content_config')
  const config: Json = { ...request, ...(isRecord(more) && more) }
  const dimensions = member(config, 'outputDimensionality', 'output_dimensionality')
  const fault = faultInSize(`${at}outputDimensionality`, dimensions)
  if (fault !== undefined) return fault
  const task = member(config, 'taskType', 'task_type')
  const purpose = purposes.get(task)
  const known = isAbsent(task) || purpose !== undefined || task === 'TASK_TYPE_UNSPECIFIED'
  if (!known)
    return wrong(`${at}taskType`, `taskType is ${shown(task)}; ${Object.values(taskTypes).join(', ')} would be right`)
  const [title, cut] = [config['title'], member(config, 'autoTruncate', 'auto_truncate')]
  return {
    ok: true,
    value: {
      purpose,
      title: isText(title) ? title : undefined,
      dimensions: isCount(dimensions) ? dimensions : undefined,
      truncate: typeof cut === 'boolean' ? (cut ? 'end' : 'none') : undefined,
    },
  }
}

/** What requests in one say otherwise than the first: only Gemini can be told it. */
export const differing = (manners: readonly Manner[]): Json => {
  const [first] = manners
  const names = ['purpose', 'title', 'dimensions'] as const
  const told = names.filter(name => manners.some(manner => manner[name] !== first?.[name]))
  return Object.fromEntries(told.map(name => [`requests.${name}`, manners.map(manner => manner[name])]))
}
