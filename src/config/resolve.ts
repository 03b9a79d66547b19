/** A well-formed file to Settings, and every name in it that leads nowhere. */
import type { Pool } from '../domain/deployment.ts'
import type { DeploymentId, PoolId } from '../domain/ids.ts'
import { unit } from '../domain/units.ts'
import { builtInPolicy, defaultRests, defaultServer, defaultStore, defaultTelemetry, megabytes } from './defaults.ts'
import { errorAt, warningAt } from './finding.ts'
import { leads, modelNames } from './ground.ts'
import type { Ground } from './ground.ts'
import { resolveDeployments } from './resolve-deployments.ts'
import { resolveKeys } from './resolve-keys.ts'
import { resolvePolicies } from './resolve-policies.ts'
import type { PathBelow } from './resolve-policies.ts'
import { resolveProviders } from './resolve-providers.ts'
import { resolveIssuers, resolveTenancy } from './resolve-tenancy.ts'
import type { LiveConfig, ServerConfig, Settings, StoreConfig, TelemetryConfig } from './settings.ts'

const defaultPolicyOf = (ground: Ground, policies: readonly string[]): string => {
  const given = ground.file.defaultPolicy
  if (given === undefined) return builtInPolicy.name
  return leads(ground, ['defaultPolicy'], given, { what: 'policy', names: policies }) ? given : builtInPolicy.name
}

const poolsOf = (ground: Ground, policies: readonly string[], defaultPolicy: string): readonly Pool[] =>
  Object.entries(ground.file.pools ?? {}).map(([id, entry]) => {
    const names = { what: 'deployment', names: ground.names.deployments }
    const path = ['pools', id]
    for (const [place, name] of entry.candidates.entries()) {
      if (entry.candidates.indexOf(name) < place) {
        ground.doubts.push(
          errorAt([...path, 'candidates', place], `"${name}" stands here twice; use weight for its share`),
        )
      }
    }
    const candidates = entry.candidates.filter((name, place) =>
      leads(ground, [...path, 'candidates', place], name, names),
    )
    const isKnown =
      entry.policy === undefined ||
      leads(ground, [...path, 'policy'], entry.policy, { what: 'policy', names: policies })
    return {
      id: id as PoolId,
      candidates: candidates.map(name => name as DeploymentId),
      policy: isKnown ? (entry.policy ?? defaultPolicy) : defaultPolicy,
      ...(entry.task !== undefined && { task: entry.task }),
    }
  })

const aliasesOf = (ground: Ground): Readonly<Record<string, string>> => {
  const { pools, aliases, deployments: ids } = ground.names
  const names = [...new Set([...pools, ...modelNames(ground), ...ids])]
  for (const [name, target] of Object.entries(ground.file.aliases ?? {})) {
    const path = ['aliases', name]
    if (pools.includes(name)) ground.doubts.push(errorAt(path, `the pool ${name} has the same name; names must differ`))
    if (names.includes(target)) continue
    if (aliases.includes(target)) {
      const says = `"${target}" is an alias itself; name the pool or model that it stands for`
      ground.doubts.push(errorAt(path, says))
    } else leads(ground, path, target, { what: 'pool, model or deployment', names })
  }
  return ground.file.aliases ?? {}
}

/** How large a form with files may be, where the file says so. */
const uploadsOf = (server: Ground['file']['server']): Pick<ServerConfig, 'maxUploadBytes'> =>
  server?.maxUploadMb === undefined ? {} : { maxUploadBytes: megabytes(server.maxUploadMb) }

const serverOf = ({ file: { server } }: Ground): ServerConfig => ({
  host: server?.host ?? defaultServer.host,
  port: server?.port ?? defaultServer.port,
  maxBodyBytes: server?.maxBodyMb === undefined ? defaultServer.maxBodyBytes : megabytes(server.maxBodyMb),
  ...uploadsOf(server),
  corsOrigins: server?.cors ?? defaultServer.corsOrigins,
  drain: server?.drain ?? defaultServer.drain,
})

