/** Dialect + address + quirks = a ProviderAdapter. */
import { edited, editsFor } from './quirks.ts'
import type { Edits, Quirks } from './quirks.ts'
import { classify, reclassify } from './classify.ts'
import { ratesOf } from './rates.ts'
import { readAnswer } from './read-answer.ts'
import type { Authorize } from './authorize.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { ProviderId } from '../domain/ids.ts'
import type { Loss } from '../domain/outcome.ts'
import type { ModelRequest, RawBody } from '../domain/request.ts'
import type { Checked, Instant } from '../domain/units.ts'

import { editMembers } from '../dialects/json-text.ts'
import type { Dialect } from '../ports/dialect.ts'
import type { Credential, ProviderAdapter } from '../ports/provider.ts'

/** What a configuration says of one provider. */
export interface ProviderSettings {
  readonly id: ProviderId
  /** The address as the provider's official client takes it as its base; absent: the provider's own. */
  readonly url?: string
  readonly credentials: readonly Credential[]
  /** Sent with every request: name to value. */
  readonly headers?: Readonly<Record<string, string>>
  /** Ours, told to providers as `user-agent: signalbox/…`. */
  readonly version: string
}

/** Makes an adapter, or tells what the settings lack. */
export type ProviderMaker = (settings: ProviderSettings) => Checked<ProviderAdapter>

/** Everything an adapter is made of. */
export interface Spoken {
  readonly settings: ProviderSettings
  /** Its name in telemetry. */
  readonly system: string
  readonly dialect: Dialect
  readonly url: string
  /** Joined to `url`, e.g. `/chat/completions`. */
  readonly path: string
  readonly authorize: Authorize
  readonly quirks?: Quirks
  /** Sent with every request unless the settings say otherwise, e.g. `anthropic-version`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Its dialect asks for the longest answer to be named: where the client named none, the deployment's own is. */
  readonly needsLength?: boolean
  /** Headers of the client that go along where it speaks this dialect. */
  readonly passes?: readonly string[]
}

/** The base and the path as one address, with one slash between them; a query of the base stays at the end. */
export const joinUrl = (base: string, path: string): string => {
  const question = base.indexOf('?')
  const bare = question < 0 ? base : base.slice(0, question)
  return `${bare.replace(/\/+$/, '')}${path}${question < 0 ? '' : base.slice(question)}`
}

/** Headers of every request, flat; the settings' own word wins. */
const standingHeaders = ({ settings, headers }: Spoken, stream: boolean): readonly string[] => {
  const named = new Map<string, string>([
    ['content-type', 'application/json'],
    ['accept', stream ? 'text/event-stream' : 'application/json'],
    // Bytes are passed on and scanned as they come: they must not be packed.
    ['accept-encoding', 'identity'],
    ['user-agent', `signalbox/${settings.version}`],
    ...Object.entries(headers ?? {}),
  ])
  for (const [name, value] of Object.entries(settings.headers ?? {})) named.set(name.toLowerCase(), value)
  return [...named].flat()
}

/** The standing headers with those of the client that may pass. Lists such as `anthropic-beta` are joined, other values replaced. */
const withPassing = (
  standing: readonly string[],
  given: readonly string[],
  passes: readonly string[],
): readonly string[] => {
  const headers = [...standing]
  for (let place = 0; place + 1 < given.length; place += 2) {
    const name = (given[place] ?? '').toLowerCase()
    const value = given[place + 1] ?? ''
    if (!passes.includes(name)) continue
    const at = headers.findIndex((one, index) => index % 2 === 0 && one === name)
    if (at < 0) headers.push(name, value)
    else headers[at + 1] = name.endsWith('-beta') ? `${headers[at + 1]},${value}` : value
  }
  return headers
}

interface Body {
  readonly text: Uint8Array | string
  readonly losses: readonly Loss[]
}

