/** Settings that are well formed but make no sense: what can never take effect, what contradicts itself, what nobody uses. */
import { isAllowed } from '../domain/caller.ts'
import type { AllowList } from '../domain/caller.ts'
import type { Deployment, Pool } from '../domain/deployment.ts'
import { branchesOf } from '../domain/policy.ts'
import type { Policy, PolicyStep } from '../domain/policy.ts'
import { checkPolicy } from '../routing/check-policy.ts'
import { strategyNamed } from '../routing/registry.ts'
import { synonymNamed } from '../routing/synonyms.ts'
import { listed } from '../routing/wording.ts'
import { includedIn, judgeDoubts } from './check-judges.ts'
import { builtInPolicy } from './defaults.ts'
import { errorAt, warningAt } from './finding.ts'
import type { Doubt, Path } from './finding.ts'
import { soleReference, variable } from './references.ts'
import type { Environment } from './references.ts'
import type { Settings } from './settings.ts'

const candidatesOf = (settings: Settings, pool: Pool): readonly Deployment[] =>
  pool.candidates.flatMap(id => settings.deployments.find(one => one.id === id) ?? [])

const reserveOf = (settings: Settings, { fallback = [] }: Policy): readonly Deployment[] =>
  settings.deployments.filter(({ id }) => fallback.includes(id))

/** `steps[2].then[0]` as a path. */
const stepPath = (at: string): Path =>
  [...at.matchAll(/\[(\d+)\]|([\w-]+)/g)].map(([, index, name]) => (index === undefined ? (name ?? '') : Number(index)))

interface Seen {
  readonly doubt: Doubt
  readonly pools: string[]
}

/** What is wrong with a policy in front of a pool; the same about several pools is told once. */
const policyDoubts = (settings: Settings): readonly Doubt[] => {
  const seen = new Map<string, Seen>()
  for (const pool of settings.pools) {
    const policy = settings.policies.find(one => one.name === pool.policy)
    if (policy === undefined) continue
    const isBuiltIn = policy === builtInPolicy
    for (const { severity, at, says } of checkPolicy(
      policy,
      candidatesOf(settings, pool),
      reserveOf(settings, policy),
    )) {
      // Nobody wrote the built-in policy, so only what it does to the pool is of interest: that it spreads unlike candidates.
      if (isBuiltIn && !says.startsWith('weighted ')) continue
      const path = isBuiltIn ? ['pools', pool.id] : ['policies', policy.name, ...stepPath(at)]
      const key = JSON.stringify([severity, path, says])
      const before = seen.get(key)
      if (before === undefined) seen.set(key, { doubt: { severity, path, message: says }, pools: [pool.id] })
      else before.pools.push(pool.id)
    }
  }
  return [...seen.values()].map(({ doubt, pools }) => {
    const which = `${pools.length === 1 ? 'pool' : 'pools'} ${listed(pools)}`
    return { ...doubt, message: `${doubt.message} (in front of ${which})` }
  })
}

const stepsIn = (steps: readonly PolicyStep[]): readonly Extract<PolicyStep, { use: string }>[] =>
  steps.flatMap(step => ('use' in step ? [step] : branchesOf(step).flatMap(stepsIn)))

const uses = (policy: Policy, name: string): boolean => stepsIn(policy.steps).some(step => step.use === name)
const excludesUnknown = (policy: Policy): boolean =>
  stepsIn(policy.steps).some(step => step.use === 'quality-floor' && step.with?.['unknown'] !== 'keep')

/** What the policy makes of a candidate whose price nobody told. */
const priceless = (policy: Policy, rivals: number): string | undefined => {
  const ceiling = stepsIn(policy.steps).some(step => step.use === 'cost-ceiling' && step.with?.['unknown'] !== 'keep')
  if (ceiling) return 'cost-ceiling leaves it out'
  return uses(policy, 'cheap') && rivals > 1 ? 'cheap puts it last' : undefined
}

const isScored = ({ quality }: Deployment, task: string | undefined): boolean =>
  task === undefined ? Object.keys(quality).length > 0 : Object.hasOwn(quality, task) || Object.hasOwn(quality, '*')

/** Deployments that a policy cannot judge, because nobody told their price or quality. */
const blindSpots = (settings: Settings): readonly Doubt[] => {
  const doubts = new Map<string, Doubt>()
  for (const pool of settings.pools) {
    const policy = settings.policies.find(one => one.name === pool.policy)
    const candidates = candidatesOf(settings, pool)
    if (policy === undefined) continue
    const scored = candidates.filter(one => isScored(one, pool.task))
    for (const one of candidates) {
      const path = ['deployments', one.id]
      const rule = `policy ${policy.name} of pool ${pool.id}`
      // Where nobody has a score, or there is nobody else, the policy's own check tells more.
      if (excludesUnknown(policy) && scored.length > 0 && !scored.includes(one)) {
        const says = `has no configured quality${pool.task === undefined ? '' : ` for ${pool.task}`}: until it is learned, quality-floor in ${rule} leaves it out`
        doubts.set(`${one.id} quality`, warningAt(path, says))
      }
      const effect = one.price === undefined ? priceless(policy, candidates.length) : undefined
      if (effect !== undefined) {
        const [step = '', ...does] = effect.split(' ')
        const says = `has no known price, so that ${step} in ${rule} ${does.join(' ')}; give it a price`
        doubts.set(`${one.id} ${step}`, warningAt(path, says))
      }
    }
  }
  return [...doubts.values()]
}