const durableOf = (durable: string | undefined): StoreConfig['durable'] => {
  if (durable === undefined) return defaultStore.durable
  if (durable === 'memory') return { kind: 'memory' }
  if (durable.startsWith('sqlite:')) return { kind: 'sqlite', path: durable.slice('sqlite:'.length) }
  return { kind: 'postgres', url: durable }
}

const storeOf = (ground: Ground): StoreConfig => {
  const { durable, shared, onLoss } = ground.file.store ?? {}
  if (shared !== undefined && shared !== 'memory') {
    const says = 'shared is not in force yet: each process keeps its own windows, counters and health in memory'
    ground.doubts.push(warningAt(['store', 'shared'], says))
  }
  const budgets = onLoss?.budgets
  return {
    durable: durableOf(durable),
    ...(shared !== undefined && shared !== 'memory' && { shared: { kind: 'redis', url: shared } }),
    ...(budgets !== undefined && {
      onLoss: budgets === 'refuse' ? { budgets } : { budgets: 'allow', share: unit(budgets) },
    }),
  }
}

const telemetryOf = (ground: Ground): TelemetryConfig => {
  const { telemetry } = ground.file
  if (telemetry?.content === 'on') {
    const says = 'content is not in force yet: prompts and answers are never told'
    ground.doubts.push(warningAt(['telemetry', 'content'], says))
  }
  return {
    ...(telemetry?.otlp !== undefined && { otlp: telemetry.otlp }),
    headers: telemetry?.headers ?? defaultTelemetry.headers,
    compat: telemetry?.compat ?? defaultTelemetry.compat,
    log: telemetry?.log ?? defaultTelemetry.log,
    journal: telemetry?.journal !== 'off',
  }
}

type Given<T> = { readonly [Name in keyof T]?: T[Name] | undefined }

/** Only what is said. */
const present = <T extends object>(given: Given<T>): T =>
  // Of the members that T has, all of which may be left out, those that are there.
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T

/** A first rest that is longer than the longest never comes. */
const liveOf = ({ file: { live }, doubts }: Ground): Pick<Settings, 'live'> => {
  const { firstRest = defaultRests.first, longestRest = defaultRests.longest } = live?.breaker ?? {}
  if (firstRest > longestRest) {
    const says = `firstRest is ${firstRest} ms and longestRest ${longestRest} ms: the first cannot be longer`
    doubts.push(
      errorAt(['live', 'breaker', live?.breaker?.firstRest === undefined ? 'longestRest' : 'firstRest'], says),
    )
  }
  if (live === undefined) return {}
  const { breaker = {}, retries = {} } = live
  return {
    live: {
      breaker: present<NonNullable<LiveConfig['breaker']>>(breaker),
      retries: present<NonNullable<LiveConfig['retries']>>(retries),
    },
  }
}

/** The settings, as far as names lead somewhere; what does not is told in `ground.doubts`. */
export const resolve = (ground: Ground, pathBelow: PathBelow): Settings => {
  const providers = resolveProviders(ground)
  const deployments = resolveDeployments(ground, providers)
  const policies = resolvePolicies(ground, pathBelow)
  const policyNames = [...new Set([...ground.names.policies, ...policies.map(one => one.name)])]
  const defaultPolicy = defaultPolicyOf(ground, policyNames)
  const tenancy = resolveTenancy(ground, policyNames)
  return {
    providers,
    deployments,
    pools: poolsOf(ground, policyNames, defaultPolicy),
    aliases: aliasesOf(ground),
    policies,
    defaultPolicy,
    keys: resolveKeys(ground, policyNames, tenancy),
    tenancy,
    issuers: resolveIssuers(ground, policyNames),
    webhooks: (ground.file.webhooks ?? []).map(({ url, secret }) => ({ url, ...(secret !== undefined && { secret }) })),
    ...liveOf(ground),
    server: serverOf(ground),
    store: storeOf(ground),
    telemetry: telemetryOf(ground),
  }
}
