/** Policies: versions that never change, one of which is in force; what a change would do, before it does it. */
import * as z from 'zod'
import type { DecisionTrace } from '../domain/decision.ts'
import type { Policy } from '../domain/policy.ts'
import { checked } from './check-input.ts'
import { expectVersion, makeChange } from './change.ts'
import { differencesOf } from './differences.ts'
import type { AdminHouse } from './house.ts'
import { id, line, members, page } from './input.ts'
import { operation, whoOf } from './operation.ts'
import type { Operation, Work } from './operation.ts'
import { listOf } from './pages.ts'
import { demandHouseWide } from './places.ts'
import { policyOf } from './read-policy.ts'
import { AdminRefusal } from './refusal.ts'
import { eachHead, headKey, versionKey, versionPrefix } from './stored-policies.ts'
import type { PolicyHead, PolicyVersion } from './stored-policies.ts'
import { missing } from './tenancy-records.ts'

const mostEarlier = 100

const source = z
  .record(z.string().max(128), z.unknown(), {
    error: 'a policy as in the configuration, such as { steps: [...] }, would be right',
  })
  .meta({ description: 'A policy as the configuration has it: steps, execution, patience, …' })
const versionNumber = z.number().int().min(1)

/** What is told of a policy. */
const headAnswer = z.object({
  id: z.string(),
  origin: z.enum(['file', 'api']),
  latest: z.number().optional(),
  published: z.number().optional(),
  earlier: z.array(z.number()).optional(),
  policy: z.unknown().optional(),
})
const versionAnswer = z.object({
  version: z.number(),
  policy: z.unknown(),
  source: z.unknown(),
  note: z.string().optional(),
  by: z.string(),
  at: z.string(),
})

const inFile = (house: AdminHouse, name: string): Policy | undefined =>
  house.settings().policies.find(one => one.name === name)

const headOf = async (house: AdminHouse, name: string) => house.store.records.get<PolicyHead>(headKey(name))

const versionOf = async (house: AdminHouse, name: string, version: number): Promise<PolicyVersion> => {
  const found = await house.store.records.get<PolicyVersion>(versionKey(name, version))
  if (found === undefined) throw new AdminRefusal('not-found', `the policy "${name}" has no version ${version}`)
  return found.value
}

const demandOwn = (house: AdminHouse, name: string): void => {
  if (inFile(house, name) === undefined) return
  const why = `the policy "${name}" stands in the configuration, as policies.${name}; change it there, or give this one another name`
  throw new AdminRefusal('read-only', why)
}

const view = (head: PolicyHead) => {
  const { name, ...told } = head
  return { id: name, origin: 'api', ...told }
}

const list = operation({
  name: 'policy.list',
  summary: 'Every policy: those of the configuration, then those that were made here, by name.',
  least: 'viewer',
  changes: false,
  query: members(page),
  answer: headAnswer,
  run: ({ house, actor, query }) => {
    demandHouseWide(actor.duty)
    async function* all() {
      const own = house
        .settings()
        .policies.map(policy => ({ id: policy.name, value: { id: policy.name, origin: 'file', policy } }))
      const stored: { readonly id: string; readonly value: unknown }[] = []
      for await (const one of eachHead(house.store.records)) {
        if (inFile(house, one.id) === undefined) stored.push({ id: one.id, value: view(one.value) })
      }
      const sorted = [...own, ...stored].sort((left, right) => (left.id < right.id ? -1 : 1))
      for (const one of sorted) if (one.id > (query.after ?? '')) yield one
    }
    return listOf(all(), query.limit, { isSeen: () => true, view: ({ value }) => value })
  },
})

const get = operation({
  name: 'policy.get',
  summary: 'One policy as it is in force.',
  least: 'viewer',
  changes: false,
  answer: headAnswer,
  run: async ({ house, actor, id: name }) => {
    demandHouseWide(actor.duty)
    const own = inFile(house, name)
    if (own !== undefined) return { value: { id: name, origin: 'file', policy: own } }
    const found = await headOf(house, name)
    if (found === undefined) throw missing('policy', name)
    return { value: view(found.value), version: found.version }
  },
})

const versions = operation({
  name: 'policy.versions',
  summary: 'The versions of a policy, the oldest first.',
  least: 'viewer',
  changes: false,
  query: members(page),
  answer: versionAnswer,
  run: async ({ house, actor, id: name, query }) => {
    demandHouseWide(actor.duty)
    if ((await headOf(house, name)) === undefined) throw missing('policy', name)
    const prefix = versionPrefix(name)
    const after = query.after === undefined ? {} : { after: `${prefix}${query.after}` }
    const found = await house.store.records.list<PolicyVersion>(prefix, { ...after, limit: query.limit })
    const next = found.length < query.limit ? undefined : found.at(-1)?.key.slice(prefix.length)
    return { value: { data: found.map(({ value }) => value), ...(next !== undefined && { next }) } }
  },
})

