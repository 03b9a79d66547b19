/** Virtual keys: list, read, create, change, rotate, revoke. */
import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import type { VirtualKeyId } from '../domain/ids.ts'
import type { VirtualKey } from '../domain/tenancy.ts'
import type { Instant } from '../domain/units.ts'
import { hold } from './belonging.ts'
import { expectVersion, makeChange } from './change.ts'
import { addresses, allow, duty, id, instant, line, members, metadata, page } from './input.ts'
import type { AdminHouse } from './house.ts'
import { keyAnswer, keyView, mintedAnswer } from './key-view.ts'
import { operation } from './operation.ts'
import type { Operation, Work } from './operation.ts'
import { ownerWrites } from './owners.ts'
import { listOf } from './pages.ts'
import { demandCover, demandPlace, maySee } from './places.ts'
import { AdminRefusal } from './refusal.ts'
import { each, find, missing, recordKey, standsInFile } from './tenancy-records.ts'
import type { Found } from './tenancy-records.ts'
import { without } from './without.ts'

const idBytes = 12
const mostDigests = 4
const longestOverlap = 90 * 86_400

const grants = { name: line(200), metadata, allow, addresses, expiresAt: instant, duty }
const optional = {
  name: grants.name.optional(),
  metadata: grants.metadata.optional(),
  allow: grants.allow.optional(),
  addresses: grants.addresses.optional(),
  expiresAt: grants.expiresAt.optional().meta({ description: 'From then on it is refused.' }),
  duty: grants.duty.optional(),
}
const creation = members({
  ...optional,
  organisation: id.optional(),
  team: id.optional(),
  user: id.optional().meta({ description: 'Whose key it is.' }),
})
const changes = members({
  name: grants.name.nullable().optional(),
  metadata: grants.metadata.nullable().optional(),
  allow: grants.allow.nullable().optional(),
  addresses: grants.addresses.nullable().optional(),
  expiresAt: grants.expiresAt.nullable().optional(),
  duty: grants.duty.nullable().optional(),
}).meta({ description: 'What is null is taken away; what is left out stays.' })

type Entry = z.output<typeof changes>

/** An instant that is still to come. */
const later = (house: AdminHouse, text: string, param: string): Instant => {
  const at = Date.parse(text)
  if (at <= house.clock.now())
    throw new AdminRefusal('invalid', `${text} is past; a later instant would be right`, param)
  return at as Instant
}

/** The members of a key as they are stored; what is null is left out. */
const stored = (house: AdminHouse, { expiresAt, ...rest }: Entry): Partial<VirtualKey> => {
  const kept = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null && value !== undefined))
  return { ...kept, ...(typeof expiresAt === 'string' && { expiresAt: later(house, expiresAt, 'expiresAt') }) }
}

/** A key that is still good may be changed; who holds a duty beyond one's own is left alone. */
const forChange = async (
  work: Pick<Work<unknown, unknown>, 'house' | 'actor' | 'id' | 'expected'>,
): Promise<Found<VirtualKey>> => {
  const { house, actor, id: name } = work
  const found = await find(house, 'key', name)
  if (found === undefined || !(await maySee(house, actor.duty, 'key', found.value))) throw missing('key', name)
  const { value, version } = found
  await demandPlace(house, actor.duty, 'key', value)
  if (value.duty !== undefined) await demandCover(house, actor.duty, value.duty)
  if (value.origin === 'file') throw standsInFile('key', name)
  expectVersion(work, version)
  if (value.revokedAt !== undefined)
    throw new AdminRefusal('conflict', `the key "${name}" is revoked; make another one`)
  return found
}

interface Step {
  readonly action: string
  readonly before: VirtualKey
  readonly version: number
  readonly after: VirtualKey
}

const changeOf = async (house: AdminHouse, { action, before, version, after }: Step) => {
  const writes = [
    { key: recordKey('key', before.id), value: after, expected: version },
    ...(await ownerWrites(house, before, after)),
  ]
  const told = { before: keyView(before, house.clock.now()), after: keyView(after, house.clock.now()) }
  return { after, change: { action, object: `key:${before.id}`, writes, ...told } }
}

const answered = async (house: AdminHouse, after: VirtualKey) => {
  const version = (await find(house, 'key', after.id))?.version
  return { value: keyView(after, house.clock.now()), ...(version !== undefined && { version }) }
}

const create = operation({
  name: 'key.create',
  summary: 'Make a virtual key. Its secret is in the answer, and nowhere else ever.',
  least: 'editor',
  changes: true,
  body: creation,
  answer: mintedAnswer,
  run: async work => {
    const { house, actor, body } = work
    const { organisation, team, user, ...entry } = body
    const minted = house.mint(body.duty === undefined ? 'key' : 'admin')
    const key: VirtualKey = {
      ...stored(house, entry),
      id: `key_${randomBytes(idBytes).toString('hex')}` as VirtualKeyId,
      prefix: minted.prefix,
      digests: [{ digest: minted.digest }],
      origin: 'api',
      limits: [],
      createdAt: house.clock.now(),
      ...(organisation !== undefined && { organisation }),
      ...(team !== undefined && { team }),
      ...(user !== undefined && { user }),
    }
    await makeChange(work, async () => {
      await demandPlace(house, actor.duty, 'key', key)
      if (key.duty !== undefined) await demandCover(house, actor.duty, key.duty)
      const held = await hold(house, key.duty ?? {})
      const above = await hold(house, body)
      const fresh = held.filter(one => !above.some(({ key: other }) => other === one.key))
      const writes = [...above, ...fresh, { key: recordKey('key', key.id), value: key, expected: 0 }]
      const after = keyView(key, house.clock.now())
      return { change: { action: 'key.create', object: `key:${key.id}`, writes, after } }
    })
    const done = await answered(house, key)
    return { ...done, made: true, value: { ...done.value, secret: minted.secret } }
  },
})

