/** Dialects + address + quirks = a ProviderAdapter. */
import type { Deployment } from '../domain/deployment.ts'
import type { Failure } from '../domain/failure.ts'
import type { DialectId, ProviderId } from '../domain/ids.ts'
import type { PassthroughBody, RealtimeBody } from '../domain/operation.ts'
import { isConversation } from '../domain/request.ts'
import type { ChatRequest, CountRequest, Envelope, OperationRequest } from '../domain/request.ts'
import type { Checked, Instant } from '../domain/units.ts'
import { serverSentEvents } from '../dialects/framing.ts'
import type { Dialect } from '../ports/dialect.ts'
import type { AnswerReader, Asked, Credential, ProviderAdapter } from '../ports/provider.ts'
import type { WireHead } from '../ports/transport.ts'
import type { Authorize } from './authorize.ts'
import { chatBody, translatedValue } from './chat-body.ts'
import { classify, reclassify } from './classify.ts'
import { converse } from './converse.ts'
import { standingHeaders, withHeader, withPassing } from './headers.ts'
import type { Line } from './lines.ts'
import { joinUrl, joinedTo } from './join-url.ts'
import { operationBody } from './operation-body.ts'
import { passOn } from './pass-through.ts'
import { ratesOf } from './rates.ts'
import { readAnswer } from './read-answer.ts'
import { readCount, readOperation } from './read-operation.ts'
import { pathAt, serviceFor, untellable, voiceFor } from './voice.ts'
import type { At, Service, Voice } from './voice.ts'

/** What a provider's type may ask for beside address and key; each type says which it needs. */
export interface ProviderOptions {
  readonly region?: string
  /** Google Cloud project. */
  readonly project?: string
  /** Cloudflare account, Databricks or Azure resource: what stands in the address. */
  readonly account?: string
  readonly resource?: string
  readonly apiVersion?: string
}

/** What a configuration says of one provider. */
export interface ProviderSettings {
  readonly id: ProviderId
  /** The address as the provider's official client takes it as its base; absent: the provider's own. */
  readonly url?: string
  readonly credentials: readonly Credential[]
  /** Sent with every request: name to value. */
  readonly headers?: Readonly<Record<string, string>>
  readonly options?: ProviderOptions
  /** Ours, told to providers as `user-agent: signalbox/…`. */
  readonly version: string
}

/** Makes an adapter, or tells what the settings lack. */
export type ProviderMaker = (settings: ProviderSettings) => Checked<ProviderAdapter>

/** Everything an adapter is made of: one voice of its own, and what else it has. */
export interface Spoken extends Voice {
  readonly settings: ProviderSettings
  /** Its name in telemetry. */
  readonly system: string
  readonly url: string
  readonly authorize: Authorize
  /** Other dialects that it knows: taken where the client speaks one of them, or where the first does not serve the model. */
  readonly also?: readonly Voice[]
  /** Asked only how long a conversation is. */
  readonly counters?: readonly Voice[]
  /** What it does beyond chat. */
  readonly services?: readonly Service[]
  /** Where it holds conversations over a socket. */
  readonly lines?: readonly Line[]
}

/** Names of tools that had to be made to fit: as the provider knows them, to the client's own. */
const namesOf = ({ tools }: ChatRequest, { toolName }: Dialect): ReadonlyMap<string, string> | undefined => {
  if (toolName === undefined) return undefined
  const names = tools.map(({ name }) => [toolName(name), name] as const).filter(([fit, name]) => fit !== name)
  return names.length === 0 ? undefined : new Map(names)
}

type Answered = ReturnType<ProviderAdapter['ask']>
const json = 'application/json'

/** All of one provider that does not depend on the request. */
class Speaker {
  readonly #spoken: Spoken
  readonly #voices: readonly Voice[]
  /** Standing headers, made once for each door and kind of answer. */
  readonly #standing = new Map<Voice | Service, Map<string, readonly string[]>>()
  readonly #address: (path: string) => string

  constructor(spoken: Spoken) {
    this.#spoken = spoken
    this.#address = joinedTo(spoken.url)
    this.#voices = [spoken, ...(spoken.also ?? [])]
  }

