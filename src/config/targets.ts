/** What a client's `model` stands for: a pool, an alias, a provider's model, a model, a deployment. */
import type { Deployment, Pool, Price } from '../domain/deployment.ts'
import type { DeploymentId, DialectId, ModelId } from '../domain/ids.ts'
import type { Checked, Instant } from '../domain/units.ts'
import { nearest } from '../domain/nearest.ts'
import { compilePolicy } from '../routing/compile-policy.ts'
import type { CompiledPolicy } from '../routing/compile-policy.ts'
import type { FoundRoute, Route } from '../routing/route.ts'
import { passingPolicy } from './defaults.ts'
import type { PriceList } from '../ports/platform.ts'
import type { Settings } from './settings.ts'

/** One name that a client may ask for. */
export interface RouteTarget {
  readonly id: string
  readonly kind: 'pool' | 'alias' | 'model'
  readonly deployments: readonly Deployment[]
}

export interface Routes {
  /** In constant time for what is there. Without a policy, the pool's own or the default one counts. */
  find(target: string, policy?: string): FoundRoute
  /** A provider as a whole, for what names no model: a candidate without a price that takes anything. */
  provider(id: string, policy?: string): FoundRoute
  /** One deployment, whatever else has its name. */
  deployment(id: string, policy?: string): FoundRoute
  /** What a model of this provider costs: as its deployment says, else as the catalogue knows; undefined if nobody does. */
  priceOf(provider: string, model: string, now: Instant): Price | undefined
  /** Pools, aliases and models, in the order of the configuration. */
  readonly targets: readonly RouteTarget[]
  readonly policies: ReadonlyMap<string, CompiledPolicy>
}

/** What a name stands for, with one route for each policy under which it was asked for. */
interface Entry {
  readonly start: Omit<Route, 'policy'>
  readonly own: string
  readonly routes: Map<string, Route>
}

const entryOf = (start: Entry['start'], own: string): Entry => ({ start, own, routes: new Map() })

/** So many similar names are told. */
const mostSimilar = 3

const similar = (name: string, names: readonly string[]): readonly string[] => {
  const found: string[] = []
  let rest = names
  while (found.length < mostSimilar) {
    const next = nearest(name, rest)
    if (next === undefined) break
    found.push(next)
    rest = rest.filter(one => one !== next)
  }
  return found
}

const compiledOf = (settings: Settings): Checked<ReadonlyMap<string, CompiledPolicy>> => {
  const policies = new Map<string, CompiledPolicy>()
  for (const [place, policy] of settings.policies.entries()) {
    const compiled = compilePolicy(policy)
    if (!compiled.ok) return { ok: false, why: `policy ${policy.name}: ${compiled.why}`, at: `policies[${place}]` }
    policies.set(policy.name, compiled.value)
  }
  return policies.has(settings.defaultPolicy)
    ? { ok: true, value: policies }
    : { ok: false, why: `there is no policy "${settings.defaultPolicy}"`, at: 'defaultPolicy' }
}

const add = <Value>(to: Map<string, Value[]>, name: string, value: Value): void => {
  const list = to.get(name)
  if (list === undefined) to.set(name, [value])
  else list.push(value)
}

interface Served {
  readonly byModel: Map<string, Deployment[]>
  readonly byProvider: Map<string, Deployment[]>
}
const served = (deployments: readonly Deployment[]): Served => {
  const found: Served = { byModel: new Map(), byProvider: new Map() }
  for (const one of deployments) {
    add(found.byModel, one.model, one)
    add(found.byProvider, `${one.provider}/${one.model}`, one)
  }
  return found
}

const poolEntry = (pool: Pool, byId: ReadonlyMap<string, Deployment>): Checked<Entry> => {
  const candidates: Deployment[] = []
  for (const id of pool.candidates) {
    const one = byId.get(id)
    if (one === undefined) return { ok: false, why: `there is no deployment "${id}"`, at: `pools.${pool.id}` }
    candidates.push(one)
  }
  const start = { pool: pool.id, candidates, ...(pool.task !== undefined && { task: pool.task }) }
  return { ok: true, value: entryOf(start, pool.policy) }
}

/** Deployments, models, `provider/model`: where names are the same, the later one here counts. */
const modelEntries = (settings: Settings, { byModel, byProvider }: Served): Map<string, Entry> => {
  const own = settings.defaultPolicy
  const entries = new Map<string, Entry>()
  for (const one of settings.deployments) entries.set(one.id, entryOf({ candidates: [one] }, own))
  for (const [name, candidates] of byModel) entries.set(name, entryOf({ candidates }, own))
  for (const [name, candidates] of byProvider) {
    const lock = candidates[0]?.provider
    entries.set(name, entryOf({ candidates, ...(lock !== undefined && { lock }) }, own))
  }
  return entries
}

const withPools = (
  settings: Settings,
  entries: Map<string, Entry>,
  policies: ReadonlyMap<string, CompiledPolicy>,
): Checked<Map<string, Entry>> => {
  const byId = new Map(settings.deployments.map(one => [String(one.id), one]))
  for (const pool of settings.pools) {
    const entry = poolEntry(pool, byId)
    if (!entry.ok) return entry
    if (!policies.has(pool.policy))
      return { ok: false, why: `there is no policy "${pool.policy}"`, at: `pools.${pool.id}` }
    entries.set(pool.id, entry.value)
  }
  return { ok: true, value: entries }
}

