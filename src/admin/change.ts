/** Changes of records: all or none, over the versions that were read, and with its entry in the audit log. */
import type { AdminHouse, AuditEntry } from './house.ts'
import { whoOf } from './operation.ts'
import type { Work } from './operation.ts'
import { AdminRefusal } from './refusal.ts'

/** A record to be written, `undefined` to be deleted, if it still has the version that was expected. */
export interface Write {
  readonly key: string
  readonly value: unknown
  readonly expected: number
}

export interface Change {
  readonly action: string
  readonly object: string
  readonly writes: readonly Write[]
  readonly before?: unknown
  readonly after?: unknown
  /** What is done beside records, once it is certain that it will be audited. */
  act?(): Promise<void>
}

/** Entries that are certain and not yet in the log; written in the same step as the change itself. */
const waiting = 'admin/audit/'
/** An entry that waits longer than this was left by a process that died. */
const leftBehind = 60_000
const pageSize = 100
/** How often a change begins anew that others came before. */
const mostTries = 12

type Asking = Pick<Work<unknown, unknown>, 'house' | 'actor' | 'request' | 'expected'>

/** Hands an entry to the log; where that fails it goes on waiting. */
const deliver = async (house: AdminHouse, key: string, entry: AuditEntry): Promise<void> => {
  try {
    await house.audit.append(entry)
    await house.store.records.delete(key)
  } catch (error) {
    house.alarm(`the audit entry ${key} waits in the store and is written later`, error)
  }
}

/** Writes what processes that died, or a log that could not be written, left waiting. An entry may come to stand twice, with the same `request`. */
export const deliverWaiting = async (house: AdminHouse): Promise<void> => {
  const found = await house.store.records.list<AuditEntry>(waiting, { limit: pageSize })
  for (const { key, value } of found) {
    if (house.clock.now() - value.at > leftBehind) await deliver(house, key, value)
  }
}

/** The change is made and audited, or nothing is. False if somebody else came before. */
const commit = async ({ house, actor, request }: Asking, change: Change): Promise<boolean> => {
  const { action, object, before, after, writes } = change
  const entry: AuditEntry = {
    at: house.clock.now(),
    who: whoOf(actor),
    action,
    object,
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
    request,
  }
  const key = `${waiting}${request}`
  const done = await house.store.records.putAll([...writes, { key, value: entry, expected: 0 }])
  if (!done) return false
  try {
    await change.act?.()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    await deliver(house, key, { ...entry, refused: `unavailable: ${why}` })
    throw new AdminRefusal('unavailable', `it could not be done: ${why}`)
  }
  await deliver(house, key, entry)
  if (writes.length > 0) house.changed()
  return true
}

const stale = (): AdminRefusal =>
  new AdminRefusal('stale', 'the record is no longer what you read; read it again and send its etag in if-match')

/**
 * Makes a change that is worked out from the records as they are. Where others come before, it is worked out anew, unless
 * the request named the version that it goes by.
 */
export const makeChange = async <Found extends { readonly change: Change }>(
  asking: Asking,
  workOut: () => Promise<Found>,
): Promise<Found> => {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const found = await workOut()
    if (await commit(asking, found.change)) return found
  }
  throw new AdminRefusal('conflict', 'others change the same records all the time; try again')
}

/** Refuses what goes by another version than the record has. */
export const expectVersion = ({ expected }: Pick<Asking, 'expected'>, version: number): void => {
  if (expected !== undefined && expected !== version) throw stale()
}
