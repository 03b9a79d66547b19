/** Where the shared reference data is: beside the repository, or where SIGNALBOX_SHARED says. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

export const shared = resolve(process.env['SIGNALBOX_SHARED'] ?? resolve(import.meta.dirname, '../../shared'))
/** False where only the repository was cloned; tests that need the data are then skipped by name. */
export const hasShared = existsSync(`${shared}/data/README.md`)
if (!hasShared && process.env['CI'] === 'true') throw new Error(`no shared data at ${shared}: CI needs it`)
