/** What an error body says, whatever shape the provider gave it. */
import { parseJson } from '../dialects/fields.ts'
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import type { WireHead } from '../ports/transport.ts'
import { durationOf, headerOf } from './rates.ts'
import { millis } from '../domain/units.ts'
import type { Millis } from '../domain/units.ts'

/** An error in the provider's own words. */
export interface Told {
  /** Code, type and exception name as given, the most exact first. */
  readonly names: readonly string[]
  readonly code?: string
  readonly type?: string
  /** '' if nothing was said. */
  readonly message: string
  /** Names that help to tell what it is but are not for the client, e.g. which of Google's quotas. */
  readonly aside: string
  readonly param?: string
  /** A status told inside the body. */
  readonly status?: number
  readonly wait?: Millis
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

const statusIn = (value: unknown): number | undefined => {
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : 0
  return number >= 400 && number <= 599 ? number : undefined
}

/** Validation errors as FastAPI writes them, `[{loc, msg}]` (Mistral, vLLM, DeepInfra), and Cloudflare's `[{code, message}]`. */
const validations = (value: unknown): { readonly message: string; readonly param?: string } | undefined => {
  if (!Array.isArray(value)) return undefined
  const rows = value.filter(isRecord)
  const places = rows.map(row =>
    Array.isArray(row['loc']) ? row['loc'].filter(part => part !== 'body').join('.') : '',
  )
  const message = rows
    .map((row, at) => [places[at], textOf(row['msg']) ?? textOf(row['message'])].filter(Boolean).join(': '))
    .join('; ')
  return { message, ...(places[0] && { param: places[0] }) }
}

/** The first of these that holds words, looking into an object for its own message. */
const wordsIn = (...values: readonly unknown[]): { readonly message: string; readonly param?: string } | undefined => {
  for (const value of values) {
    const text = textOf(value)
    if (text !== undefined) return { message: text }
    const rows = validations(value)
    if (rows !== undefined) return rows
    if (isRecord(value)) {
      const inner = textOf(value['message']) ?? textOf(value['error']) ?? textOf(value['faultstring'])
      const found = inner === undefined ? validations(value['detail']) : { message: inner }
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** Google's details: the reason's name, which quota, and how long to wait. */
const readDetails = (value: unknown): { names: readonly string[]; aside: string; wait?: Millis } => {
  const names: string[] = []
  let aside = ''
  let wait: Millis | undefined
  for (const detail of Array.isArray(value) ? value.filter(isRecord) : []) {
    const reason = textOf(detail['reason'])
    if (reason !== undefined) names.push(reason)
    const delay = textOf(detail['retryDelay'])
    if (delay !== undefined) wait = durationOf(delay)
    if (Array.isArray(detail['violations'])) {
      for (const violation of detail['violations'].filter(isRecord)) aside += ` ${textOf(violation['quotaId']) ?? ''}`
    }
  }
  return { names, aside, ...(wait !== undefined && { wait }) }
}

const metadataOf = (error: Json): Json => (isRecord(error['metadata']) ? error['metadata'] : {})

/** OpenRouter says "Provider returned error" and puts what the provider said beside it, often as the text of its own JSON. */
const behind = (error: Json): Pick<Told, 'names' | 'message'> => {
  const raw = textOf(metadataOf(error)['raw'])
  if (raw === undefined) return { names: [], message: '' }
  const inner = isRecord(error['metadata']) ? readError(parseJson(raw), {}) : undefined
  return inner === undefined ? { names: [], message: raw } : { names: inner.names, message: inner.message }
}

/** MiniMax tells how it went beside every answer, also beside good ones: 0 is well. */
const baseOf = (body: Json): Json => {
  const base = body['base_resp']
  return isRecord(base) && typeof base['status_code'] === 'number' && base['status_code'] !== 0 ? base : {}
}

/** Codes that are numbers of one provider's own, as names that nobody else has. */
const ownNumbers = (error: Json, body: Json): readonly string[] => {
  const minimax = baseOf(body)['status_code']
  const code = error['code']
  // Zhipu's are texts of four digits, with no type beside them; Mistral's have one.
  const isGlm = typeof code === 'string' && /^1\d{3}$/.test(code) && error['type'] === undefined
  return [...(typeof minimax === 'number' ? [`minimax_${minimax}`] : []), ...(isGlm ? [`glm_${code}`] : [])]
}

/** Names that stand behind the error's own: Azure's filter, OpenRouter's moderation. */
const asideOf = (error: Json): string => {
  const inner = isRecord(error['innererror']) ? error['innererror'] : {}
  const flagged = metadataOf(error)['flagged_input'] === undefined ? undefined : 'flagged by moderation'
  return [textOf(inner['code']), flagged].filter(Boolean).join(' ')
}

/** An exception's bare name, without the address or namespace that AWS puts around it. */
const bare = (name: string): string => name.replace(/:http.*$/s, '').replace(/^[\w.]+#/, '')

const namesOf = (error: Json, body: Json, headers: WireHead['headers']): readonly string[] => {
  const given = [
    // AWS names the exception in a header, older services in `__type`.
    headerOf(headers, 'x-amzn-errortype'),
    error['__type'],
    error['code'],
    error['type'],
    error['status'],
    error['error_type'],
    metadataOf(error)['error_type'],
    body['code'],
    body['error_type'],
    body['error_code'],
    body['type'],
  ]
  const names: string[] = []
  for (const one of given) if (typeof one === 'string' && one !== '') names.push(bare(one))
  return names
}

/** How long a model that is being loaded will take (Hugging Face). */
const loadingTime = (body: Json): Millis | undefined => {
  const seconds = body['estimated_time']
  return typeof seconds === 'number' && seconds >= 0 ? millis(seconds * 1_000) : undefined
}

const firstText = (...values: readonly unknown[]): string | undefined => textOf(values.find(one => textOf(one)))

/** Reads an error from the parsed body of any provider; undefined if it holds none. */
export const readError = (json: unknown, headers: WireHead['headers']): Told | undefined => {
  // Google wraps its error in an array where a stream was asked for.
  const body: unknown = Array.isArray(json) ? json[0] : json
  if (!isRecord(body)) return undefined
  const error = isRecord(body['error']) ? body['error'] : body
  const words =
    wordsIn(error['message'], body['error'], body['detail'], body['message'], body['fault'], body['errors']) ??
    wordsIn(baseOf(body)['status_msg'], body['msg'])
  const details = readDetails(error['details'])
  const inner = behind(error)
  const names = [...inner.names, ...ownNumbers(error, body), ...details.names, ...namesOf(error, body, headers)]
  if (words === undefined && names.length === 0) return undefined
  return {
    names,
    code: firstText(error['code'], body['code'], body['error_code']),
    type: firstText(error['type'], error['status'], error['error_type']),
    message: [words?.message, inner.message].filter(Boolean).join(': '),
    aside: `${asideOf(error)}${details.aside}`,
    param: textOf(error['param']) ?? words?.param,
    status: statusIn(error['code']) ?? statusIn(body['status']),
    wait: details.wait ?? loadingTime(body),
  }
}

/** True if a good answer's body is an error after all: an error member, or an object that calls itself one. */
export const isErrorBody = (json: unknown): boolean => {
  if (!isRecord(json)) return false
  if (json['type'] === 'error' || json['object'] === 'error') return true
  // MiniMax; Z.ai's and Cloudflare's gateways.
  if ('status_code' in baseOf(json) || json['success'] === false) return true
  const error = json['error']
  return (typeof error === 'string' && error !== '') || (isRecord(error) && Object.keys(error).length > 0)
}
