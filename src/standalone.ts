/** The gateway on a real machine: its clock, network, secrets, store and telemetry. */
import { existsSync } from 'node:fs'
import { readConfigFile } from './config/config-file.ts'
import { withDiscovered } from './config/discovered.ts'
import { findingText } from './config/finding.ts'
import type { Settings, StoreConfig, TelemetryConfig } from './config/settings.ts'
import type { Caller } from './domain/caller.ts'
import type { GatewayEvent } from './domain/gateway-event.ts'
import type { CredentialId, DeploymentId, ProviderId, VirtualKeyId } from './domain/ids.ts'
import type { Checked, Instant } from './domain/units.ts'
import { knownModel } from './config/catalog.ts'
import { createGateway, knownProviderTypes, modelListsOf } from './gateway.ts'
import type { OwnedGateway } from './gateway.ts'
import { cloudSecrets, refusals, warmUp } from './platform/cloud-secrets.ts'
import type { CloudSecrets } from './platform/cloud-secrets.ts'
import { discoverModels } from './platform/discover-models.ts'
import type { KnownModels } from './platform/discover-models.ts'
import type { Listener } from './platform/listener.ts'
import { liveRecord } from './platform/live-record.ts'
import { packedDecisions } from './platform/packed-decisions.ts'
import { processIds, processSecrets, systemClock } from './platform/process.ts'
import { recordedDecisions } from './platform/recorded-decisions.ts'
import { memoryMeters } from './platform/meters/memory.ts'
import { sqliteMeters } from './platform/meters/sqlite.ts'
import { memoryStore } from './platform/stores/memory.ts'
import { sqliteStore } from './platform/stores/sqlite.ts'
import { journalListener } from './platform/telemetry/journal.ts'
import { logListener } from './platform/telemetry/log.ts'
import { spanExporter } from './platform/telemetry/opentelemetry.ts'
import { prometheusListener } from './platform/telemetry/prometheus.ts'
import type { PrometheusListener } from './platform/telemetry/prometheus.ts'
import { signingTransport } from './platform/signing-transport.ts'
import { socketTransport } from './platform/socket-transport.ts'
import { undiciTransport } from './platform/undici-transport.ts'
import type { Meters } from './ports/meters.ts'
import type { PriceList } from './ports/platform.ts'
import type { Clock } from './ports/clock.ts'
import type { Secrets } from './ports/secrets.ts'
import type { Store } from './ports/store.ts'
import type { Transport } from './ports/transport.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A caller and the text of its key. */
export interface NamedKey {
  readonly caller: Caller
  readonly secret: string
}

export interface Standalone {
  readonly gateway: OwnedGateway
  readonly clock: Clock
  readonly store: Store
  /** What is used and held of every limit. */
  readonly meters: Meters
  /** The keys of these settings, else of those in force, their secrets read; or which one cannot be read. */
  keys(of?: Settings): Promise<Checked<readonly NamedKey[]>>
  /** In Prometheus' text format. */
  metrics(): string
  /** Tells of what broke in our own code or beside a request. */
  alarm(message: string, error: unknown): void
  /** What was heard so far is written, sent, or counted as lost. */
  flush(): Promise<void>
  /** Providers, deployments, pools, policies and keys change; store and telemetry stay as they were opened. */
  reload(settings: Settings): Checked<undefined>
  /** Writes what is still to be written, then closes everything. */
  close(): Promise<void>
}

/** What the process has whatever the settings say. */
interface Machine {
  readonly clock: Clock
  readonly store: Store
  readonly env: Environment
  readonly transport: Transport
}

interface Ears {
  readonly listeners: readonly Listener[]
  hear: (event: GatewayEvent) => void
  flush: Standalone['flush']
  readonly prometheus: PrometheusListener
  alarm: Standalone['alarm']
  /** Tells the log. */
  tell: (level: 'info' | 'error', message: string) => void
}

const storeOf = async ({ durable }: StoreConfig, clock: Clock): Promise<Store> => {
  if (durable.kind === 'memory') return memoryStore(clock)
  if (durable.kind === 'sqlite') return packedDecisions(await sqliteStore(durable.path, clock))
  throw new Error('the store postgres cannot be opened yet: name sqlite:PATH or memory')
}

