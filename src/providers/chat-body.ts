/** The body of a conversation as it is sent: the client's own with only what must change changed, or built anew. */
import { editMembers } from '../dialects/json-text.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { Loss } from '../domain/outcome.ts'
import type { ChatRequest, RawBody } from '../domain/request.ts'
import { edited, editsFor } from './quirks.ts'
import { continued } from './go-on.ts'
import type { Continued } from './go-on.ts'
import type { Edits } from './quirks.ts'
import type { At, Voice } from './voice.ts'

interface Body {
  readonly text: Uint8Array | string
  readonly losses: readonly Loss[]
}

/** The edit may have added stream_options: quirks are asked of what would be sent. */
const askedOf = ({ json }: RawBody, edits: Edits): ReturnType<typeof edited> =>
  edited(json['stream'] === true ? { stream_options: {}, ...json } : json, edits)

const none = { edits: {}, losses: [] }

/** A request of a client that speaks the voice's dialect. */
type Express = ChatRequest & { readonly raw: RawBody }

/** The client's own body with only what must change changed. */
const expressBody = (who: string, voice: Voice, request: Express, at: At): Body => {
  const { raw } = request
  const { dialect, quirks, edits: own } = voice
  const edit = dialect.express.editRequest(raw, at.model)
  const fit = dialect.express.fit?.(request, at.model) ?? none
  const asked = quirks === undefined ? none : editsFor(who, quirks, askedOf(raw, fit.edits), at.model)
  const losses = [...fit.losses, ...asked.losses]
  const changed = { ...fit.edits, ...asked.edits }
  const members = Object.entries({ ...changed, ...own?.(edited(raw.json, changed), at) }).map(([name, value]) => [
    name,
    value === undefined ? undefined : JSON.stringify(value),
  ])
  if (members.length === 0) return { text: edit, losses }
  const bytes = typeof edit === 'string' ? new TextEncoder().encode(edit) : edit
  return { text: editMembers(bytes, Object.fromEntries(members)), losses }
}

/** The length of the answer within what the deployment can, which a dialect cannot know. */
const fitLength = (
  who: string,
  { needsLength }: Voice,
  request: ChatRequest,
  { maxOutput }: Deployment,
): { readonly request: ChatRequest; readonly losses: readonly Loss[] } => {
  const asked = request.limits.maxOutputTokens
  const within = maxOutput === undefined || (asked === undefined ? needsLength !== true : asked <= maxOutput)
  if (within) return { request, losses: [] }
  const fitted = { ...request, limits: { ...request.limits, maxOutputTokens: maxOutput } }
  if (asked === undefined) return { request: fitted, losses: [] }
  const why = `lowered from ${asked} to the ${maxOutput} that ${who} can answer`
  return { request: fitted, losses: [{ field: 'limits.maxOutputTokens', why }] }
}

/** The request in the voice's dialect, built anew. */
export const translatedValue = (
  who: string,
  voice: Voice,
  asked: ChatRequest,
  deployment: Deployment,
): { readonly value: Readonly<Record<string, unknown>>; readonly losses: readonly Loss[] } => {
  const { dialect, quirks, edits: own } = voice
  const fitted = fitLength(who, voice, asked, deployment)
  const { value, losses: untold } = dialect.encodeRequest(fitted.request, deployment.model)
  const losses = [...fitted.losses, ...untold]
  const changed = quirks === undefined ? none : editsFor(who, quirks, value)
  const fit = quirks === undefined ? value : edited(value, changed.edits)
  const mine = own?.(fit, { model: deployment.model, stream: asked.stream, request: asked })
  return { value: mine === undefined ? fit : edited(fit, mine), losses: [...losses, ...changed.losses] }
}

/** A body, whether it is the client's own, and how an answer goes on with it. */
interface ChatBody extends Body, Partial<Pick<Continued, 'goesOn' | 'door'>> {
  readonly isExpress: boolean
}

/** May a body of the voice's own dialect go to this model as it came. */
const passes = ({ quirks, dialect }: Voice, request: ChatRequest, model: string): boolean =>
  request.asEvents !== true && quirks?.express !== false && dialect.express.takes?.(request, model) !== false

/** For an answer that broke off: built anew, whatever the client speaks. */
const bodyToGoOn = (who: string, voice: Voice, asked: ChatRequest, deployment: Deployment): ChatBody => {
  const ways = { prefills: voice.prefills ?? [], completes: voice.dialect.id === 'openai-completions' }
  const { request, goesOn, door, edits } = continued(asked, ways, deployment.model)
  const { value, losses } = translatedValue(who, voice, request, deployment)
  const text = JSON.stringify(edited(value, edits(value)))
  return { text, losses, isExpress: false, goesOn, ...(door !== undefined && { door }) }
}

/** The body in the voice's dialect: the client's own where it may pass, else built anew. */
export const chatBody = (who: string, voice: Voice, request: ChatRequest, deployment: Deployment): ChatBody => {
  const { model } = deployment
  const { raw, stream } = request
  if (request.goesOnFrom !== undefined) return bodyToGoOn(who, voice, request, deployment)
  if (raw?.dialect === voice.dialect.id && passes(voice, request, model)) {
    return { ...expressBody(who, voice, { ...request, raw }, { model, stream, request }), isExpress: true }
  }
  const { value, losses } = translatedValue(who, voice, request, deployment)
  return { text: JSON.stringify(value), losses, isExpress: false }
}