  ask(request: Parameters<ProviderAdapter['ask']>[0], deployment: Deployment): Answered {
    if (request.operation === 'passthrough') return this.#pass(request, deployment)
    if (request.operation === 'realtime') return this.#converse(request, deployment)
    if (!isConversation(request)) return this.#operate(request, deployment)
    if (request.operation === 'count-tokens') return this.#count(request, deployment)
    const voice = voiceFor(this.#voices, request, deployment.model)
    if (voice === undefined) return this.#unable(`has no way to be asked for ${deployment.model}`)
    const kind = untellable(request, voice.dialect.id)
    if (kind !== undefined) return this.#unable(`has no way to be told ${kind} for ${deployment.model}`)
    return { ok: true, asked: this.#chat(request, deployment, voice) }
  }

  #unable(why: string): Answered {
    return { ok: false, failure: { kind: 'unsupported', message: `${this.#spoken.settings.id} ${why}` } }
  }

  #headers(door: Voice | Service, accept: string): readonly string[] {
    const { settings } = this.#spoken
    let byAccept = this.#standing.get(door)
    if (byAccept === undefined) this.#standing.set(door, (byAccept = new Map()))
    let headers = byAccept.get(accept)
    if (headers === undefined) {
      headers = standingHeaders(settings.version, accept, door.headers, settings.headers)
      byAccept.set(accept, headers)
    }
    return headers
  }