/** Everybody who listens. */
const earsOf = (config: TelemetryConfig, { store, clock, env, transport }: Machine): Ears => {
  const log = logListener({ clock, level: config.log, to: 2 })
  const complain = (message: string): void => log.tell('error', message)
  const journal = config.journal ? journalListener({ journal: store.journal, clock, complain }) : undefined
  const { otlp } = config
  const spans = otlp === undefined ? undefined : spanExporter({ ...config, otlp, clock, transport, env, complain })
  const prometheus = prometheusListener()
  const losing = { ...(journal !== undefined && { journal }), log, ...(spans !== undefined && { spans }) }
  for (const [name, listener] of Object.entries(losing)) prometheus.watchLosses(name, () => listener.dropped())
  // The log is last: what the others complain of while they close is still written.
  const listeners = [journal, prometheus, spans, log].filter(one => one !== undefined)
  return {
    listeners,
    hear: event => {
      for (const listener of listeners) listener.hear(event)
    },
    flush: async () => {
      for (const listener of listeners) await listener.flush()
    },
    prometheus,
    alarm: (message, error) => log.tell('error', message, error),
    tell: (level, message) => log.tell(level, message),
  }
}

const readKeys = async (settings: Settings, secrets: Secrets): Promise<Checked<readonly NamedKey[]>> => {
  const keys: NamedKey[] = []
  for (const { id, reference, caller } of settings.keys) {
    try {
      keys.push({ caller, secret: await secrets.read(reference) })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return { ok: false, why: `the key "${id}" cannot be read: ${why}`, at: `keys.${id}.value` }
    }
  }
  return { ok: true, value: keys }
}

/** Meters have a file of their own beside the store's, so that a long batch of the journal never holds them up. */
const metersOf = ({ durable }: StoreConfig, clock: Clock): Meters | Promise<Meters> =>
  durable.kind === 'sqlite'
    ? sqliteMeters(durable.path.replace(/(?:\.db)?$/, '.meters.db'), clock)
    : memoryMeters(clock)

/** What the house keeps. */
interface Kept {
  readonly store: Store
  readonly meters: Meters
}

const openStore = async (config: StoreConfig, clock: Clock): Promise<Checked<Kept>> => {
  let store: Store | undefined
  try {
    store = await storeOf(config, clock)
    return { ok: true, value: { store, meters: await metersOf(config, clock) } }
  } catch (error) {
    await store?.close()
    return { ok: false, why: error instanceof Error ? error.message : String(error), at: 'store' }
  }
}

/** The gateway with the models that its providers are found to have beside those that the settings name. */
const withFoundModels = async (
  gateway: OwnedGateway,
  settings: Settings,
  { clock, transport, secrets, tell }: Pick<Machine, 'clock' | 'transport'> & Pick<Ears, 'tell'> & { secrets: Secrets },
) => {
  let now = settings
  const put = (known: KnownModels): Checked<undefined> => gateway.reload(withDiscovered(now, known, clock.now()))
  const changed = (known: KnownModels): void => {
    const done = put(known)
    if (!done.ok) tell('error', `models that were found cannot be served: ${done.why}`)
  }
  const discovery = discoverModels({ transport, secrets, clock, tell, changed })
  const lists = modelListsOf(settings)
  if (lists.ok) await discovery.watch(lists.value)
  return {
    /** Why these settings cannot be served. */
    fault: lists.ok ? undefined : lists,
    settings: () => now,
    reload: (next: Settings): Checked<undefined> => {
      const asked = modelListsOf(next)
      if (!asked.ok) return asked
      const before = now
      now = next
      const done = put(discovery.known())
      if (done.ok) void discovery.watch(asked.value)
      else now = before
      return done
    },
    close: () => discovery.close(),
  }
}

/** What clouds hand out is fetched before anybody waits for it, and anew where a provider would not take it. */
const tending = (gateway: OwnedGateway, secrets: CloudSecrets, tell: Ears['tell']) => {
  let references: ReadonlyMap<CredentialId, string> = new Map()
  gateway.listen(refusals(() => references, secrets))
  return ({ providers }: Settings): void => {
    references = new Map(providers.flatMap(one => one.credentials.map(({ id, reference }) => [id, reference])))
    warmUp([...references.values()], secrets, message => tell('error', message))
  }
}

