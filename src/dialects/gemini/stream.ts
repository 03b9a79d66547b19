/** An answer, read frame by frame: each is a whole response of its own, and nothing but the end of the bytes ends them. */
import type { Failure } from '../../domain/failure.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Frame, FrameDecoder } from '../../ports/dialect.ts'
import type { Parts } from './answer-parts.ts'
import { closePart, readAnswerPart } from './answer-parts.ts'
import { garbled } from '../garbled.ts'
import { brokenOff, failureOf, isError } from './failure.ts'
import { blockWord, finishWord, readFinish } from './finish-reason.ts'
import { mergeUsage, readTier, readUsage } from './usage.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord, otherMembers, parseJson } from '../fields.ts'
import { camelKeys, camelRecord, carried, isSame } from './wire.ts'

const none: readonly StreamEvent[] = []

/** One choice, as far as it has come. */
interface Candidate extends Parts {
  raw: string | undefined
  own: Json
}
/** What has been read of an answer. */
export interface Reading {
  readonly candidates: Map<number, Candidate>
  /** Members of the response that only this dialect knows, as they were told at the start. */
  told: Json | undefined
  latest: Json
  feedback: Json | undefined
  usage: Json | undefined
  seed: unknown
  ended: boolean
}
/** Nothing read yet. */
export const newReading = (): Reading => ({
  candidates: new Map(),
  told: undefined,
  latest: {},
  feedback: undefined,
  usage: undefined,
  seed: undefined,
  ended: false,
})

const known = new Set(['candidates', 'promptFeedback', 'usageMetadata', 'modelVersion', 'responseId', 'createTime'])
const knownOfCandidate = new Set(['content', 'finishReason', 'index'])

const createdAt = (time: unknown): { readonly created?: number } => {
  const instant = isWord(time) ? Date.parse(time) : NaN
  return Number.isNaN(instant) ? {} : { created: Math.floor(instant / 1000) }
}
const startOf = (response: Json, reading: Reading): readonly StreamEvent[] => {
  if (reading.told !== undefined) return none
  reading.told = reading.latest
  const { modelVersion: model, responseId } = response
  if (isWord(responseId)) reading.seed = responseId
  const tier = camelRecord(response, 'usageMetadata')?.['serviceTier']
  return [
    {
      type: 'response-start',
      model: isWord(model) ? model.slice(model.lastIndexOf('/') + 1) : '',
      ...(isWord(responseId) && { upstreamId: responseId }),
      ...createdAt(response['createTime']),
      ...readTier(tier),
      ...carried(Object.keys(reading.told).length === 0 ? undefined : reading.told),
    },
  ]
}

const mostCandidates = 64
const candidateAt = (reading: Reading, index: number): Candidate => {
  const before = reading.candidates.get(index)
  if (before !== undefined) return before
  const seed = reading.seed === undefined ? undefined : [reading.seed, index]
  const at = index === 0 ? {} : { choice: index }
  const fresh: Candidate = { at, seed, blocks: 0, calls: 0, unanswered: 0, open: undefined, raw: undefined, own: {} }
  reading.candidates.set(index, fresh)
  return fresh
}
/** Lists that grow from frame to frame; of anything else the later counts. */
const joined = (name: string, before: unknown, later: unknown): unknown => {
  if (name !== 'citationMetadata' && name !== 'logprobsResult') return later
  if (!isRecord(before) || !isRecord(later)) return later
  const lists = Object.entries(later).map(([key, value]): [string, unknown] => {
    const list = before[key]
    return [key, Array.isArray(list) && Array.isArray(value) ? [...list, ...value] : value]
  })
  return { ...before, ...Object.fromEntries(lists) }
}
const readCandidate = (given: unknown, place: number, reading: Reading): readonly StreamEvent[] => {
  if (!isRecord(given)) return none
  const told = camelKeys(given)
  const { index, finishReason } = told
  const at = typeof index === 'number' && Number.isInteger(index) && index >= 0 ? index : place
  if (at >= mostCandidates) return none
  const candidate = candidateAt(reading, at)
  const others = Object.entries(otherMembers(told, knownOfCandidate) ?? {})
  const grown = others.map(([name, value]): [string, unknown] => [name, joined(name, candidate.own[name], value)])
  if (grown.length > 0) candidate.own = { ...candidate.own, ...Object.fromEntries(grown) }
  candidate.raw = finishWord(finishReason) ?? candidate.raw
  const parts = camelRecord(told, 'content')?.['parts']
  if (!Array.isArray(parts)) return none
  return parts.flatMap((part: unknown, first) => readAnswerPart(candidate, part, first === 0))
}

