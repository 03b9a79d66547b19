/** Puts the house together: createGateway. */
import { estimateTokens } from './accounting/count-tokens.ts'
import { limitsIn } from './config/limits-in.ts'
import type { LiveConfig, ProviderConfig, Settings } from './config/settings.ts'
import { routesOf } from './config/targets.ts'
import type { Routes } from './config/targets.ts'
import { isAllowed } from './domain/caller.ts'
import type { Caller } from './domain/caller.ts'
import type { DecisionTrace } from './domain/decision.ts'
import { GatewayError } from './domain/gateway-error.ts'
import type { GatewayEvent } from './domain/gateway-event.ts'
import type { ProviderId } from './domain/ids.ts'
import type { Policy } from './domain/policy.ts'
import type { ModelBody, ModelRequest } from './domain/request.ts'
import { collect } from './domain/response.ts'
import type { StreamEvent } from './domain/stream-event.ts'
import type { LimitBook } from './domain/tenancy.ts'
import type { Checked } from './domain/units.ts'
import { admit } from './pipeline/admit.ts'
import { CountedSink } from './pipeline/counted-sink.ts'
import { Handling } from './pipeline/handle.ts'
import type { House } from './pipeline/house.ts'
import { iterate } from './pipeline/iterate.ts'
import { Kept } from './pipeline/kept.ts'
import { perform } from './pipeline/perform.ts'
import { decideFor } from './pipeline/route.ts'
import { Shadows } from './pipeline/shadow.ts'
import type { Call, Explained, Gateway, Incoming, Target } from './ports/gateway.ts'
import type { ModelList } from './ports/model-list.ts'
import type { Platform, PriceList } from './ports/platform.ts'
import type { ProviderAdapter } from './ports/provider.ts'
import type { Sink } from './ports/sink.ts'
import type { Telemetry } from './ports/telemetry.ts'
import { modelListOf } from './providers/model-list.ts'
import { providerTypeOf, providerTypes } from './providers/registry.ts'
import type { ProviderSettings } from './providers/speak.ts'
import { compilePolicy } from './routing/compile-policy.ts'
import { explain } from './routing/explain.ts'
import { compare } from './routing/replay.ts'
import type { Comparison } from './routing/replay.ts'
import { signalSources } from './signals/registry.ts'
import { spend } from './signals/spend.ts'
import { liveState } from './state/live-state.ts'
import type { LiveState } from './state/live-state.ts'
import { Thoughts } from './state/thoughts.ts'
import { limitBookOf } from './tenancy/limit-book.ts'
import { version } from './domain/version.ts'

export type { Comparison }

/** A gateway that can be changed and closed by whoever made it. */
export interface OwnedGateway extends Gateway {
  /** What is known right now of deployments and credentials. */
  readonly live: LiveState
  /** New requests go by these settings; those under way end by the ones that they began with. Changes nothing if they are unsound. */
  reload(settings: Settings): Checked<undefined>
  /** Requests from now on are held to these limits, which the platform's meters count, until the next reload. */
  limit(book: LimitBook): void
  /** Lets go of what is done beside requests, which nobody waits for; requests under way end as they would. */
  close(): void
}

interface Built {
  readonly adapters: ReadonlyMap<ProviderId, ProviderAdapter>
  readonly routes: Routes
}

const providerSettings = ({ id, url, credentials, headers, options }: ProviderConfig): ProviderSettings => ({
  id,
  credentials,
  version,
  ...(url !== undefined && { url }),
  ...(headers !== undefined && { headers }),
  ...(options !== undefined && { options }),
})

const adaptersOf = (settings: Settings): Checked<Built['adapters']> => {
  const adapters = new Map<ProviderId, ProviderAdapter>()
  for (const provider of settings.providers) {
    const { id, type } = provider
    const known = Object.keys(providerTypes).join(', ')
    const make = providerTypeOf(type)
    if (make === undefined) return { ok: false, why: `${id}: no provider type "${type}"; there are ${known}` }
    const made = make(providerSettings(provider))
    if (!made.ok) return made
    adapters.set(id, made.value)
  }
  return { ok: true, value: adapters }
}

