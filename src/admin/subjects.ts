/** Organisations, teams and users: list, read, put, delete. */
import * as z from 'zod'
import type { Duty } from '../domain/caller.ts'
import type { Organisation, Team, User } from '../domain/tenancy.ts'
import { hold } from './belonging.ts'
import { makeChange, expectVersion } from './change.ts'
import type { Write } from './change.ts'
import { checked } from './check-input.ts'
import type { AdminHouse } from './house.ts'
import { allow, id, line, members, metadata, page } from './input.ts'
import { operation } from './operation.ts'
import type { Operation, Work } from './operation.ts'
import { listOf } from './pages.ts'
import { demandPlace, maySee } from './places.ts'
import { AdminRefusal } from './refusal.ts'
import { each, find, missing, recordKey, standsInFile } from './tenancy-records.ts'
import type { Found } from './tenancy-records.ts'

export type SubjectKind = 'organisation' | 'team' | 'user'
type Subject = Organisation & Team & User

const described = {
  name: line(200).optional().meta({ description: 'For people.' }),
  metadata: metadata.optional(),
  allow: allow.optional(),
}
const parent = { organisation: id.optional().meta({ description: 'Its organisation; it stays there.' }) }

const bodies = {
  organisation: members(described),
  team: members({ ...described, ...parent }),
  user: members({ ...described, ...parent, team: id.optional().meta({ description: 'Its team; it stays there.' }) }),
} as const

const origin = z
  .enum(['file', 'api'])
  .meta({ description: 'file: it stands in the configuration and is changed there.' })
/** What is told of one. */
export const subjectAnswer = z.object({
  id: z.string(),
  origin,
  name: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  allow: z.record(z.string(), z.array(z.string())).optional(),
  organisation: z.string().optional(),
  team: z.string().optional(),
})

/** Its limits have a list of their own. */
const view = ({ limits: _limits, ...told }: Omit<Subject, 'limits'> & { readonly limits?: unknown }) => told

type Body = Partial<Pick<Subject, 'name' | 'metadata' | 'allow' | 'organisation' | 'team'>>

const recordOf = (name: string, body: Body): Subject => ({ ...body, id: name, origin: 'api', limits: [] })

const visible = async <K extends SubjectKind>(
  house: AdminHouse,
  duty: Duty,
  kind: K,
  name: string,
): Promise<Found<Subject>> => {
  const found = await find(house, kind, name)
  if (found === undefined || !(await maySee(house, duty, kind, found.value))) throw missing(kind, name)
  return found
}

const demandSamePlace = (kind: string, before: Body, after: Body): void => {
  for (const member of ['organisation', 'team'] as const) {
    if (before[member] === after[member]) continue
    const stays = before[member] === undefined ? 'has none' : `belongs to "${before[member]}"`
    throw new AdminRefusal('conflict', `the ${kind} ${stays} and stays where it is; make another one`, member)
  }
}

const put = (kind: SubjectKind): Operation =>
  operation({
    name: `${kind}.put`,
    summary: `Make the ${kind} of this id, or replace what is said of it.`,
    least: 'admin',
    changes: true,
    body: bodies[kind],
    answer: subjectAnswer,
    run: async work => {
      const { house, actor, id: given } = work
      const name = checked(id, given)
      const body: Body = work.body
      const found = await makeChange(work, async () => {
        const before: Found<Subject> | undefined = await find(house, kind, name)
        const after = recordOf(name, body)
        await demandPlace(house, actor.duty, kind, before?.value ?? after)
        if (before?.value.origin === 'file') throw standsInFile(kind, name)
        expectVersion(work, before?.version ?? 0)
        if (before !== undefined) demandSamePlace(kind, before.value, after)
        const held = before === undefined ? await hold(house, body) : []
        const write = { key: recordKey(kind, name), value: after, expected: before?.version ?? 0 }
        const told = { ...(before !== undefined && { before: view(before.value) }), after: view(after) }
        const object = `${kind}:${name}`
        return {
          change: { action: `${kind}.put`, object, writes: [...held, write], ...told },
          made: before === undefined,
        }
      })
      const now = await find(house, kind, name)
      return { made: found.made, value: view(recordOf(name, body)), ...(now !== undefined && { version: now.version }) }
    },
  })

/** What hangs on a subject, in words; at most three of each. */
const hanging = async (house: AdminHouse, kind: SubjectKind, name: string): Promise<readonly string[]> => {
  const found: string[] = []
  for (const below of ['team', 'user', 'key'] as const) {
    let told = 0
    for await (const one of each(house, below)) {
      const { value } = one
      const isRevoked = 'revokedAt' in value && value.revokedAt !== undefined
      const names: Readonly<Record<string, unknown>> = { ...value }
      if (isRevoked || names[kind] !== name) continue
      found.push(`${below} "${one.id}"`)
      told += 1
      if (told === 3) break
    }
  }
  return found
}

const limitsOf = async (house: AdminHouse, kind: SubjectKind, name: string): Promise<readonly Write[]> => {
  const writes: Write[] = []
  for await (const { id: limit, value, version } of each(house, 'limit')) {
    if (value.origin === 'file' || value.level !== kind || value.of !== name) continue
    writes.push({ key: recordKey('limit', limit), value: undefined, expected: version })
  }
  return writes
}

const remove = (kind: SubjectKind): Operation =>
  operation({
    name: `${kind}.delete`,
    summary: `Delete a ${kind} and its limits; refused while anything belongs to it.`,
    least: 'admin',
    changes: true,
    run: async work => {
      const { house, actor, id: name } = work
      await makeChange(work, async () => {
        const { value, version } = await visible(house, actor.duty, kind, name)
        await demandPlace(house, actor.duty, kind, value)
        if (value.origin === 'file') throw standsInFile(kind, name)
        expectVersion(work, version)
        const below = await hanging(house, kind, name)
        if (below.length > 0) {
          throw new AdminRefusal(
            'conflict',
            `to the ${kind} "${name}" belong ${below.join(', ')}; delete or revoke those first`,
          )
        }
        const limits = await limitsOf(house, kind, name)
        const writes = [{ key: recordKey(kind, name), value: undefined, expected: version }, ...limits]
        return { change: { action: `${kind}.delete`, object: `${kind}:${name}`, writes, before: view(value) } }
      })
      return {}
    },
  })

const read = (kind: SubjectKind): readonly Operation[] => [
  operation({
    name: `${kind}.list`,
    summary: `The ${kind}s that you may see, by id.`,
    least: 'viewer',
    changes: false,
    query: members(page),
    answer: subjectAnswer,
    run: ({ house, actor, query }: Work<{ readonly limit: number; readonly after?: string | undefined }, undefined>) =>
      listOf(each(house, kind, query.after), query.limit, {
        isSeen: ({ value }) => maySee(house, actor.duty, kind, value),
        view: ({ value }) => view(value),
      }),
  }),
  operation({
    name: `${kind}.get`,
    summary: `One ${kind} that you may see.`,
    least: 'viewer',
    changes: false,
    answer: subjectAnswer,
    run: async ({ house, actor, id: name }) => {
      const { value, version } = await visible(house, actor.duty, kind, name)
      return { value: view(value), version }
    },
  }),
]

/** What can be done with organisations, teams and users. */
export const subjectOperations: readonly Operation[] = (['organisation', 'team', 'user'] as const).flatMap(kind => [
  ...read(kind),
  put(kind),
  remove(kind),
])
