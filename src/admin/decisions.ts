/** Decisions that were made: the list, filtered, and each with its facts. */
import * as z from 'zod'
import type { Duty } from '../domain/caller.ts'
import type { DecisionTrace } from '../domain/decision.ts'
import { isHouseWide, isWithin } from './duty.ts'
import type { AdminHouse } from './house.ts'
import { line, members, page } from './input.ts'
import { operation } from './operation.ts'
import type { Operation } from './operation.ts'
import { placeOf } from './places.ts'
import { AdminRefusal } from './refusal.ts'
import { find, missing } from './tenancy-records.ts'

/** Whose request it was decides who may see its decision. */
const maySeeDecision = async (house: AdminHouse, duty: Duty, { facts }: DecisionTrace): Promise<boolean> => {
  if (isHouseWide(duty)) return true
  const { key, team, user } = facts.request.caller
  const itsKey = (await find(house, 'key', key))?.value
  const { organisation } = itsKey ?? {}
  const place = await placeOf(house, {
    ...(organisation !== undefined && { organisation }),
    ...(team !== undefined && { team }),
    ...(user !== undefined && { user }),
  })
  return isWithin(duty, place)
}

const brief = ({ facts, decision }: DecisionTrace) => {
  const first = decision.ranked[0]?.candidate
  return {
    id: decision.id,
    at: new Date(facts.now).toISOString(),
    ...(facts.pool !== undefined && { pool: facts.pool }),
    policy: decision.policy,
    target: facts.request.target,
    operation: facts.request.operation,
    caller: facts.request.caller,
    ...(first !== undefined && { first: { deployment: first.id, provider: first.provider, model: first.model } }),
    decidedBy: decision.decidedBy,
    confidence: decision.confidence,
    ranked: decision.ranked.length,
    excluded: decision.excluded.length,
  }
}
const briefAnswer = z.object({ id: z.string(), at: z.string() }).loose()

const filters = {
  pool: line(256).optional(),
  policy: line(256).optional(),
  provider: line(256).optional(),
  model: line(256).optional(),
  key: line(256).optional(),
  team: line(256).optional(),
  user: line(256).optional(),
}
type Filter = { readonly [Name in keyof typeof filters]?: string | undefined }

const fits = ({ facts, decision }: DecisionTrace, filter: Filter): boolean => {
  const first = decision.ranked[0]?.candidate
  const { key, team, user } = facts.request.caller
  const found: Filter = {
    pool: facts.pool,
    policy: decision.policy.name,
    provider: first?.provider,
    model: first?.model,
    key,
    team,
    user,
  }
  return (Object.keys(filters) as (keyof Filter)[]).every(
    name => filter[name] === undefined || filter[name] === found[name],
  )
}

/** So many entries are looked at for one page, however few of them fit: `next` leads on. */
const mostLookedAt = 5000
const readAtOnce = 500

const readPage = async (house: AdminHouse, after: string | undefined) => {
  try {
    return await house.store.journal.read<DecisionTrace>('decisions', after, readAtOnce)
  } catch (error) {
    if (error instanceof RangeError) throw new AdminRefusal('invalid', error.message, 'after')
    throw error
  }
}

const list = operation({
  name: 'decision.list',
  summary:
    'Decisions in the order in which they were made. A page may hold fewer than asked for; `next` leads on while there may be more.',
  least: 'viewer',
  changes: false,
  query: members({ ...page, ...filters }),
  answer: briefAnswer,
  run: async ({ house, actor, query }) => {
    const { limit, after, ...filter } = query
    const data: unknown[] = []
    let cursor = after
    for (let seen = 0; seen < mostLookedAt; seen += readAtOnce) {
      const entries = await readPage(house, cursor)
      for (const { cursor: at, entry } of entries) {
        cursor = at
        if (!fits(entry, filter) || !(await maySeeDecision(house, actor.duty, entry))) continue
        data.push(brief(entry))
        if (data.length === limit) return { value: { data, next: cursor } }
      }
      if (entries.length < readAtOnce) return { value: { data } }
    }
    return { value: { data, ...(cursor !== undefined && { next: cursor }) } }
  },
})

const get = operation({
  name: 'decision.get',
  summary: 'One decision with all the facts that it was made from, and in words.',
  least: 'viewer',
  changes: false,
  answer: briefAnswer,
  run: async ({ house, actor, id }) => {
    const trace = await house.running.decision(id)
    if (trace === undefined || !(await maySeeDecision(house, actor.duty, trace))) throw missing('decision', id)
    return { value: { ...brief(trace), words: house.running.words(trace), trace } }
  },
})

/** What can be read of decisions. */
export const decisionOperations: readonly Operation[] = [list, get]