  #url(door: Voice | Service, at: At, path = door.path): string {
    const { url } = this.#spoken
    if (door.host === undefined && typeof path === 'string') return this.#address(path)
    return joinUrl(door.host?.(url, at) ?? url, pathAt(path, at))
  }

  readonly #told = (status: number, body: string): Failure =>
    classify(this.#spoken.settings.id, { status, headers: {}, now: 0 as Instant, body })

  #chat(request: ChatRequest, deployment: Deployment, voice: Voice): Asked {
    const { settings } = this.#spoken
    const { dialect, framing } = voice
    const { raw, stream } = request
    const own = raw?.dialect === dialect.id ? raw : undefined
    const { text, losses, isExpress, goesOn, door } = chatBody(settings.id, voice, request, deployment)
    const accept = stream ? (framing ?? dialect.framing ?? serverSentEvents).mediaType : json
    return {
      lane: isExpress ? 'express' : 'translated',
      wire: {
        method: 'POST',
        url: door ?? this.#url(voice, { model: deployment.model, stream, request }),
        headers: withPassing(this.#headers(voice, accept), own?.headers, voice.passes),
        body: text,
      },
      losses,
      ...(goesOn !== undefined && { goesOn }),
      read: head => this.#read(request, voice, isExpress, head),
    }
  }

  #read(request: ChatRequest, { dialect, framing }: Voice, express: boolean, head: WireHead): AnswerReader {
    const names = express ? undefined : namesOf(request, dialect)
    return readAnswer(
      {
        ...(names !== undefined && { names }),
        who: this.#spoken.settings.id,
        dialect,
        ...(framing !== undefined && { framing }),
        express,
        stream: request.stream,
        streamUsage: request.streamUsage,
        failureIn: body => this.#told(head.status, body),
        refine: reclassify,
      },
      head,
    )
  }

  #count(request: CountRequest, deployment: Deployment): Answered {
    const { settings } = this.#spoken
    const all = [...this.#voices, ...(this.#spoken.counters ?? [])]
    const voice = voiceFor(
      all.filter(one => one.counting !== undefined),
      request,
      deployment.model,
    )
    const counting = voice?.counting
    if (voice === undefined || counting === undefined) return this.#unable('does not tell how long a request is')
    const chat: ChatRequest = { ...request, operation: 'chat', stream: false }
    const { value, losses } = translatedValue(settings.id, voice, chat, deployment)
    const at = { model: deployment.model, stream: false, request }
    const body = counting.body?.(value, at) ?? value
    const headers = withPassing(this.#headers(voice, json), request.raw?.headers, voice.passes)
    const wire = {
      method: 'POST',
      url: this.#url({ ...voice, ...(counting.host !== undefined && { host: counting.host }) }, at, counting.path),
      headers,
      body: JSON.stringify(body),
    } as const
    const read: Asked['read'] = head => readCount(settings.id, counting, text => this.#told(head.status, text))
    return { ok: true, asked: { lane: 'translated', wire, losses, read } }
  }

  /** The voice of this dialect that passes as it is. */
  voiceOf(dialect: DialectId, model: string): Voice | undefined {
    return this.#voices.find(
      one =>
        one.dialect.id === dialect && one.quirks?.express !== false && (one.serves === undefined || one.serves(model)),
    )
  }

  /** Below the door of the dialect that keeps what is meant, else anywhere below the provider's address. */
  #pass(request: PassthroughBody & Envelope, deployment: Deployment): Answered {
    const { settings, url, headers = {} } = this.#spoken
    const fixed = settings.headers ?? {}
    const { memory } = request
    if (memory === undefined) return this.#passed(passOn({ base: url, join: joinUrl, usual: headers, fixed }, request))
    const voice = this.voiceOf(memory.dialect, deployment.model)
    if (voice === undefined) return this.#unable(`keeps no answers of ${memory.dialect}`)
    const at = { model: deployment.model, stream: false, request }
    return this.#passed(
      passOn({ base: this.#url(voice, at), join: joinUrl, usual: voice.headers ?? {}, fixed }, request),
    )
  }

  #passed(passed: ReturnType<typeof passOn>): Answered {
    const { settings } = this.#spoken
    if (passed.ok) return { ok: true, asked: passed.value }
    const message = `the request cannot be passed on to ${settings.id}: ${passed.why}`
    return { ok: false, failure: { kind: 'invalid-request', message, ...(passed.at && { param: passed.at }) } }
  }

  #converse(request: RealtimeBody, { model }: Deployment): Answered {
    const { settings, lines = [], url } = this.#spoken
    const line = lines.find(({ protocol }) => protocol === request.protocol)
    if (line === undefined) return this.#unable(`does not speak ${request.protocol}`)
    const { version, headers } = settings
    const asked = converse({ line, base: url, model, who: settings.id, version, headers, told: this.#told }, request)
    return { ok: true, asked }
  }

  #operate(request: OperationRequest, deployment: Deployment): Answered {
    const { settings, services = [] } = this.#spoken
    const service = serviceFor(services, request, deployment.model)
    if (service === undefined) return this.#unable(`offers no ${request.operation} with ${deployment.model}`)
    const at = { model: deployment.model, stream: request.stream, request }
    const body = operationBody(settings.id, service, request, at)
    if (!body.ok) return this.#unable(body.why)
    const { text, type, losses, isExpress } = body.value
    const own = isExpress ? request.raw?.headers : undefined
    const headers = withPassing(
      this.#headers(service, request.stream ? 'text/event-stream' : '*/*'),
      own,
      service.passes,
    )
    return {
      ok: true,
      asked: {
        lane: isExpress ? 'express' : 'translated',
        wire: {
          method: 'POST',
          url: this.#url(service, at),
          headers: type === json ? headers : withHeader(headers, 'content-type', type),
          body: text,
        },
        losses,
        read: head =>
          service.dialect.read?.(request, head, isExpress) ??
          readOperation({
            who: settings.id,
            dialect: service.dialect,
            request,
            isExpress,
            head,
            failureIn: text => this.#told(head.status, text),
          }),
      },
    }
  }
}

/** An adapter that speaks these dialects at this address. */
export const speak = (spoken: Spoken): ProviderAdapter => {
  const { settings, dialect } = spoken
  const speaker = new Speaker(spoken)
  return {
    id: settings.id,
    system: spoken.system,
    dialect: dialect.id,
    credentials: settings.credentials,
    ask: (request, deployment) => speaker.ask(request, deployment),
    speaks: (wanted, model) => speaker.voiceOf(wanted, model) !== undefined,
    authorize: spoken.authorize,
    classify: failed => classify(settings.id, failed),
    rates: ratesOf,
  }
}