const targetsOf = (settings: Settings): readonly string[] => Object.values(settings.aliases)

/** What is written down and has no effect. */
const unused = (settings: Settings): readonly Doubt[] => {
  const { providers, deployments, pools, policies, keys, defaultPolicy } = settings
  const named = new Set([
    ...pools.map(one => one.policy),
    ...keys.flatMap(one => one.caller.allow?.policies ?? []),
    defaultPolicy,
    ...includedIn(policies),
  ])
  const aliased = new Set(targetsOf(settings))
  const isReached = (one: Deployment): boolean =>
    pools.some(pool => pool.candidates.includes(one.id)) ||
    policies.some(({ fallback }) => fallback?.includes(one.id) === true) ||
    [one.id, one.model, `${one.provider}/${one.model}`].some(name => aliased.has(name))
  return [
    ...providers
      .filter(one => one.discover !== true && deployments.every(deployment => deployment.provider !== one.id))
      .map(one => warningAt(['providers', one.id], 'no deployment uses this provider')),
    ...(pools.length === 0 ? [] : deployments)
      .filter(one => !isReached(one))
      .map(one => {
        const says = `is in no pool: only those who ask for ${one.provider}/${one.model} by name are served by it`
        return warningAt(['deployments', one.id], says)
      }),
    ...policies
      .filter(one => one !== builtInPolicy && !named.has(one.name))
      .map(one => {
        const says =
          'no pool names this policy: only requests that ask for it by x-signalbox-policy are served under it'
        const isWord = strategyNamed(one.name) !== undefined || synonymNamed(one.name) !== undefined
        const also = isWord ? `; as a step, ${one.name} means what it is in the reference, never this policy` : ''
        return warningAt(['policies', one.name], `${says}${also}`)
      }),
  ]
}

const mayServe = (allow: AllowList, { provider, model }: Deployment): boolean =>
  isAllowed(allow.providers, provider) &&
  (isAllowed(allow.models, model) || isAllowed(allow.models, `${provider}/${model}`))

/** Keys that may use a pool, but none of its candidates. */
const emptyPools = (settings: Settings): readonly Doubt[] =>
  settings.keys.flatMap(({ id, caller: { allow } }) => {
    if (allow === undefined) return []
    const named = settings.pools.filter(pool => allow.pools?.includes(pool.id) === true)
    return named
      .filter(pool => !candidatesOf(settings, pool).some(one => mayServe(allow, one)))
      .map(pool => {
        const place = allow.pools?.indexOf(pool.id) ?? 0
        const says = `may use pool ${pool.id}, but none of its candidates: the key's lists of providers and models leave all of them out`
        return errorAt(['keys', id, 'allow', 'pools', place], says)
      })
  })

const secretBehind = (reference: string, env: Environment): string => {
  const name = soleReference(reference)
  return (name === undefined ? undefined : variable(env, name)?.trim()) ?? reference
}

/** Keys that cannot be told apart. */
const twins = ({ keys }: Settings, env: Environment): readonly Doubt[] => {
  const owners = new Map<string, string>()
  return keys.flatMap(({ id, reference }) => {
    const secret = secretBehind(reference, env)
    const owner = owners.get(secret)
    owners.set(secret, owner ?? id)
    if (owner === undefined) return []
    return [errorAt(['keys', id, 'value'], `has the same value as the key ${owner}; every key needs its own`)]
  })
}

const isLoopback = (host: string): boolean =>
  /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?|\[?::ffff:127(?:\.\d{1,3}){3}\]?)$/i.test(host)

/** Why these settings may not be served at this address, if so. */
export const openDoorAt = (host: string, { keys }: Settings): string | undefined =>
  keys.length > 0 || isLoopback(host)
    ? undefined
    : `${host} can be reached from other machines, and there are no keys: anybody could spend your money. Add a key, or listen at 127.0.0.1`

const openDoor = (settings: Settings): readonly Doubt[] => {
  const says = openDoorAt(settings.server.host, settings)
  return says === undefined ? [] : [errorAt(['server', 'host'], says)]
}

/** Everything that is wrong or doubtful about the settings as a whole; the environment tells whether two keys are the same. */
export const checkSettings = (settings: Settings, env: Environment = {}): readonly Doubt[] => [
  ...openDoor(settings),
  ...twins(settings, env),
  ...emptyPools(settings),
  ...policyDoubts(settings),
  ...judgeDoubts(settings),
  ...blindSpots(settings),
  ...unused(settings),
]