const fail = (reading: Reading, failure: Failure): readonly StreamEvent[] => {
  reading.ended = true
  const usage = readUsage(reading.usage)
  const failed: StreamEvent = { type: 'response-failed', failure }
  return usage === undefined ? [failed] : [{ type: 'usage', usage }, failed]
}

/** The events that one response tells; a stream is several of them. */
export const readResponse = (given: unknown, reading: Reading): readonly StreamEvent[] => {
  if (reading.ended) return none
  // Some proxies put an error, or the whole response, into a list of one.
  const only: unknown = Array.isArray(given) && given.length === 1 ? given[0] : given
  if (!isRecord(only)) return fail(reading, garbled('a frame of the answer holds no JSON object'))
  if (isError(only)) return fail(reading, failureOf(only))
  const response = camelKeys(only)
  reading.usage = mergeUsage(reading.usage, camelRecord(response, 'usageMetadata'))
  reading.feedback = camelRecord(response, 'promptFeedback') ?? reading.feedback
  reading.latest = { ...reading.latest, ...otherMembers(response, known) }
  const start = startOf(response, reading)
  const { candidates } = response
  if (!Array.isArray(candidates)) return start
  return [...start, ...candidates.flatMap((one: unknown, place) => readCandidate(one, place, reading))]
}

/** Searches of the web that were made for the answer, each of which is billed. */
const searchesOf = (reading: Reading): number => {
  let searches = 0
  for (const { own } of reading.candidates.values()) {
    const grounding = own['groundingMetadata']
    const queries = isRecord(grounding) ? grounding['webSearchQueries'] : undefined
    if (Array.isArray(queries)) searches += queries.length
  }
  return searches
}
const usageOf = (reading: Reading): readonly StreamEvent[] => {
  const usage = readUsage(reading.usage)
  if (usage === undefined) return none
  const searches = searchesOf(reading)
  return [{ type: 'usage', usage: searches === 0 ? usage : { ...usage, units: { searches } } }]
}
const endOf = (candidate: Candidate): readonly StreamEvent[] => {
  const { raw, at, own, unanswered } = candidate
  const closed = closePart(candidate)
  const extensions = carried(Object.keys(own).length === 0 ? undefined : own)
  if (raw === undefined) return closed
  return [...closed, { type: 'choice-end', ...at, reason: readFinish(raw, unanswered > 0), raw, ...extensions }]
}
/** A prompt that was not let through has no answer, only a reason. */
const blockedOf = (reading: Reading): readonly StreamEvent[] => {
  const raw = blockWord(reading.feedback?.['blockReason'])
  return raw === undefined || reading.candidates.size > 0 ? none : [{ type: 'choice-end', reason: 'refused', raw }]
}
/** The last events of a complete answer. */
export const finishReading = (reading: Reading): readonly StreamEvent[] => {
  reading.ended = true
  const { told = {}, latest, feedback } = reading
  const news = Object.entries(latest).filter(([name, value]) => !isSame(told[name], value))
  const usage = usageOf(reading)
  const own = {
    ...Object.fromEntries(news),
    ...(feedback && { promptFeedback: feedback }),
    // What was told in the place of counts, and is none.
    ...(usage.length === 0 && reading.usage && { usageMetadata: reading.usage }),
  }
  return [
    ...[...reading.candidates.values()].flatMap(endOf),
    ...blockedOf(reading),
    ...usage,
    { type: 'response-end', ...carried(Object.keys(own).length === 0 ? undefined : own) },
  ]
}

const isBlocked = ({ feedback }: Reading): boolean => blockWord(feedback?.['blockReason']) !== undefined
/** True once every choice has said why it ended, or the prompt was not let through. */
export const isComplete = (reading: Reading): boolean => {
  const all = [...reading.candidates.values()]
  return all.length === 0 ? isBlocked(reading) : all.every(({ raw }) => raw !== undefined)
}

/** Some proxies put OpenAI's end mark or empty frames among the others. */
const isIdle = ({ data }: Frame): boolean => data.trim() === '' || data === '[DONE]'

/** A decoder for one stream. */
export const decodeStream = (): FrameDecoder => {
  const reading = newReading()
  return {
    push(frame) {
      if (reading.ended || isIdle(frame)) return none
      return readResponse(parseJson(frame.data), reading)
    },
    end() {
      if (reading.ended) return none
      return isComplete(reading) ? finishReading(reading) : fail(reading, brokenOff)
    },
  }
}

/** True if something was answered, or was refused. */
export const saysAnything = (reading: Reading): boolean => reading.candidates.size > 0 || isBlocked(reading)