const update = operation({
  name: 'key.update',
  summary: 'Change what a key may do. To whom it belongs stays.',
  least: 'editor',
  changes: true,
  body: changes,
  answer: keyAnswer,
  run: async work => {
    const { house, actor, body } = work
    const named = Object.keys(body) as (keyof Entry)[]
    const { after } = await makeChange(work, async () => {
      const { value: before, version } = await forChange(work)
      if (body.duty !== undefined && body.duty !== null) {
        await demandCover(house, actor.duty, body.duty)
        await hold(house, body.duty)
      }
      if (before.duty === undefined && typeof body.duty === 'object' && body.duty !== null) {
        // Its secret was made for models alone: it may lie where no key of an admin should.
        throw new AdminRefusal(
          'conflict',
          'a key for models does not become an admin key; make one with a duty',
          'duty',
        )
      }
      const changed: VirtualKey = { ...without(before, named), ...stored(house, body) }
      return changeOf(house, { action: 'key.update', before, version, after: changed })
    })
    return answered(house, after)
  },
})

const rotation = members({
  overlap: z.number().int().min(0).max(longestOverlap).meta({
    description: 'For how many seconds the secret of before is still good; 0 if it has leaked.',
  }),
})

const rotate = operation({
  name: 'key.rotate',
  summary: 'Give a key a new secret, which is in the answer and nowhere else ever.',
  least: 'editor',
  changes: true,
  body: rotation,
  answer: mintedAnswer,
  run: async work => {
    const { house, body } = work
    const minted = { value: house.mint('key') }
    const { after } = await makeChange(work, async () => {
      const { value: before, version } = await forChange(work)
      const now = house.clock.now()
      if (before.expiresAt !== undefined && before.expiresAt <= now) {
        throw new AdminRefusal('conflict', `the key "${before.id}" has expired; change expiresAt first`)
      }
      if (before.duty !== undefined) minted.value = house.mint('admin')
      const until = (now + body.overlap * 1000) as Instant
      const older = before.digests
        .map(one => ({ digest: one.digest, until: Math.min(one.until ?? Infinity, until) as Instant }))
        .filter(one => one.until > now)
      const digests = [{ digest: minted.value.digest }, ...older].slice(0, mostDigests)
      const changed = { ...before, prefix: minted.value.prefix, digests }
      return changeOf(house, { action: 'key.rotate', before, version, after: changed })
    })
    const done = await answered(house, after)
    return { ...done, value: { ...done.value, secret: minted.value.secret } }
  },
})

const revoke = operation({
  name: 'key.revoke',
  summary: 'Refuse a key from now on, everywhere. This cannot be undone.',
  least: 'editor',
  changes: true,
  answer: keyAnswer,
  run: async work => {
    const { house } = work
    const { after } = await makeChange(work, async () => {
      const { value: before, version } = await forChange(work)
      const revoked: VirtualKey = { ...before, revokedAt: house.clock.now() }
      return changeOf(house, { action: 'key.revoke', before, version, after: revoked })
    })
    return answered(house, after)
  },
})

const list = operation({
  name: 'key.list',
  summary: 'The keys that you may see, by id.',
  least: 'viewer',
  changes: false,
  query: members({
    ...page,
    organisation: id.optional(),
    team: id.optional(),
    user: id.optional(),
    state: z.enum(['active', 'expired', 'revoked']).optional(),
  }),
  answer: keyAnswer,
  run: ({ house, actor, query }) => {
    const { organisation, team, user, state } = query
    const now = house.clock.now()
    const fits = (key: VirtualKey): boolean =>
      (organisation === undefined || key.organisation === organisation) &&
      (team === undefined || key.team === team) &&
      (user === undefined || key.user === user) &&
      (state === undefined || keyView(key, now).state === state)
    return listOf(each(house, 'key', query.after), query.limit, {
      isSeen: ({ value }) => fits(value) && maySee(house, actor.duty, 'key', value),
      view: ({ value }) => keyView(value, now),
    })
  },
})

const get = operation({
  name: 'key.get',
  summary: 'One key, without its secret.',
  least: 'viewer',
  changes: false,
  answer: keyAnswer,
  run: async ({ house, actor, id: name }) => {
    const found = await find(house, 'key', name)
    if (found === undefined || !(await maySee(house, actor.duty, 'key', found.value))) throw missing('key', name)
    return { value: keyView(found.value, house.clock.now()), version: found.version }
  },
})

/** What can be done with keys. */
export const keyOperations: readonly Operation[] = [list, get, create, update, rotate, revoke]
