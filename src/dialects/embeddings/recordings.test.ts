/** Every recorded request for vectors is understood, and every recorded vector arrives, number by number. */
import { describe, expect, it } from 'vitest'
import type { EmbeddingsBody } from '../../domain/operation.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import { recordedKinds } from '../../../test/recorded-kinds.ts'
import { recordings } from '../../../test/recordings.ts'
import type { Recording } from '../../../test/recordings.ts'
import { hasShared } from '../../../test/shared.ts'
import { cohereEmbeddings, cohereOnBedrock } from './cohere.ts'
import { floatsOf } from './floats.ts'
import { geminiEmbeddings } from './gemini.ts'
import { novaEmbeddings } from './nova.ts'
import { openaiEmbeddings } from './openai.ts'
import { perplexityEmbeddings } from './perplexity.ts'
import { titanEmbeddings } from './titan.ts'
import { voyageEmbeddings } from './voyage.ts'

type Format = OperationDialect<EmbeddingsBody>
type Json = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)

/** By what is asked where, the first that fits: who answers so, and who asks so. */
const formats: readonly (readonly [where: RegExp, answers: Format, asks: Format | undefined])[] = [
  [/amazon\.titan-embed.*\/invoke$/, titanEmbeddings, titanEmbeddings],
  [/amazon\.nova.*embeddings.*\/invoke$/, novaEmbeddings, undefined],
  [/cohere\.embed.*\/invoke$/, cohereOnBedrock, cohereOnBedrock],
  [/cohere\.com\/v2\/embed$/, cohereEmbeddings, cohereEmbeddings],
  [/mbedContents?$/, geminiEmbeddings, geminiEmbeddings],
  [/perplexity\.ai\/.*embeddings$/, perplexityEmbeddings, openaiEmbeddings],
  [/voyageai\.com\/.*embeddings$/, voyageEmbeddings, openaiEmbeddings],
  [/\/embeddings$/, openaiEmbeddings, openaiEmbeddings],
]
const whereOf = ({ request }: Recording): string => `${request.host}${request.path}`
const formatOf = (one: Recording) => formats.find(([where]) => where.test(whereOf(one)))

const all = hasShared ? [...recordings()].filter(one => formatOf(one) !== undefined) : []
const good = all.filter(({ response }) => response.status === 200)

/** Lists of numbers, and texts that hold them, wherever they are in the answer; a text twice is one vector. */
const vectorsIn = (value: unknown): readonly (readonly number[] | string)[] => {
  if (Array.isArray(value)) {
    if (value.length > 8 && value.every(one => typeof one === 'number')) return [value]
    return value.flatMap(vectorsIn)
  }
  if (typeof value === 'string') return value.length > 100 && /^[A-Za-z0-9+/=]+$/.test(value) ? [value] : []
  // Titan says its vector twice.
  const { embeddingsByType: _again, ...rest } = isRecord(value) ? value : {}
  return Object.values(rest).flatMap(vectorsIn)
}

const modelIn = (path: string): string | undefined => /\/models?\/([^/:]+)/.exec(path)?.[1]
const requestOf = (one: Recording, asks: Format | undefined): EmbeddingsBody => {
  const model = modelIn(one.request.path)
  const decoded = asks?.decodeRequest(one.request.body, model === undefined ? {} : { model })
  if (decoded?.ok === false) throw new Error(`${one.id}: ${decoded.at ?? ''} ${decoded.why}`)
  const inputs = ['one']
  const plain = { operation: 'embeddings', target: 'm', stream: false, streamUsage: false, inputs } as const
  return decoded?.value ?? { ...plain, encoding: 'float', extensions: {} }
}

describe.runIf(hasShared)('recorded vectors', () => {
  it('are there', () => {
    expect(good.length).toBeGreaterThanOrEqual(25)
    expect(new Set(good.map(one => formatOf(one)?.[1].id)).size).toBeGreaterThanOrEqual(8)
  })
  it.each(good.map(one => [one.id, whereOf(one), one] as const))('%s of %s', (_, __, one) => {
    const [, answers, asks] = formatOf(one) ?? []
    const request = requestOf(one, asks)
    const body: unknown = JSON.parse(one.response.body.text ?? '')
    const decoded = answers?.decodeAnswer(body, request, { status: 200, headers: one.response.headers })
    if (decoded?.ok !== true || decoded.value.result.type !== 'embeddings') throw new Error(JSON.stringify(decoded))
    const wanted = vectorsIn(body)
    expect(wanted.length).toBe(request.inputs.length)
    const { vectors } = decoded.value.result
    for (const [place, vector] of vectors.entries()) {
      const raw = wanted[place]
      if ('base64' in vector) expect(vector.base64).toBe(raw)
      else if (typeof raw !== 'string') expect(vector).toEqual(raw)
      // Perplexity's texts hold a byte for each number.
      else expect(vector).toEqual([...new Int8Array(Buffer.from(raw, 'base64'))])
      const length = 'base64' in vector ? floatsOf(vector.base64).length : vector.length
      expect(length).toBeGreaterThanOrEqual(request.dimensions ?? 128)
    }
    // Google tells no count in any of them, and Voyage once told of none.
    if (answers !== geminiEmbeddings)
      expect(decoded.value.usage?.input).toBeGreaterThan(answers === voyageEmbeddings ? -1 : 0)
  })
  it('that were refused are each known for what they are', () => {
    const known = new Set(recordedKinds.map(([id]) => id))
    const bad = all.filter(({ response }) => response.status !== 200).map(({ id }) => id)
    expect(bad.length).toBeGreaterThan(0)
    expect(bad.filter(id => !known.has(id))).toEqual([])
  })
})
