/** What is told of the house itself: who asks, pools, providers, health. */
import * as z from 'zod'
import type { Deployment, Pool } from '../domain/deployment.ts'
import { isAllowed } from '../domain/caller.ts'
import type { AllowList, Duty } from '../domain/caller.ts'
import { isHouseWide } from './duty.ts'
import type { AdminHouse, DeploymentHealth } from './house.ts'
import { members, page } from './input.ts'
import { operation } from './operation.ts'
import type { Operation } from './operation.ts'
import { listOf } from './pages.ts'
import { demandHouseWide } from './places.ts'
import { find, missing } from './tenancy-records.ts'

const me = operation({
  name: 'me.get',
  summary: 'Who you are here, and what you may do.',
  least: 'viewer',
  changes: false,
  answer: z.object({
    key: z.string().optional(),
    user: z.string().optional(),
    duty: z.object({ role: z.string(), organisation: z.string().optional(), team: z.string().optional() }),
    csrf: z
      .string()
      .optional()
      .meta({ description: 'To be sent as x-signalbox-csrf with every change, where you signed in.' }),
  }),
  run: ({ actor: { key, user, duty } }) =>
    Promise.resolve({ value: { ...(key !== undefined && { key }), ...(user !== undefined && { user }), duty } }),
})

const health = operation({
  name: 'health.get',
  summary: 'Every part that can fail by itself, and what does not hold meanwhile.',
  least: 'viewer',
  changes: false,
  answer: z.object({ state: z.enum(['ok', 'degraded', 'down']), parts: z.array(z.unknown()) }),
  run: ({ house, actor }) => {
    demandHouseWide(actor.duty)
    const parts = house.running.parts().map(({ since, ...part }) => ({ ...part, since: new Date(since).toISOString() }))
    const has = (state: string): boolean => parts.some(part => part.state === state)
    const worst = has('down') ? 'down' : has('degraded') ? 'degraded' : 'ok'
    return Promise.resolve({ value: { state: worst, parts } })
  },
})

/** The lists that hold for everybody within a duty. */
const listsOver = async (house: AdminHouse, { organisation, team }: Duty): Promise<readonly AllowList[]> => {
  const itsTeam = team === undefined ? undefined : (await find(house, 'team', team))?.value
  const above = organisation ?? itsTeam?.organisation
  const itsOrganisation = above === undefined ? undefined : (await find(house, 'organisation', above))?.value
  return [itsTeam?.allow, itsOrganisation?.allow].filter(list => list !== undefined)
}

const poolView = (pool: Pool, live: ReadonlyMap<string, DeploymentHealth>) => ({
  ...pool,
  live: pool.candidates.flatMap(candidate => live.get(candidate) ?? []),
})

const liveById = (house: AdminHouse): ReadonlyMap<string, DeploymentHealth> =>
  new Map(house.running.deployments().map(one => [one.id, one]))

/** A pool is seen by whoever's people may use it; who serves it, and how well, by those of the whole house. */
const poolsFor = async (house: AdminHouse, duty: Duty) => {
  const lists = await listsOver(house, duty)
  const live = liveById(house)
  const seen = house.settings().pools.filter(({ id }) => lists.every(list => isAllowed(list.pools, id)))
  return seen.map(pool => ({
    id: String(pool.id),
    value: isHouseWide(duty) ? poolView(pool, live) : { id: pool.id },
  }))
}

async function* inOrder<T extends { readonly id: string }>(list: readonly T[], after = ''): AsyncGenerator<T> {
  for (const one of [...list].sort((left, right) => (left.id < right.id ? -1 : 1))) if (one.id > after) yield one
}

const poolAnswer = z.object({ id: z.string(), live: z.array(z.unknown()).optional() }).loose()
const providerAnswer = z.object({ id: z.string(), type: z.string(), deployments: z.array(z.unknown()) }).loose()

const pools: readonly Operation[] = [
  operation({
    name: 'pool.list',
    summary: 'The pools, with how each of their candidates fares right now.',
    least: 'viewer',
    changes: false,
    query: members(page),
    answer: poolAnswer,
    run: async ({ house, actor, query }) =>
      listOf(inOrder(await poolsFor(house, actor.duty), query.after), query.limit, {
        isSeen: () => true,
        view: ({ value }) => value,
      }),
  }),
  operation({
    name: 'pool.get',
    summary: 'One pool.',
    least: 'viewer',
    changes: false,
    answer: poolAnswer,
    run: async ({ house, actor, id }) => {
      const found = (await poolsFor(house, actor.duty)).find(one => one.id === id)
      if (found === undefined) throw missing('pool', id)
      return { value: found.value }
    },
  }),
]

const deploymentView = ({ id, model, tags }: Deployment, live: ReadonlyMap<string, DeploymentHealth>) => ({
  id,
  model,
  tags,
  live: live.get(id),
})

/** Never its credentials or headers, nor where their references point. */
const providersOf = (house: AdminHouse) => {
  const live = liveById(house)
  const { providers, deployments } = house.settings()
  return providers.map(({ id, type, url, credentials }) => ({
    id: String(id),
    type,
    ...(url !== undefined && { url }),
    credentials: credentials.length,
    deployments: deployments.filter(one => one.provider === id).map(one => deploymentView(one, live)),
  }))
}

const providers: readonly Operation[] = [
  operation({
    name: 'provider.list',
    summary: 'The providers, with how each of their deployments fares right now; never their credentials.',
    least: 'viewer',
    changes: false,
    query: members(page),
    answer: providerAnswer,
    run: ({ house, actor, query }) => {
      demandHouseWide(actor.duty)
      return listOf(inOrder(providersOf(house), query.after), query.limit, { isSeen: () => true, view: one => one })
    },
  }),
  operation({
    name: 'provider.get',
    summary: 'One provider.',
    least: 'viewer',
    changes: false,
    answer: providerAnswer,
    run: ({ house, actor, id }) => {
      demandHouseWide(actor.duty)
      const found = providersOf(house).find(one => one.id === id)
      if (found === undefined) throw missing('provider', id)
      return Promise.resolve({ value: found })
    },
  }),
]

/** What can be read of the house itself. */
export const houseViews: readonly Operation[] = [me, health, ...pools, ...providers]
