/** Where conversations over a socket are held: OpenAI's Realtime and Gemini's Live, each at its own address. */
import { isRecord } from '../domain/json.ts'
import { editMembers } from '../dialects/json-text.ts'
import type { SocketMessage } from '../domain/conversation.ts'
import type { RealtimeBody } from '../domain/operation.ts'
import { parseJson } from '../dialects/fields.ts'

/** What an address may depend on. */
export interface LineAt {
  readonly model: string
  /** The rest of the client's query, '' if there is none. */
  readonly query: string
}

/** One protocol at one address. */
export interface Line {
  readonly protocol: RealtimeBody['protocol']
  /** The whole address, `wss:` or `ws:`, from that of the provider. */
  readonly address: (base: string, at: LineAt) => string
  /** The name of the model as the first message must have it; absent: the address alone names it. */
  readonly named?: (model: string) => string
}

/** The address with this path behind it, as one of a socket; a query of the base stays. */
const socketAddress = (base: string, path: string): string => {
  const question = base.indexOf('?')
  const bare = (question < 0 ? base : base.slice(0, question)).replace(/\/+$/, '').replace(/^http/, 'ws')
  const query = question < 0 ? '' : base.slice(question + 1)
  if (query === '') return `${bare}${path}`
  return `${bare}${path}${path.includes('?') ? '&' : '?'}${query}`
}

const withQuery = (path: string, ...parts: readonly string[]): string => {
  const query = parts.filter(part => part !== '').join('&')
  return query === '' ? path : `${path}?${query}`
}

/** OpenAI's, and whoever has it at the same place. */
export const realtimeLine: Line = {
  protocol: 'openai-realtime',
  address: (base, { model, query }) =>
    socketAddress(base, withQuery('/realtime', `model=${encodeURIComponent(model)}`, query)),
}

/** Azure's: the first version has it as OpenAI, dated ones name the deployment beside their date. */
export const azureLine = (isDated: boolean, version: string | undefined): Line => ({
  protocol: 'openai-realtime',
  address: (base, { model, query }) => {
    const name = encodeURIComponent(model)
    const dated = version === undefined ? '' : `api-version=${encodeURIComponent(version)}`
    return isDated
      ? socketAddress(base, withQuery('/openai/realtime', dated, `deployment=${name}`, query))
      : socketAddress(base, withQuery('/openai/v1/realtime', dated, `model=${name}`, query))
  },
})

const service = 'GenerativeService.BidiGenerateContent'

/** Google's own; an address that ends with a version is asked for that one. */
export const geminiLine = (version: string): Line => ({
  protocol: 'gemini-live',
  address: base => {
    const own = /\/(v\d[a-z\d]*)\/*$/.exec(base)
    const bare = own === null ? base : base.slice(0, own.index)
    return socketAddress(bare, `/ws/google.ai.generativelanguage.${own?.[1] ?? version}.${service}`)
  },
  named: model => (model.includes('/') ? model : `models/${model}`),
})

/** Vertex's: the model is named with the project and the place that it is asked in. */
export const vertexLine = (version: string, place: string): Line => ({
  protocol: 'gemini-live',
  address: base => socketAddress(base, `/ws/google.cloud.aiplatform.${version}.LlmBidiService/BidiGenerateContent`),
  named: model => {
    if (model.startsWith('projects/')) return model
    const own = model.startsWith('publishers/') ? model : `publishers/google/models/${bareName(model)}`
    return place === '' ? own : `${place}/${own}`
  },
})

const bareName = (model: string): string => model.slice(model.lastIndexOf('/') + 1)

/** The first message with this model in its setup; the very same where it names it already. */
export const namedOpening = (opening: SocketMessage, model: string): SocketMessage => {
  const json = parseJson(new TextDecoder().decode(opening.data))
  const setup = isRecord(json) ? json['setup'] : undefined
  if (!isRecord(setup) || setup['model'] === model) return opening
  const edited = editMembers(opening.data, { setup: JSON.stringify({ ...setup, model }) })
  return { form: opening.form, data: typeof edited === 'string' ? new TextEncoder().encode(edited) : edited }
}
