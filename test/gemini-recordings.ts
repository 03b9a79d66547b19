/** Recorded traffic of Gemini, from Google's API and from Vertex: requests, whole answers, streams, errors. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { recordings } from './recordings.ts'
import { hasShared, shared } from './shared.ts'

type Json = Readonly<Record<string, unknown>>

export interface RecordedRequest {
  readonly name: string
  readonly model: string
  readonly stream: boolean
  readonly body: Json
}
/** An answer as text: a JSON body, or an event stream. */
export interface RecordedAnswer {
  readonly name: string
  readonly status: number
  readonly text: string
}

/** One exchange of Google's own test server, as its client's repository keeps it. */
interface ServerInteraction {
  readonly request: { readonly url: string; readonly bodySegments?: readonly Json[] }
  readonly response: { readonly statusCode: number; readonly bodySegments?: readonly Json[] }
}

const isGenerating = (path: string): boolean => /:(?:stream)?[gG]enerateContent(?:\?|$)/.test(path)
const modelIn = (path: string): string => /models\/([^:/]+):/.exec(path)?.[1] ?? ''
const eventsOf = (segments: readonly Json[]): string =>
  segments.map(segment => `data: ${JSON.stringify(segment)}\n\n`).join('')

const requests: RecordedRequest[] = []
const answers: RecordedAnswer[] = []

/** The recorder cut long data out of requests; something of its form stands in. */
const whole = (body: unknown): Json =>
  JSON.parse(
    JSON.stringify(body).replace(/<base64 elided \d+ chars?>|<base64 elided [^>]*>/g, 'CiQBAAECAwQFBgcICQ=='),
  ) as Json

const fromServer = (name: string, { request, response }: ServerInteraction): void => {
  if (!isGenerating(request.url)) return
  const stream = request.url.includes(':stream')
  const [body] = request.bodySegments ?? []
  if (body !== undefined) requests.push({ name, model: modelIn(request.url), stream, body })
  const segments = response.bodySegments ?? []
  const text = stream && response.statusCode === 200 ? eventsOf(segments) : JSON.stringify(segments[0] ?? {})
  answers.push({ name, status: response.statusCode, text })
}

if (hasShared) {
  for (const { id, surface, stream, request, response } of recordings()) {
    if (surface !== 'generateContent' && surface !== 'streamGenerateContent') continue
    const body = whole(request.body)
    requests.push({ name: id, model: modelIn(`${request.path}:`), stream, body })
    answers.push({ name: id, status: response.status, text: response.body.text ?? '' })
  }
  const server = join(shared, 'data/recordings/js-genai')
  for (const file of readdirSync(server).sort()) {
    const { interactions } = JSON.parse(readFileSync(join(server, file), 'utf8')) as {
      readonly interactions: readonly ServerInteraction[]
    }
    for (const [place, one] of interactions.entries()) fromServer(`${file}#${place}`, one)
  }
  const vercel = join(shared, 'data/recordings/vercel-ai/google')
  for (const file of readdirSync(vercel).sort()) {
    if (!file.startsWith('google-')) continue
    const text = readFileSync(join(vercel, file), 'utf8')
    const lines = text.split('\n').filter(line => line !== '')
    const isStream = file.endsWith('.chunks.txt')
    answers.push({ name: file, status: 200, text: isStream ? lines.map(line => `data: ${line}\n\n`).join('') : text })
  }
}

const isStream = ({ text }: RecordedAnswer): boolean => text.includes('data: ') && !/^\s*[[{]/.test(text)

/** Every recorded request body, with the model that its path names. */
export const recordedRequests: readonly RecordedRequest[] = requests
/** Whole answers with a good status; among them a stream that came as an array. */
export const wholeAnswers: readonly RecordedAnswer[] = answers.filter(one => one.status === 200 && !isStream(one))
/** Streamed answers with a good status. */
export const streamedAnswers: readonly RecordedAnswer[] = answers.filter(one => one.status === 200 && isStream(one))
/** Error bodies. */
export const failedAnswers: readonly RecordedAnswer[] = answers.filter(({ status }) => status !== 200)
