/** Gemini's address book: which path stands for which model, with Google's own API and in Vertex. */
import type { At, Counting } from './voice.ts'

const verbFor = ({ stream }: At): string => (stream ? ':streamGenerateContent?alt=sse' : ':generateContent')

/** A name that may hold slashes, each part made fit for a path; `@` stands before a version. */
const escaped = (name: string): string =>
  name
    .split('/')
    .map(part => encodeURIComponent(part).replaceAll('%40', '@'))
    .join('/')

/** With Google's own API: `models/gemini-…` and `tunedModels/…`; a bare name is one of the first. */
const ownModel = (model: string): string => escaped(model.includes('/') ? model : `models/${model}`)

/** The path of a verb at Google's own API, below this version. */
export const ownPath =
  (version: string, verb?: string) =>
  (at: At): string =>
    `${version}/${ownModel(at.model)}${verb ?? verbFor(at)}`

/** Where a project's models are: `/v1/projects/acme/locations/global`, or with a key alone `/v1`. */
export type Place = (version: string) => string

/** Names of Google's own models as Vertex takes them: bare, `google/…`, `publishers/…`, a tuned model's `endpoints/…` or whole. */
const vertexModel = (model: string, place: string, version: string): string => {
  if (model.startsWith('projects/')) return `/${version}/${escaped(model)}`
  if (/^(?:publishers|endpoints)\//.test(model)) return `${place}/${escaped(model)}`
  return `${place}/publishers/google/models/${escaped(model.replace(/^(?:google|models)\//, ''))}`
}

/** The path of a verb in Vertex. */
export const vertexPath =
  (place: Place, version: string, verb?: string) =>
  (at: At): string =>
    `${vertexModel(at.model, place(version), version)}${verb ?? verbFor(at)}`

const totalOf = (answer: unknown): number | undefined => {
  const total =
    answer !== null && typeof answer === 'object' && 'totalTokens' in answer ? answer.totalTokens : undefined
  return typeof total === 'number' ? total : undefined
}

/** Google's own API counts system and tools only in a whole request, which names its model. */
export const ownCounting = (version: string): Counting => ({
  path: ownPath(version, ':countTokens'),
  body: (chat, { model }) => ({ generateContentRequest: { model: ownModel(model), ...chat } }),
  read: totalOf,
})

const counted = ['contents', 'systemInstruction', 'tools', 'generationConfig']

/** Vertex takes the parts of a request that count, and refuses the others. */
export const vertexCounting = (place: Place, version: string): Counting => ({
  path: vertexPath(place, version, ':countTokens'),
  body: chat => Object.fromEntries(Object.entries(chat).filter(([member]) => counted.includes(member))),
  read: totalOf,
})
