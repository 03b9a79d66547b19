/** Limits, budgets and rate limits alike: list, read, create, change, override, reset, delete. */
import * as z from 'zod'
import type { Level, Limit } from '../domain/limit.ts'
import type { Instant } from '../domain/units.ts'
import { expectVersion, makeChange } from './change.ts'
import type { AdminHouse } from './house.ts'
import { instant, line, members, page } from './input.ts'
import { limitAnswer, limitView, withStanding } from './limit-view.ts'
import { operation } from './operation.ts'
import type { Operation, Work } from './operation.ts'
import { listOf } from './pages.ts'
import { demandPlace, maySee } from './places.ts'
import { AdminRefusal } from './refusal.ts'
import { each, find, missing, recordKey, standsInFile } from './tenancy-records.ts'
import type { Found, LimitRecord } from './tenancy-records.ts'
import { without } from './without.ts'

const levels = ['organisation', 'team', 'user', 'key', 'pool', 'provider', 'model', 'tag', 'run'] as const
const measures = ['usd', 'tokens', 'input-tokens', 'output-tokens', 'requests', 'concurrent'] as const
const periods = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year', 'total'] as const

const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    // That is how it says that it knows no such zone.
    return false
  }
}

const amount = z
  .number()
  .int({ error: 'a whole number would be right: millionths of a dollar for usd' })
  .min(0)
  .max(Number.MAX_SAFE_INTEGER)
  .meta({ description: 'Millionths of a US dollar for usd, else tokens or requests.' })
const soft = z.array(z.number().gt(0).max(1)).max(16).meta({ description: 'Shares of the amount at which it is told.' })
const told = {
  window: z.enum(['calendar', 'rolling']).optional().meta({
    description:
      'calendar: begins anew with each period in its zone; rolling: looks back by that length. If left out: rolling for rates, calendar for budgets.',
  }),
  zone: z
    .string()
    .max(64)
    .refine(isZone, { error: 'the name of a time zone such as Europe/Berlin would be right' })
    .optional(),
  hard: z.boolean().optional().meta({ description: 'false: what goes beyond is told, not refused; true if left out.' }),
  soft: soft.optional(),
}
const creation = members({
  level: z.enum(levels, { error: `one of ${levels.join(', ')} would be right` }),
  of: line(256).meta({ description: 'The name of the subject; * for each of the level; name=value for tags.' }),
  measure: z.enum(measures, { error: `one of ${measures.join(', ')} would be right` }),
  amount,
  per: z.enum(periods, { error: `one of ${periods.join(', ')} would be right` }),
  kind: z.enum(['budget', 'rate']).optional().meta({
    description: 'rate: refused with 429; budget: refused with 402. If left out: budget for usd, else rate.',
  }),
  ...told,
})
const changes = members({ amount: amount.optional(), ...told })

const limitOf = (body: z.output<typeof creation>): LimitRecord => {
  const { level, of, measure, per, zone } = body
  const kind = body.kind ?? (measure === 'usd' ? 'budget' : 'rate')
  return {
    id: `${level}:${of} ${measure} ${per}`,
    level,
    of,
    measure,
    amount: body.amount,
    per,
    window: body.window ?? (kind === 'rate' ? 'rolling' : 'calendar'),
    ...(zone !== undefined && { zone }),
    hard: body.hard ?? true,
    soft: body.soft ?? [],
    kind,
    origin: 'api',
  }
}

const subjects: ReadonlySet<Level> = new Set(['organisation', 'team', 'user', 'key'])

/** Its subject is there, and its measure and period make sense together. */
const demandSound = async (house: AdminHouse, { level, of, measure, per }: Limit): Promise<void> => {
  if (measure === 'concurrent' && per !== 'total') {
    throw new AdminRefusal(
      'invalid',
      'what is under way at the same time has no period; per: total would be right',
      'per',
    )
  }
  if (level === 'tag' && !/^[^=\s]+=./.test(of)) {
    throw new AdminRefusal('invalid', 'a tag is named name=value, or name=* for each value', 'of')
  }
  if (of === '*' || !subjects.has(level)) return
  const kind = level as 'organisation' | 'team' | 'user' | 'key'
  if ((await find(house, kind, of)) === undefined)
    throw new AdminRefusal('invalid', `there is no ${level} "${of}"`, 'of')
}

type Asking = Pick<Work<unknown, unknown>, 'house' | 'actor' | 'id' | 'expected'>

const forChange = async (work: Asking): Promise<Found<LimitRecord>> => {
  const { house, actor, id } = work
  const found = await find(house, 'limit', id)
  if (found === undefined || !(await maySee(house, actor.duty, 'limit', found.value))) throw missing('limit', id)
  await demandPlace(house, actor.duty, 'limit', found.value)
  if (found.value.origin === 'file') throw standsInFile('limit', id)
  expectVersion(work, found.version)
  return found
}

