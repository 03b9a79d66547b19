/** A configuration file as a command uses it: read, checked, and told about. */
import { readFile } from 'node:fs/promises'
import { findingText } from '../../config/finding.ts'
import type { Finding } from '../../config/finding.ts'
import { fromEnvironment } from '../../config/from-environment.ts'
import { readConfig } from '../../config/load.ts'
import type { Settings } from '../../config/settings.ts'
import { knownProviderTypes } from '../../gateway.ts'
import { CommandError, exits } from './terminal.ts'
import type { Terminal } from './terminal.ts'

export interface Read {
  readonly settings?: Settings
  /** Where the user's own catalogue is, or would be. */
  readonly catalogue?: string
  readonly findings: readonly Finding[]
}

/** The text of a file that the user named. */
export const readText = async (path: string, what: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'that is a folder' : code
    throw new CommandError(`cannot read the ${what} ${path}: ${why}`)
  }
}

/** What a text says, under the name of its file. */
export const readSettings = (text: string, file: string, env: Terminal['env']): Read => {
  const { catalogue, findings, ...read } = readConfig(text, {
    file,
    env,
    providerTypes: knownProviderTypes,
    besideState: true,
  })
  const place = catalogue === undefined ? {} : { catalogue }
  return read.ok ? { settings: read.settings, findings, ...place } : { findings, ...place }
}

export const tellFindings = (findings: readonly Finding[], say: (line: string) => void): void => {
  for (const finding of findings) say(findingText(finding))
}

/** The settings to run with: of the file, or of the environment where none is named. Warnings are told; errors end the command. */
export const settingsFor = async (path: string | undefined, terminal: Terminal): Promise<Settings> => {
  const { env } = terminal
  const loaded =
    path === undefined
      ? fromEnvironment({ env, providerTypes: knownProviderTypes, besideState: true })
      : readConfig(await readText(path, 'configuration'), {
          file: path,
          env,
          providerTypes: knownProviderTypes,
          besideState: true,
        })
  tellFindings(loaded.findings, terminal.err)
  if (loaded.ok) return loaded.settings
  throw new CommandError(
    `${path ?? 'the environment'} gives no sound configuration; nothing was started`,
    exits.finding,
  )
}