const draft = operation({
  name: 'policy.draft',
  summary: 'Add a version to a policy, the first makes it. It is not in force before it is published.',
  least: 'editor',
  changes: true,
  body: members({ policy: source, note: line(500).optional() }),
  answer: versionAnswer,
  run: async work => {
    const { house, actor, body } = work
    demandHouseWide(actor.duty)
    const name = checked(id, work.id)
    demandOwn(house, name)
    const policy = policyOf(house, name, body.policy)
    const found = await makeChange(work, async () => {
      const head = await headOf(house, name)
      expectVersion(work, head?.version ?? 0)
      const version = (head?.value.latest ?? 0) + 1
      const { key, user } = whoOf(actor)
      const made: PolicyVersion = {
        version,
        policy,
        source: body.policy,
        ...(body.note !== undefined && { note: body.note }),
        by: user ?? key ?? '',
        at: new Date(house.clock.now()).toISOString(),
      }
      const next: PolicyHead = { name, earlier: [], ...head?.value, latest: version }
      const writes = [
        { key: headKey(name), value: next, expected: head?.version ?? 0 },
        { key: versionKey(name, version), value: made, expected: 0 },
      ]
      return { made, change: { action: 'policy.draft', object: `policy:${name}`, writes, after: made } }
    })
    return { made: true, value: found.made }
  },
})

type Naming = Pick<Work<unknown, unknown>, 'house' | 'actor' | 'id' | 'expected' | 'request'>

/** Puts a version in force; `choose` says which, and which were before. */
const enforce = async (
  work: Naming,
  action: string,
  choose: (head: PolicyHead) => { readonly published: number; readonly earlier: readonly number[] },
) => {
  const { house, actor, id: name } = work
  demandHouseWide(actor.duty)
  demandOwn(house, name)
  const { after } = await makeChange(work, async () => {
    const head = await headOf(house, name)
    if (head === undefined) throw missing('policy', name)
    expectVersion(work, head.version)
    const chosen = choose(head.value)
    const { source: written } = await versionOf(house, name, chosen.published)
    // Read anew: deployments may have gone since it was written.
    const policy = policyOf(house, name, checked(source, written))
    const next: PolicyHead = { ...head.value, ...chosen, policy }
    const writes = [{ key: headKey(name), value: next, expected: head.version }]
    return {
      after: next,
      change: { action, object: `policy:${name}`, writes, before: view(head.value), after: view(next) },
    }
  })
  const version = (await headOf(house, name))?.version
  return { value: view(after), ...(version !== undefined && { version }) }
}

const publish = operation({
  name: 'policy.publish',
  summary: 'Put a version in force, for requests from now on.',
  least: 'editor',
  changes: true,
  body: members({ version: versionNumber }),
  answer: headAnswer,
  run: work =>
    enforce(work, 'policy.publish', ({ published, earlier }) => {
      const { version } = work.body
      const before = published === undefined || published === version ? earlier : [...earlier, published]
      return { published: version, earlier: before.slice(-mostEarlier) }
    }),
})

const rollback = operation({
  name: 'policy.rollback',
  summary: 'Put the version in force again that was before.',
  least: 'editor',
  changes: true,
  answer: headAnswer,
  run: work =>
    enforce(work, 'policy.rollback', ({ name, earlier }) => {
      const last = earlier.at(-1)
      if (last === undefined) throw new AdminRefusal('conflict', `of the policy "${name}" nothing was in force before`)
      return { published: last, earlier: earlier.slice(0, -1) }
    }),
})

const diff = operation({
  name: 'policy.diff',
  summary: 'Where two versions of a policy differ, member by member.',
  least: 'viewer',
  changes: false,
  query: members({ from: z.coerce.number().int().min(1), to: z.coerce.number().int().min(1) }),
  answer: z.object({
    from: z.number(),
    to: z.number(),
    differences: z.array(z.object({ path: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })),
  }),
  run: async ({ house, actor, id: name, query: { from, to } }) => {
    demandHouseWide(actor.duty)
    const [before, after] = [await versionOf(house, name, from), await versionOf(house, name, to)]
    return { value: { from, to, differences: differencesOf(before.source, after.source) } }
  },
})

const dryRun = operation({
  name: 'policy.dry-run',
  summary:
    'What a version, or a policy that is not stored at all, would have decided with the facts of the last decisions.',
  least: 'viewer',
  changes: false,
  body: members({
    version: versionNumber.optional(),
    policy: source.optional(),
    last: z.number().int().min(1).max(5000).optional().meta({ description: 'Of how many decisions; 500 if left out.' }),
    pool: line(256)
      .optional()
      .meta({ description: 'Only decisions of this pool; else those that this policy made, or all if it made none.' }),
  }),
  answer: z.object({ decisions: z.number(), comparison: z.unknown() }),
  run: async ({ house, actor, id: name, body }) => {
    demandHouseWide(actor.duty)
    if ((body.version === undefined) === (body.policy === undefined)) {
      throw new AdminRefusal('invalid', 'either version or policy would be right', 'version')
    }
    const policy =
      body.policy === undefined
        ? (await versionOf(house, name, body.version ?? 0)).policy
        : policyOf(house, checked(id, name), body.policy)
    const traces = chosen(await house.running.recent(body.last ?? 500), name, body.pool)
    const compared = house.running.compare(traces, policy)
    if (!compared.ok) throw new AdminRefusal('invalid', compared.why, 'policy')
    return { value: { decisions: traces.length, comparison: compared.value } }
  },
})

const chosen = (traces: readonly DecisionTrace[], name: string, pool: string | undefined): readonly DecisionTrace[] => {
  if (pool !== undefined) return traces.filter(({ facts }) => facts.pool === pool)
  const own = traces.filter(({ decision }) => decision.policy.name === name)
  return own.length > 0 ? own : traces
}

/** What can be done with policies. */
export const policyOperations: readonly Operation[] = [list, get, versions, draft, publish, rollback, diff, dryRun]