/** The client's own body with only what must change changed. */
const expressBody = (spoken: Spoken, request: ModelRequest, raw: RawBody, model: string): Body => {
  const { dialect, settings, quirks } = spoken
  const edit = dialect.express.editRequest(raw, model)
  const fit = dialect.express.fit?.(request, model) ?? { edits: {}, losses: [] }
  const own = quirks === undefined ? { edits: {}, losses: [] } : quirksFor(settings.id, quirks, raw, fit.edits)
  const losses = [...fit.losses, ...own.losses]
  const members = Object.entries({ ...fit.edits, ...own.edits }).map(([name, value]) => [
    name,
    value === undefined ? undefined : JSON.stringify(value),
  ])
  if (members.length === 0) return { text: edit, losses }
  const bytes = typeof edit === 'string' ? new TextEncoder().encode(edit) : edit
  return { text: editMembers(bytes, Object.fromEntries(members)), losses }
}
/** The edit may have added stream_options: quirks are asked of what would be sent. */
const quirksFor = (who: string, quirks: Quirks, { json }: RawBody, edits: Edits): ReturnType<typeof editsFor> =>
  editsFor(who, quirks, edited(json['stream'] === true ? { stream_options: {}, ...json } : json, edits))

/** The length of the answer within what the deployment can, which a dialect cannot know. */
const fitLength = (
  { settings, needsLength }: Spoken,
  request: ModelRequest,
  { maxOutput }: Deployment,
): { readonly request: ModelRequest; readonly losses: readonly Loss[] } => {
  const asked = request.limits.maxOutputTokens
  const within = maxOutput === undefined || (asked === undefined ? needsLength !== true : asked <= maxOutput)
  if (within) return { request, losses: [] }
  const fitted = { ...request, limits: { ...request.limits, maxOutputTokens: maxOutput } }
  if (asked === undefined) return { request: fitted, losses: [] }
  const why = `lowered from ${asked} to the ${maxOutput} that ${settings.id} can answer`
  return { request: fitted, losses: [{ field: 'limits.maxOutputTokens', why }] }
}

/** The request in the provider's dialect, built anew. */
const translatedBody = (spoken: Spoken, asked: ModelRequest, deployment: Deployment): Body => {
  const { dialect, settings, quirks } = spoken
  const fitted = fitLength(spoken, asked, deployment)
  const { value, losses: untold } = dialect.encodeRequest(fitted.request, deployment.model)
  const losses = [...fitted.losses, ...untold]
  if (quirks === undefined) return { text: JSON.stringify(value), losses }
  const changed = editsFor(settings.id, quirks, value)
  return { text: JSON.stringify(edited(value, changed.edits)), losses: [...losses, ...changed.losses] }
}

/** Names of tools that had to be made to fit: as the provider knows them, to the client's own. */
const namesOf = ({ tools }: ModelRequest, { toolName }: Dialect): ReadonlyMap<string, string> | undefined => {
  if (toolName === undefined) return undefined
  const names = tools.map(({ name }) => [toolName(name), name] as const).filter(([fit, name]) => fit !== name)
  return names.length === 0 ? undefined : new Map(names)
}

/** An adapter that speaks this dialect at this address. */
export const speak = (spoken: Spoken): ProviderAdapter => {
  const { settings, dialect, quirks, passes = [] } = spoken
  const url = joinUrl(spoken.url, spoken.path)
  const standing = { stream: standingHeaders(spoken, true), whole: standingHeaders(spoken, false) }
  const isExpress = (request: ModelRequest): boolean => request.raw?.dialect === dialect.id && quirks?.express !== false
  const told = { status: 200, headers: {}, now: 0 as Instant }
  return {
    id: settings.id,
    system: spoken.system,
    dialect: dialect.id,
    credentials: settings.credentials,
    isExpress,
    encode: (request, deployment: Deployment) => {
      const { raw } = request
      const { text, losses } =
        raw !== undefined && isExpress(request)
          ? expressBody(spoken, request, raw, deployment.model)
          : translatedBody(spoken, request, deployment)
      const headers = request.stream ? standing.stream : standing.whole
      const given = raw?.dialect === dialect.id ? raw.headers : undefined
      return {
        value: {
          method: 'POST',
          url,
          headers: given === undefined ? headers : withPassing(headers, given, passes),
          body: text,
        },
        losses,
      }
    },
    authorize: spoken.authorize,
    read: (request, head) => {
      const names = isExpress(request) ? undefined : namesOf(request, dialect)
      return readAnswer(
        {
          ...(names !== undefined && { names }),
          who: settings.id,
          dialect,
          express: isExpress(request),
          stream: request.stream,
          streamUsage: request.streamUsage,
          failureIn: body => classify(settings.id, { ...told, status: head.status, body }),
          refine: reclassify,
        },
        head,
      )
    },
    classify: failed => classify(settings.id, failed),
    rates: ratesOf,
  }
}
