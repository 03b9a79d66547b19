/** The gateway on a real machine: its clock, network, secrets, store and telemetry. */
import { existsSync } from 'node:fs'
import { auditLog } from './admin/audit.ts'
import { readConfigFile } from './config/config-file.ts'
import { withDiscovered } from './config/discovered.ts'
import { findingText } from './config/finding.ts'
import type { Settings, StoreConfig } from './config/settings.ts'
import type { Caller } from './domain/caller.ts'
import type { CredentialId, DeploymentId, ProviderId, VirtualKeyId } from './domain/ids.ts'
import type { Checked, Instant } from './domain/units.ts'
import { knownModel } from './config/catalog.ts'
import { createGateway, knownProviderTypes, modelListsOf } from './gateway.ts'
import type { OwnedGateway } from './gateway.ts'
import { cloudSecrets, refusals, warmUp } from './platform/cloud-secrets.ts'
import type { CloudSecrets } from './platform/cloud-secrets.ts'
import { earsOf } from './platform/ears.ts'
import type { Ears } from './platform/ears.ts'
import { openKeeping, storeOf } from './platform/keeping.ts'
import type { Keeping } from './platform/keeping.ts'
import { networkOf } from './platform/network.ts'
import { discoverModels } from './platform/discover-models.ts'
import type { KnownModels } from './platform/discover-models.ts'
import { liveRecord } from './platform/live-record.ts'
import { processIds, processSecrets, systemClock } from './platform/process.ts'
import { recordedDecisions } from './platform/recorded-decisions.ts'
import type { Meters } from './ports/meters.ts'
import type { PartHealth } from './ports/part-health.ts'
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
  /** How the parts are that can fail by themselves. */
  health(): readonly PartHealth[]
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

const openStore = async (config: StoreConfig, clock: Clock): Promise<Checked<Keeping>> => {
  try {
    return { ok: true, value: await openKeeping(config, clock) }
  } catch (error) {
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

/** What models cost that the settings do not price. */
const prices: PriceList = (served, at) => knownModel(served, at).price

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
  const { webhooks, telemetry } = settings
  const ears = earsOf({ ...telemetry, webhooks }, { store, clock, env, transport, audit: auditLog(store).append })
  const close = async (): Promise<void> => {
    for (const listener of ears.listeners) await listener.close()
    await hangUp()
    await meters.close()
    await store.close()
  }
  const machine = { store, clock, transport: signing, secrets, meters, prices }
  const platform = { ...machine, telemetry: ears.hear, ids: processIds() }
  const made = createGateway(settings, platform)
  if (!made.ok) {
    await close()
    return made
  }
  const gateway = made.value
  ears.prometheus.watchInFlight(() => gateway.inFlight())
  const parts = [() => store.health(), () => meters.health()]
  for (const health of parts) ears.prometheus.watchPart(health().part, health)
  const found = await withFoundModels(gateway, settings, { clock, transport, secrets, tell: ears.tell })
  if (found.fault !== undefined) {
    await close()
    return found.fault
  }
  const { alarm, flush } = ears
  const memory = memoryOf(gateway, settings, { clock, store, alarm })
  await memory?.open()
  const tend = tending(gateway, secrets, ears.tell)
  tend(settings)
  const known = { gateway, clock, store, meters, alarm, flush }
  return {
    ok: true,
    value: {
      ...known,
      keys: of => readKeys(of ?? found.settings(), secrets),
      health: () => parts.map(health => health()),
      metrics: () => ears.prometheus.text(),
      reload: next => {
        const done = found.reload(next)
        if (done.ok) tend(next)
        return done
      },
      close: async () => {
        for (const one of [found, gateway]) one.close()
        await memory?.close()
        await close()
      },
    },
  }
}

/** Opens the store of these settings alone, for whoever only reads what is kept. */
export const openStoreOf = async (settings: Settings): Promise<Checked<Store>> => {
  try {
    return { ok: true, value: await storeOf(settings.store, systemClock()) }
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error), at: 'store' }
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