/** How each provider that shall be asked for its models is asked, or which one cannot be. */
export const modelListsOf = (settings: Settings): Checked<readonly ModelList[]> => {
  const lists: ModelList[] = []
  for (const provider of settings.providers.filter(({ discover }) => discover === true)) {
    const list = modelListOf(provider.type, providerSettings(provider))
    const why = `the provider "${provider.id}" cannot be asked for its models: the type ${provider.type} has no list of them; name them as deployments`
    if (list === undefined) return { ok: false, why, at: `providers.${provider.id}.discover` }
    if (!list.ok) return list
    lists.push(list.value)
  }
  return { ok: true, value: lists }
}

const build = (settings: Settings, prices: PriceList | undefined): Checked<Built> => {
  const adapters = adaptersOf(settings)
  if (!adapters.ok) return adapters
  const routes = routesOf(settings, prices)
  return routes.ok ? { ok: true, value: { adapters: adapters.value, routes: routes.value } } : routes
}

/** Whatever hangs on it comes when the present turn is over. */
const nextTurn = Promise.resolve()

/** The gateway in this process. */
class HeldGateway implements OwnedGateway {
  readonly live: LiveState
  readonly #platform: Platform
  readonly #listeners = new Set<Telemetry>()
  readonly #count = { underWay: 0 }
  readonly #kept: Kept
  readonly #thoughts = new Thoughts()
  readonly #shadows: Shadows
  #house: House
  #routes: Routes
  #limits: LimitBook

  constructor(built: Built, platform: Platform, limits: LimitBook, live: LiveConfig = {}) {
    this.#platform = platform
    this.live = liveState({ ...live, seed: platform.ids.span() })
    this.#kept = new Kept(platform.store)
    this.#shadows = new Shadows(platform.store)
    this.#listeners.add(event => this.live.hear(event))
    this.#listeners.add(platform.telemetry)
    this.#routes = built.routes
    this.#limits = limits
    this.#house = this.#houseOf(built)
  }

  limit(book: LimitBook): void {
    this.#limits = book
    this.#house = { ...this.#house, limits: book }
  }

