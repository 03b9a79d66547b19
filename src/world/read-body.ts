/** The body of a request to a provider: JSON or a form, or what the provider says of it. */
import type { Exchange } from './exchange.ts'
import type { Ground } from './ground.ts'
import type { Came, Operation } from './operation.ts'
import { parseJson } from './parse-json.ts'
import { readForm } from './read-form.ts'
import { isJson } from './speech.ts'
import type { Complaint, Speech, Unread, Voice } from './speech.ts'

/** Larger bodies are refused, as the providers do. */
const mostBytes = 32 * 1024 * 1024

export type ReadBody = Pick<Came, 'body' | 'form'>

type Body = { readonly ok: true; readonly body: ReadBody } | { readonly ok: false; readonly complaint: Complaint }

const unread = (
  { manners }: Voice,
  what: Extract<Unread, { what: 'not-json' | 'not-object' | 'too-large' }>['what'],
): Body => ({
  ok: false,
  complaint: manners.unread({ what }),
})

/** The body as whoever answers wants it, or what the provider says of it; undefined if the client left. */
export const readBody = async (
  exchange: Exchange,
  ground: Ground,
  reader: Speech | Operation,
): Promise<Body | undefined> => {
  if (!('voice' in reader)) return jsonBody(exchange, ground, reader)
  if (reader.takes === 'nothing') return { ok: true, body: { body: {} } }
  return reader.takes === 'form' ? formBody(exchange, ground, reader.voice) : jsonBody(exchange, ground, reader.voice)
}

const formBody = async (exchange: Exchange, { largestFile }: Ground, voice: Voice): Promise<Body | undefined> => {
  const form = await readForm(exchange.source(), exchange.headers, largestFile)
  if (form === 'gone') return undefined
  if (form === 'too-large') return unread(voice, 'too-large')
  return form === 'not-form' ? unread(voice, 'not-json') : { ok: true, body: { body: {}, form } }
}

const jsonBody = async (exchange: Exchange, { key }: Ground, voice: Voice): Promise<Body | undefined> => {
  const bytes = await exchange.body(mostBytes)
  if (bytes === 'gone') return undefined
  if (bytes === 'too-large') return unread(voice, 'too-large')
  const complaint = voice.forged?.(exchange, bytes, key)
  if (complaint !== undefined) return { ok: false, complaint }
  const value = parseJson(bytes)
  if (value === undefined) return unread(voice, 'not-json')
  return isJson(value) ? { ok: true, body: { body: value } } : unread(voice, 'not-object')
}
