/** The audit log: read it, and check that nothing in it was changed. */
import * as z from 'zod'
import { members, page } from './input.ts'
import { operation } from './operation.ts'
import type { Operation } from './operation.ts'
import { demandHouseWide } from './places.ts'
import { AdminRefusal } from './refusal.ts'

const list = operation({
  name: 'audit.list',
  summary: 'What was changed and refused, by whom, in order.',
  least: 'admin',
  changes: false,
  query: members(page),
  answer: z.object({ action: z.string(), object: z.string() }).loose(),
  run: async ({ house, actor, query: { limit, after } }) => {
    demandHouseWide(actor.duty)
    const found = await house.audit.read(after, limit).catch((error: unknown) => {
      if (error instanceof RangeError) throw new AdminRefusal('invalid', error.message, 'after')
      throw error
    })
    const next = found.length < limit ? undefined : found.at(-1)?.cursor
    return { value: { data: found.map(({ entry }) => entry), ...(next !== undefined && { next }) } }
  },
})

const verify = operation({
  name: 'audit.verify',
  summary: 'Walk the chain of the audit log from its beginning, and tell the first break in it.',
  least: 'admin',
  changes: false,
  answer: z.unknown(),
  run: async ({ house, actor }) => {
    demandHouseWide(actor.duty)
    return { value: await house.audit.verify() }
  },
})

/** What can be done with the audit log. Nothing changes it. */
export const auditOperations: readonly Operation[] = [list, verify]
