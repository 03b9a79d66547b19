/** What a house keeps: records and journal in its store, and the meters of its limits. */
import type { Clock } from '../ports/clock.ts'
import type { Meters } from '../ports/meters.ts'
import type { Store } from '../ports/store.ts'
import { memoryMeters } from './meters/memory.ts'
import { sqliteMeters } from './meters/sqlite.ts'
import { packedDecisions } from './packed-decisions.ts'
import { memoryStore } from './stores/memory.ts'
import { sqliteStore } from './stores/sqlite.ts'

/** Where things are kept. */
export interface KeepingConfig {
  readonly durable:
    | { readonly kind: 'memory' }
    | { readonly kind: 'sqlite'; readonly path: string }
    | { readonly kind: 'postgres'; readonly url: string }
}

export interface Keeping {
  readonly store: Store
  readonly meters: Meters
}

/** The store alone, for whoever only reads what is kept. */
export const storeOf = async ({ durable }: KeepingConfig, clock: Clock): Promise<Store> => {
  if (durable.kind === 'memory') return memoryStore(clock)
  if (durable.kind === 'sqlite') return packedDecisions(await sqliteStore(durable.path, clock))
  throw new Error('the store postgres cannot be opened yet: name sqlite:PATH or memory')
}

/** Meters have a file of their own beside the store's, so that a long batch of the journal never holds them up. */
const metersOf = ({ durable }: KeepingConfig, clock: Clock): Meters | Promise<Meters> =>
  durable.kind === 'sqlite'
    ? sqliteMeters(durable.path.replace(/(?:\.db)?$/, '.meters.db'), clock)
    : memoryMeters(clock)

/** Opens all of it. Rejects with what stands against it, and then nothing stays open. */
export const openKeeping = async (config: KeepingConfig, clock: Clock): Promise<Keeping> => {
  const store = await storeOf(config, clock)
  try {
    return { store, meters: await metersOf(config, clock) }
  } catch (error) {
    await store.close()
    throw error
  }
}