/** Who may use everything. */
const everybody: Caller = { key: '' as VirtualKeyId }
/** The candidate that stands for all that a provider offers. */
const wholeProvider = (id: ProviderId): DeploymentId => `${id}/*` as DeploymentId

/** What is known right now outlives the process, of the deployments that there still are, where the store does. */
const memoryOf = (
  gateway: OwnedGateway,
  { store: { durable }, providers, deployments }: Settings,
  { clock, store, alarm }: Pick<Machine, 'clock' | 'store'> & Pick<Standalone, 'alarm'>,
) => {
  if (durable.kind === 'memory') return undefined
  const { live } = gateway
  const restore = (saved: unknown, now: Instant): void => {
    const found = gateway.targets(everybody).flatMap(target => target.deployments)
    const whole = providers.map(({ id }) => wholeProvider(id))
    live.restore(saved, now, new Set([...whole, ...[...deployments, ...found].map(({ id }) => id)]))
  }
  return liveRecord({
    live: { events: live.events, saving: live.saving, restore },
    records: store.records,
    clock,
    alarm,
  })
}

/** Requests and conversations, as they are and signed where they ask for it. */
const networkOf = (clock: Clock) => {
  const plain = undiciTransport({ clock })
  const transport = socketTransport(plain, { clock })
  const close = async (): Promise<void> => {
    transport.close()
    await plain.close()
  }
  return { transport, signing: signingTransport(transport, { clock }), close }
}

/** Opens a house with these settings, or tells what stands against it. */
export const openStandalone = async (
  settings: Settings,
  { env = process.env }: { readonly env?: Environment } = {},
): Promise<Checked<Standalone>> => {
  const clock = systemClock()
  const opened = await openStore(settings.store, clock)
  if (!opened.ok) return opened
  const { store, meters } = opened.value
  const secrets = cloudSecrets(processSecrets(env, clock), { clock })
  const { transport, signing, close: hangUp } = networkOf(clock)
  const ears = earsOf(settings.telemetry, { store, clock, env, transport })
  const close = async (): Promise<void> => {
    for (const listener of ears.listeners) await listener.close()
    await hangUp()
    await meters.close()
    await store.close()
  }
  const prices: PriceList = (served, at) => knownModel(served, at).price
  const platform = {
    store,
    clock,
    transport: signing,
    secrets,
    telemetry: ears.hear,
    ids: processIds(),
    meters,
    prices,
  }
  const made = createGateway(settings, platform)
  if (!made.ok) {
    await close()
    return made
  }
  const gateway = made.value
  ears.prometheus.watchInFlight(() => gateway.inFlight())
  const found = await withFoundModels(gateway, settings, { clock, transport, secrets, tell: ears.tell })
  if (found.fault !== undefined) {
    await close()
    return found.fault
  }
  const memory = memoryOf(gateway, settings, { clock, store, alarm: (...told) => ears.alarm(...told) })
  await memory?.open()
  const tend = tending(gateway, secrets, ears.tell)
  tend(settings)
  return {
    ok: true,
    value: {
      gateway,
      clock,
      store,
      meters,
      keys: of => readKeys(of ?? found.settings(), secrets),
      metrics: () => ears.prometheus.text(),
      alarm: (message, error) => ears.alarm(message, error),
      flush: () => ears.flush(),
      reload: next => {
        const done = found.reload(next)
        if (done.ok) tend(next)
        return done
      },
      close: async () => {
        found.close()
        gateway.close()
        await memory?.close()
        await close()
      },
    },
  }
}

/** Opens the house of a configuration file, or tells everything that is wrong with the file. */
export const openFile = async (
  path: string,
  { env = process.env }: { readonly env?: Environment } = {},
): Promise<Checked<Standalone>> => {
  if (!existsSync(path)) return { ok: false, why: `there is no configuration at ${path}` }
  const loaded = await readConfigFile(path, { env, providerTypes: knownProviderTypes, besideState: true })
  if (loaded.ok) return openStandalone(loaded.settings, { env })
  return { ok: false, why: loaded.findings.map(findingText).join('\n') }
}

/** All decisions of a gateway's journal or of a file of JSON lines, of one pool if one is named. */
export const decisionsIn = (path: string, pool?: string): ReturnType<typeof recordedDecisions> =>
  recordedDecisions(path, systemClock(), pool)

/** Every provider type that a configuration may name. */
export const providerTypes = knownProviderTypes