const withAliases = (settings: Settings, entries: Map<string, Entry>): Checked<Map<string, Entry>> => {
  const aliased = new Map<string, Entry>()
  for (const [name, target] of Object.entries(settings.aliases)) {
    const entry = entries.get(target)
    if (entry === undefined)
      return { ok: false, why: `the alias "${name}" leads to "${target}", which is not there`, at: `aliases.${name}` }
    aliased.set(name, entry)
  }
  const pools = new Set(settings.pools.map(one => String(one.id)))
  // An alias stands before models of its name, so that clients can be led elsewhere; a pool stands before both.
  for (const [name, entry] of aliased) if (!pools.has(name)) entries.set(name, entry)
  return { ok: true, value: entries }
}

const targetsOf = (
  settings: Settings,
  entries: ReadonlyMap<string, Entry>,
  models: Iterable<string>,
): readonly RouteTarget[] => {
  const pools = settings.pools.map(one => String(one.id))
  const aliases = Object.keys(settings.aliases).filter(name => !pools.includes(name))
  const taken = new Set([...pools, ...aliases])
  const listedAs = (kind: RouteTarget['kind'], ids: readonly string[]): readonly RouteTarget[] =>
    ids.map(id => ({ id, kind, deployments: entries.get(id)?.start.candidates ?? [] }))
  return [
    ...listedAs('pool', pools),
    ...listedAs('alias', aliases),
    ...listedAs(
      'model',
      [...models].filter(name => !taken.has(name)),
    ),
  ]
}

/** One candidate for each provider that stands for all that it offers, for its circuit and its limits to be known by. */
const providerEntries = (settings: Settings): ReadonlyMap<string, Entry> =>
  new Map(
    settings.providers.map(({ id }) => {
      const whole: Deployment = {
        id: `${id}/*` as DeploymentId,
        provider: id,
        model: '*' as ModelId,
        dialect: 'passthrough' as DialectId,
        accepts: [],
        weight: 1,
        priority: 1,
        limits: {},
        tags: {},
        quality: {},
      }
      return [String(id), entryOf({ candidates: [whole], lock: id }, passingPolicy.name)]
    }),
  )

const deploymentEntries = (settings: Settings): ReadonlyMap<string, Entry> =>
  new Map(
    settings.deployments.map(one => [
      String(one.id),
      entryOf({ candidates: [one], lock: one.provider }, passingPolicy.name),
    ]),
  )

/** So many prices are remembered; models that are not deployments are named by answers, so by anyone. */
const mostPrices = 1_000

const pricesOf = (settings: Settings, { byProvider }: Served, list: PriceList): Routes['priceOf'] => {
  const providers = new Map(settings.providers.map(one => [String(one.id), one]))
  const known = new Map<string, Price | undefined>()
  return (provider, model, now) => {
    const name = `${provider}/${model}`
    const [deployment] = byProvider.get(name) ?? []
    if (deployment !== undefined) return deployment.price
    const served = providers.get(provider)
    if (known.has(name) || served === undefined) return known.get(name)
    if (known.size >= mostPrices) known.clear()
    const { type, url } = served
    const price = list({ type, model, ...(url !== undefined && { url }) }, now)
    known.set(name, price)
    return price
  }
}

/** Whom the policy asks after the first who is no candidate anyway. */
const reserveOf = (
  { policy: { fallback = [] } }: CompiledPolicy,
  candidates: readonly Deployment[],
  settings: Settings,
): readonly Deployment[] => {
  const there = new Set(candidates.map(({ id }) => id))
  return fallback.flatMap(id => (there.has(id) ? [] : settings.deployments.filter(one => one.id === id)))
}

const finder = (
  entries: ReadonlyMap<string, Entry>,
  policies: ReadonlyMap<string, CompiledPolicy>,
  settings: Settings,
): Routes['find'] => {
  const names = [...entries.keys()]
  const policyNames = [...policies.keys()]
  const missing = (kind: 'target' | 'policy', name: string, known: readonly string[]): FoundRoute => ({
    ok: false,
    kind,
    nearest: similar(name, known),
    names: known,
  })
  return (target, policy) => {
    const entry = entries.get(target)
    if (entry === undefined) return missing('target', target, names)
    const wanted = policy ?? entry.own
    const before = entry.routes.get(wanted)
    if (before !== undefined) return { ok: true, route: before }
    const compiled = policies.get(wanted)
    if (compiled === undefined) return missing('policy', wanted, policyNames)
    const reserve = reserveOf(compiled, entry.start.candidates, settings)
    const { candidates } = entry.start
    const behind = reserve.length > 0 && { reserve, everyone: [...candidates, ...reserve] }
    const route: Route = { ...entry.start, policy: compiled, ...behind }
    entry.routes.set(wanted, route)
    return { ok: true, route }
  }
}

/** All routes of these settings, or which name in them leads nowhere. */
export const routesOf = (settings: Settings, prices: PriceList = () => undefined): Checked<Routes> => {
  const policies = compiledOf(settings)
  if (!policies.ok) return policies
  const passing = compilePolicy(passingPolicy)
  if (!passing.ok) return passing
  const found = served(settings.deployments)
  const pooled = withPools(settings, modelEntries(settings, found), policies.value)
  if (!pooled.ok) return pooled
  const entries = withAliases(settings, pooled.value)
  if (!entries.ok) return entries
  // What is already known who does it is not routed: a policy has nothing to choose from.
  const direct = new Map([[passingPolicy.name, passing.value], ...policies.value])
  return {
    ok: true,
    value: {
      find: finder(entries.value, policies.value, settings),
      provider: finder(providerEntries(settings), direct, settings),
      deployment: finder(deploymentEntries(settings), direct, settings),
      priceOf: pricesOf(settings, found, prices),
      targets: targetsOf(settings, entries.value, found.byModel.keys()),
      policies: policies.value,
    },
  }
}
