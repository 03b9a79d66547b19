/** Sets what a limit has counted to nothing. */
import type { Limit } from '../domain/limit.ts'
import { limitBookOf } from '../tenancy/limit-book.ts'
import { makeChange } from './change.ts'
import type { AdminHouse } from './house.ts'
import { nothing } from './input.ts'
import { operation } from './operation.ts'
import type { Operation } from './operation.ts'
import { demandPlace, maySee } from './places.ts'
import { AdminRefusal } from './refusal.ts'
import { each, find, missing } from './tenancy-records.ts'

/** The limit of one subject, its own or one that holds for each subject of its level. */
const ofSubject = async (house: AdminHouse, id: string): Promise<Limit | undefined> => {
  const own = await find(house, 'limit', id)
  if (own !== undefined) return own.value
  const level = id.slice(0, Math.max(0, id.indexOf(':')))
  const all: Limit[] = []
  for await (const { value } of each(house, 'limit')) if (value.level === level) all.push(value)
  const [first] = all
  const name = / [a-z-]+ [a-z]+$/.exec(id)
  if (first === undefined || name === null) return undefined
  return limitBookOf(all)
    .of(first.level, id.slice(level.length + 1, name.index))
    .find(one => one.id === id)
}

/** Also of limits that stand in the configuration: what is used is no part of it. */
export const resetLimit: Operation = operation({
  name: 'limit.reset',
  summary: 'Count from nothing again; what requests under way hold stays.',
  least: 'editor',
  changes: true,
  query: nothing,
  run: async work => {
    const { house, actor, id } = work
    const { meters } = house
    if (meters === undefined) throw new AdminRefusal('unavailable', 'nothing counts limits here')
    await makeChange(work, async () => {
      const limit = await ofSubject(house, id)
      if (limit === undefined || !(await maySee(house, actor.duty, 'limit', limit))) throw missing('limit', id)
      if (limit.of === '*' || limit.of.endsWith('=*')) {
        throw new AdminRefusal(
          'invalid',
          `"${id}" holds for each ${limit.level} by itself; name one, as in ${limit.level}:NAME`,
        )
      }
      await demandPlace(house, actor.duty, 'limit', limit)
      return { change: { action: 'limit.reset', object: `limit:${id}`, writes: [], act: () => meters.reset(id) } }
    })
    return {}
  },
})