/** Changes one limit as `alter` says. */
const alter = async (
  work: Asking & Pick<Work<unknown, unknown>, 'request'>,
  action: string,
  change: (before: LimitRecord) => LimitRecord,
) => {
  const { house, id } = work
  const { after } = await makeChange(work, async () => {
    const { value: before, version } = await forChange(work)
    const changed = change(before)
    const writes = [{ key: recordKey('limit', id), value: changed, expected: version }]
    const views = { before: limitView(before), after: limitView(changed) }
    return { after: changed, change: { action, object: `limit:${id}`, writes, ...views } }
  })
  const version = (await find(house, 'limit', id))?.version
  return { value: limitView(after), ...(version !== undefined && { version }) }
}

const create = operation({
  name: 'limit.create',
  summary: 'Set a limit. Its id comes of whose it is, of what and per when: `team:search usd month`.',
  least: 'editor',
  changes: true,
  body: creation,
  answer: limitAnswer,
  run: async work => {
    const { house, actor } = work
    const limit = limitOf(work.body)
    await makeChange(work, async () => {
      await demandPlace(house, actor.duty, 'limit', limit)
      await demandSound(house, limit)
      const before = await find(house, 'limit', limit.id)
      if (before?.value.origin === 'file') throw standsInFile('limit', limit.id)
      if (before !== undefined) throw new AdminRefusal('conflict', `there is a limit "${limit.id}"; change that one`)
      const writes = [{ key: recordKey('limit', limit.id), value: limit, expected: 0 }]
      return { change: { action: 'limit.create', object: `limit:${limit.id}`, writes, after: limitView(limit) } }
    })
    const version = (await find(house, 'limit', limit.id))?.version
    return { made: true, value: limitView(limit), ...(version !== undefined && { version }) }
  },
})

const update = operation({
  name: 'limit.update',
  summary: 'Change a limit. What it has counted stays.',
  least: 'editor',
  changes: true,
  body: changes,
  answer: limitAnswer,
  run: work =>
    alter(work, 'limit.update', before => {
      const given = Object.entries(work.body).filter(([, value]) => value !== undefined)
      return { ...before, ...Object.fromEntries(given) }
    }),
})

const override = operation({
  name: 'limit.override',
  summary: 'Another amount for a while.',
  least: 'editor',
  changes: true,
  body: members({ amount, from: instant.optional(), until: instant }),
  answer: limitAnswer,
  run: work => {
    const { house, body } = work
    const until = Date.parse(body.until) as Instant
    const from = body.from === undefined ? undefined : (Date.parse(body.from) as Instant)
    if (until <= Math.max(house.clock.now(), from ?? 0)) {
      throw new AdminRefusal(
        'invalid',
        `${body.until} is past or before its beginning; a later instant would be right`,
        'until',
      )
    }
    const set = { amount: body.amount, ...(from !== undefined && { from }), until }
    return alter(work, 'limit.override', before => ({ ...before, override: set }))
  },
})

const endOverride = operation({
  name: 'limit.end-override',
  summary: 'Go back to the amount of the limit itself.',
  least: 'editor',
  changes: true,
  answer: limitAnswer,
  run: work => alter(work, 'limit.end-override', before => without(before, ['override'])),
})

const remove = operation({
  name: 'limit.delete',
  summary: 'Take a limit away.',
  least: 'editor',
  changes: true,
  run: async work => {
    const { id } = work
    await makeChange(work, async () => {
      const { value, version } = await forChange(work)
      const writes = [{ key: recordKey('limit', id), value: undefined, expected: version }]
      return { change: { action: 'limit.delete', object: `limit:${id}`, writes, before: limitView(value) } }
    })
    return {}
  },
})

const list = operation({
  name: 'limit.list',
  summary: 'The limits that you may see, by id, with how much of each is used.',
  least: 'viewer',
  changes: false,
  query: members({ ...page, level: z.enum(levels).optional(), of: line(256).optional() }),
  answer: limitAnswer,
  run: async ({ house, actor, query }) => {
    const { level, of, limit, after } = query
    const done = await listOf(each(house, 'limit', after), limit, {
      isSeen: ({ value }) =>
        (level === undefined || value.level === level) &&
        (of === undefined || value.of === of) &&
        maySee(house, actor.duty, 'limit', value),
      view: ({ value }) => value,
    })
    return withStanding(house, done)
  },
})

const get = operation({
  name: 'limit.get',
  summary: 'One limit, with how much of it is used.',
  least: 'viewer',
  changes: false,
  answer: limitAnswer,
  run: async ({ house, actor, id }) => {
    const found = await find(house, 'limit', id)
    if (found === undefined || !(await maySee(house, actor.duty, 'limit', found.value))) throw missing('limit', id)
    const { value } = await withStanding(house, { value: { data: [found.value] } })
    return { value: value.data[0], version: found.version }
  },
})

/** What can be done with limits, but for `reset`. */
export const limitOperations: readonly Operation[] = [list, get, create, update, override, endOverride, remove]