  #houseOf({ adapters, routes }: Built): House {
    const { clock, ids, transport, secrets } = this.#platform
    const { meters } = this.#platform
    const spent = meters && spend(() => this.#limits, meters)
    const sources = signalSources(this.live, provider => adapters.get(provider)?.credentials ?? [], spent)
    const telemetry = (event: GatewayEvent): void => {
      for (const listener of this.#listeners) listener(event)
    }
    const [live, thoughts, kept, shadows] = [this.live, this.#thoughts, this.#kept, this.#shadows]
    const counting = { limits: this.#limits, ...(meters !== undefined && { meters }) }
    const machine = { clock, ids, transport, secrets, telemetry, ...counting }
    return { ...machine, adapters, routes, sources, live, thoughts, kept, shadows }
  }

  reload(settings: Settings): Checked<undefined> {
    const built = build(settings, this.#platform.prices)
    if (!built.ok) return built
    this.#routes = built.value.routes
    this.#limits = limitBookOf(limitsIn(settings))
    this.#house = this.#houseOf(built.value)
    this.live.keepOnly(new Set(settings.deployments.map(({ id }) => id)))
    return { ok: true, value: undefined }
  }

  #requestOf({ body, caller, wishes, trace, raw, memory, receivedAt }: Incoming<ModelBody>): ModelRequest {
    const { ids, clock } = this.#platform
    return {
      ...body,
      id: ids.request(),
      caller,
      wishes: { tags: {}, ...wishes },
      trace: trace ?? { traceId: ids.trace(), sampled: true },
      receivedAt: receivedAt ?? clock.now(),
      ...(raw !== undefined && { raw }),
      ...(memory !== undefined && { memory }),
    }
  }

  handle(incoming: Incoming<ModelBody>, sink: Sink): Call {
    const request = this.#requestOf(incoming)
    const span = this.#platform.ids.span()
    const handling = new Handling(request, this.#house, new CountedSink(sink, this.#count), span)
    this.#count.underWay += 1
    void nextTurn.then(() => handling.run())
    return {
      id: request.id,
      trace: request.trace.traceId,
      span,
      abort: () => handling.abort(),
      send: message => handling.send(message),
      close: closing => handling.close(closing),
    }
  }

  stream(incoming: Incoming, signal?: AbortSignal): AsyncIterable<StreamEvent> {
    // Without its raw body a request takes the translated lane, whose deliveries are events.
    const { raw: _raw, ...asked } = incoming
    return iterate(sink => this.handle(asked, sink), signal)
  }

  async collect(incoming: Incoming, signal?: AbortSignal): ReturnType<Gateway['collect']> {
    const events: StreamEvent[] = []
    for await (const event of this.stream(incoming, signal)) events.push(event)
    const answer = collect(events)
    if (answer.failure !== undefined) throw new GatewayError(answer.failure)
    return answer
  }

  async perform(incoming: Incoming<ModelBody>, signal?: AbortSignal): ReturnType<Gateway['perform']> {
    // Without its raw body a request is translated, and its answer is told as what it says.
    const { raw: _raw, ...asked } = incoming
    return perform(sink => this.handle(asked, sink), signal)
  }

  explain(incoming: Incoming<ModelBody>): Explained {
    const request = this.#requestOf(incoming)
    const admitted = admit(request, this.#house)
    if (!admitted.ok) return admitted
    const trace = decideFor(request, admitted.route, this.#house)
    return { ok: true, trace, words: explain(trace) }
  }

  words(trace: DecisionTrace): string {
    return explain(trace)
  }

  async decision(id: DecisionTrace['decision']['id']): ReturnType<Gateway['decision']> {
    return this.#platform.store.journal.find<DecisionTrace>('decisions', id)
  }

  targets({ allow }: Caller): readonly Target[] {
    // As the strategy `allowed` sees it: who may use certain pools only may not name their models.
    const isBound = allow?.pools !== undefined && !allow.pools.includes('*') && allow.models === undefined
    const seen = this.#routes.targets.filter(({ id, kind, deployments }) => {
      if (kind === 'pool') return isAllowed(allow?.pools, id)
      return (
        !isBound &&
        deployments.some(one => isAllowed(allow?.providers, one.provider) && isAllowed(allow?.models, one.model))
      )
    })
    return seen.map(({ id, kind, deployments }) => ({
      id,
      kind,
      deployments,
      serves: deployments.map(one => `${one.provider}/${one.model}`),
    }))
  }

  countTokens(body: Incoming['body']): ReturnType<Gateway['countTokens']> {
    return estimateTokens(body)
  }

  listen(listener: Telemetry): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  inFlight(): number {
    return this.#count.underWay
  }

  close(): void {
    this.#shadows.stop()
  }
}

/** The gateway of these settings on this platform, or what is unsound about the settings. */
export const createGateway = (settings: Settings, platform: Platform): Checked<OwnedGateway> => {
  const built = build(settings, platform.prices)
  if (!built.ok) return built
  const limits = limitsIn(settings)
  const [first] = limits
  if (first !== undefined && platform.meters === undefined) {
    const why = `there is a limit, ${first.id}, and nothing that counts: give the platform meters`
    return { ok: false, why, at: 'tenancy' }
  }
  return { ok: true, value: new HeldGateway(built.value, platform, limitBookOf(limits), settings.live) }
}

/** Every provider type that a configuration may name. */
export const knownProviderTypes: readonly string[] = Object.keys(providerTypes)

/** Recorded decisions under another policy, or what is wrong with the policy. */
export const compareDecisions = (traces: Iterable<DecisionTrace>, policy: Policy): Checked<Comparison> => {
  const compiled = compilePolicy(policy)
  return compiled.ok ? { ok: true, value: compare(traces, compiled.value) } : compiled
}
