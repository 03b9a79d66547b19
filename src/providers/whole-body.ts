/** Collects a body of JSON within bounds, and tells what is wrong with one that is none. */
import { nothing } from '../domain/delivery.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { Failure } from '../domain/failure.ts'
import type { AnswerReader } from '../ports/provider.ts'
import { firstWords } from './redact.ts'
import { parseJson } from '../dialects/fields.ts'
import { isErrorBody } from './told.ts'

export interface BodyReading {
  readonly who: string
  readonly lane: AnswerReader['lane']
  /** What a body means that is an error in spite of its good status. */
  readonly failureIn: (body: string) => Failure
}

/** No whole answer is longer; without a bound one upstream could take all memory. */
export const longestBody = 64 * 1024 * 1024

const failing = (failure: Failure): Delivery => ({ ...nothing, failure })
const garbled = (message: string): Delivery => failing({ kind: 'upstream-garbled', message })

/** The chunks as one. */
export const joined = (chunks: readonly Uint8Array[], size: number): Uint8Array => {
  const only = chunks[0]
  if (chunks.length === 1 && only !== undefined) return only
  const all = new Uint8Array(size)
  let place = 0
  for (const chunk of chunks) {
    all.set(chunk, place)
    place += chunk.length
  }
  return all
}

export const tooLong = (who: string): Delivery =>
  garbled(`${who} answered with more than ${longestBody / 1024 / 1024} MiB`)

/** What is wrong with a whole body before a dialect is asked; undefined if nothing is. */
export const faultOf = (
  { who, failureIn }: Pick<BodyReading, 'who' | 'failureIn'>,
  text: string,
): Delivery | undefined => {
  if (text.trim() === '') return garbled(`${who} answered 200 with an empty body where JSON should be`)
  const json = parseJson(text)
  if (json === undefined) return garbled(`${who} answered 200 with a body that is no JSON: ${firstWords(text, 200)}`)
  return isErrorBody(json) ? failing(failureIn(text)) : undefined
}

/** Bytes up to the bound; `tooLong` once there are more. */
export const collecting = (
  who: string,
  done: (body: Uint8Array) => Delivery,
): { push(chunk: Uint8Array): Delivery; end(): Delivery } => {
  const chunks: Uint8Array[] = []
  let size = 0
  return {
    push: chunk => {
      const before = size
      size += chunk.length
      if (size <= longestBody) chunks.push(chunk)
      else if (before <= longestBody) {
        chunks.length = 0
        return tooLong(who)
      }
      return nothing
    },
    end: () => (size > longestBody ? nothing : done(joined(chunks, size))),
  }
}

/** A reader that understands the body once it is whole. */
export const wholeBody = (
  reading: BodyReading,
  understand: (json: unknown, bytes: Uint8Array) => Delivery,
): AnswerReader => ({
  lane: reading.lane,
  ...collecting(reading.who, bytes => {
    const text = new TextDecoder().decode(bytes)
    return faultOf(reading, text) ?? understand(parseJson(text), bytes)
  }),
})
