/** What the formats of rerank share: checks of members, documents as texts, ranked documents, usage. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent } from '../fields.ts'
import { found as shown } from '../findings.ts'
import type { Extensions } from '../../domain/message.ts'
import type { OperationAnswer, RankedDocument, RerankBody } from '../../domain/operation.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Usage } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Checked } from '../../domain/units.ts'
import { tokenCount } from '../token-count.ts'

export const isText = (value: unknown): value is string => typeof value === 'string'
const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) > 0

export const wrong = (at: string, why: string): Checked<never> => ({ ok: false, at, why })

/** A text, or a record of texts. */
export type RankDocument = string | Json
const isDocument = (value: unknown): value is RankDocument => isText(value) || isRecord(value)

/** What each format calls the members that all of them have. */
export interface Names {
  readonly documents: string
  readonly topN: string
  readonly returns: string
}

const readDocuments = (body: Json, { documents: name }: Names): Checked<readonly RankDocument[]> => {
  const list = body[name]
  if (!Array.isArray(list) || list.length === 0)
    return wrong(name, `${name} is ${shown(list)}; a list of texts would be right`)
  const place = list.findIndex((one: unknown) => !isDocument(one))
  if (place >= 0) return wrong(`${name}[${place}]`, `it is ${shown(list[place])}; a text or {"text": …} would be right`)
  return { ok: true, value: list.filter(isDocument) }
}

const faultIn = (body: Json, { topN, returns }: Names): Checked<never> | undefined => {
  const { query, [topN]: most, [returns]: given } = body
  if (!isText(query) || query === '') return wrong('query', `query is ${shown(query)}; a text would be right`)
  if (!isAbsent(most) && !isCount(most))
    return wrong(topN, `${topN} is ${shown(most)}; a positive whole number is right`)
  return isAbsent(given) || typeof given === 'boolean'
    ? undefined
    : wrong(returns, `${returns} is ${shown(given)}; true or false is right`)
}

/** A request for a ranking, understood, with what only this format knows kept under its name. */
export const readRequest = (body: unknown, id: string, names: Names, target?: string): Checked<RerankBody> => {
  if (!isRecord(body))
    return wrong('', 'the body is no object; {"model": …, "query": …, "documents": …} would be right')
  const model = target ?? body['model']
  if (!isText(model) || model === '')
    return wrong('model', 'model is missing; the name of a pool or model would be right')
  const fault = faultIn(body, names)
  if (fault !== undefined) return fault
  const documents = readDocuments(body, names)
  if (!documents.ok) return documents
  const { [names.topN]: topN, [names.returns]: returns } = body
  const known = ['model', 'query', ...Object.values(names)]
  const rest = Object.entries(body).filter(([name]) => !known.includes(name))
  return {
    ok: true,
    value: {
      operation: 'rerank',
      target: model,
      stream: false,
      streamUsage: false,
      query: String(body['query']),
      documents: documents.value,
      topN: isCount(topN) ? topN : undefined,
      returnDocuments: typeof returns === 'boolean' ? returns : undefined,
      extensions: rest.length === 0 ? {} : { [id]: Object.fromEntries(rest) },
    },
  }
}

/** The fields of records that are ranked, where the client named them. */
const rankFields = (extensions: Extensions): readonly string[] => {
  const named = Object.values(extensions).map(({ rank_fields: fields }) => fields)
  return named.flatMap(fields => (Array.isArray(fields) ? fields.filter(isText) : []))
}

/** A record as text: its `text`, or the named fields, or all of them, each with its name on a line where there are several. */
const textOf = (document: RankDocument, fields: readonly string[]): string => {
  if (isText(document)) return document
  const { text } = document
  if (fields.length === 0 && isText(text)) return text
  const kept = Object.entries(document).filter(([name]) => fields.length === 0 || fields.includes(name))
  const [only] = kept
  if (kept.length === 1 && only !== undefined && isText(only[1])) return only[1]
  return kept.map(([name, value]) => `${name}: ${isText(value) ? value : JSON.stringify(value)}`).join('\n')
}

