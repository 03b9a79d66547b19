/** The store of a configuration, for commands that read what a gateway keeps in it. */
import { existsSync } from 'node:fs'
import type { Settings } from '../../config/settings.ts'
import type { Checked } from '../../domain/units.ts'
import type { Store } from '../../ports/store.ts'
import { settingsFor } from './settings-file.ts'
import { CommandError, exits } from './terminal.ts'
import type { Terminal } from './terminal.ts'

/** Opens the store that these settings name, or tells why not. */
export type OpenStore = (settings: Settings) => Promise<Checked<Store>>

/** Does this with the store of a configuration, or of the environment where none is named, and closes it. */
export const withStore = async <T>(
  config: string | undefined,
  terminal: Terminal,
  open: OpenStore,
  work: (store: Store) => Promise<T>,
): Promise<T> => {
  const settings = await settingsFor(config, terminal)
  const { durable } = settings.store
  if (durable.kind === 'memory') {
    throw new CommandError('this configuration keeps everything in memory: ask the running gateway', exits.finding)
  }
  // Whoever only looks makes no file.
  if (durable.kind === 'sqlite' && !existsSync(durable.path)) {
    throw new CommandError(`there is nothing at ${durable.path} yet`, exits.finding)
  }
  const opened = await open(settings)
  if (!opened.ok) throw new CommandError(opened.why, exits.finding)
  try {
    return await work(opened.value)
  } finally {
    await opened.value.close()
  }
}