/** All documents as texts, for formats that know no records. */
export const textsOf = ({ documents, extensions }: RerankBody): readonly string[] => {
  const fields = rankFields(extensions)
  return documents.map(document => textOf(document, fields))
}

/** How long a document may be that is ranked, where the client said so in its own words. */
const understood = new Set(['rank_fields'])

/** Fields of other formats that nothing here corresponds to. */
export const strangers = (extensions: Extensions, id: string): readonly Loss[] =>
  Object.entries(extensions)
    .filter(([dialect]) => dialect !== id)
    .flatMap(([dialect, fields]) =>
      Object.keys(fields)
        .filter(field => !understood.has(field) && !isAbsent(fields[field]))
        .map(field => ({ field, why: `only those who speak ${dialect} know it` })),
    )

/** Usage of so many input tokens, searches, or both; undefined where nobody counted. */
export const usageOf = (input: unknown, searches?: unknown): Usage | undefined => {
  const [counted, searched] = [tokenCount(input), tokenCount(searches)]
  if (counted === undefined && searched === undefined) return undefined
  const none = tokens(0)
  const plain = {
    input: tokens(counted ?? 0),
    inputCached: none,
    inputCacheWritten: none,
    output: none,
    reasoning: none,
  }
  return { ...plain, ...(searched !== undefined && { units: { searches: searched } }) }
}

/** Long documents are ranked in parts, but a hundred documents' worth of them is more than anybody sends; a larger count is nonsense. */
export const searchesTold = (told: unknown, { documents }: RerankBody): number | undefined => {
  const searches = tokenCount(told)
  return searches === undefined || searches > 100 * documents.length ? undefined : searches
}

/** A search is a query with up to a hundred documents, as all bill it who bill by searches. */
export const searchesIn = ({ documents }: RerankBody): number => Math.ceil(documents.length / 100)

const documentOf = (value: unknown): RankDocument | undefined => {
  if (isText(value)) return value
  if (!isRecord(value)) return undefined
  const { text, ...more } = value
  const isPlain = isText(text) && Object.values(more).every(isAbsent)
  return isPlain ? text : value
}

const rankedOf = (one: unknown, { documents }: RerankBody): RankedDocument | undefined => {
  if (!isRecord(one)) return undefined
  const { index, document, text } = one
  const score = one['relevance_score'] ?? one['score']
  const isPlaced = Number.isInteger(index) && Number(index) >= 0 && Number(index) < documents.length
  if (!isPlaced || !Number.isFinite(score)) return undefined
  return { index: Number(index), score: Number(score), document: documentOf(document ?? text) }
}

/** An answer of these results, the best first. */
export const answered = (
  results: unknown,
  request: RerankBody,
  more: Omit<OperationAnswer, 'result'>,
): Checked<OperationAnswer> => {
  if (!Array.isArray(results)) return { ok: false, why: 'no list of results' }
  const ranked = results.map(one => rankedOf(one, request))
  if (!ranked.every(one => one !== undefined)) return { ok: false, why: 'a result without its place or score' }
  if (ranked.length === 0) return { ok: false, why: `an empty ranking of ${request.documents.length} documents` }
  if (new Set(ranked.map(({ index }) => index)).size < ranked.length)
    return { ok: false, why: 'a ranking that has one document twice' }
  const sorted = ranked.toSorted((left, right) => right.score - left.score)
  // Some heed no wish for the best few.
  const best = request.topN === undefined ? sorted : sorted.slice(0, request.topN)
  return { ok: true, value: { result: { type: 'rerank', ranked: best }, ...more } }
}

/** The documents of an answer, ours where the provider did not repeat them; none where they were not asked for. */
export const rankedIn = (
  { result }: OperationAnswer,
  { documents, returnDocuments }: RerankBody,
  isUsual: boolean,
): readonly RankedDocument[] => {
  if (result.type !== 'rerank') return []
  const returns = returnDocuments ?? isUsual
  return result.ranked.map(({ index, score, document }) => ({
    index,
    score,
    document: returns ? (document ?? documents[index]) : undefined,
  }))
}

/** A document as a record with its text. */
export const asRecord = (document: RankDocument | undefined): Json | undefined =>
  isText(document) ? { text: document } : document
