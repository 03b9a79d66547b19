/** What a test needs of the machine: found, else installed where that can be done, else told by name. */
import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'

const run = promisify(execFile)

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    // It is not there, or no program, which is the answer.
    return false
  }
}

const folders = (): readonly string[] => [
  ...(process.env['PATH'] ?? '').split(delimiter),
  '/usr/bin',
  '/usr/sbin',
  ...(existsSync('/usr/lib/postgresql')
    ? readdirSync('/usr/lib/postgresql').map(version => join('/usr/lib/postgresql', version, 'bin'))
    : []),
]

/** Where the first of these programs is. */
export const findProgram = (...names: readonly string[]): string | undefined =>
  names.flatMap(name => folders().map(folder => join(folder, name))).find(isProgram)

const canInstall = (): boolean => process.getuid?.() === 0 && findProgram('apt-get') !== undefined

/** Only one at a time: test files run side by side. */
const alone = async (work: () => Promise<void>): Promise<void> => {
  const lock = join(tmpdir(), 'signalbox-install.lock')
  for (let tries = 0; ; tries++) {
    try {
      mkdirSync(lock)
      break
    } catch (error) {
      if (tries > 600) throw error
      await new Promise(resolve => setTimeout(resolve, 500))
    }
  }
  try {
    await work()
  } finally {
    rmdirSync(lock)
  }
}

const install = async (name: string): Promise<void> => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const asked = ['install', '-y', '--no-install-recommends', name]
  try {
    await run('apt-get', asked, { env })
  } catch {
    // The lists may be old or missing; then they are fetched, and what goes wrong after that is told.
    await run('apt-get', ['update'], { env })
    await run('apt-get', asked, { env })
  }
}

/** The program, installed from Debian's package of this name if it is missing and that can be done; undefined where it cannot. With CI set, a missing part is an error. */
export const program = async (names: readonly string[], debian: string): Promise<string | undefined> => {
  const found = findProgram(...names)
  if (found !== undefined) return found
  if (canInstall()) await alone(async () => (findProgram(...names) === undefined ? install(debian) : undefined))
  const installed = findProgram(...names)
  if (installed === undefined && process.env['CI'] === 'true') {
    throw new Error(`${names.join(' or ')} is missing; install Debian's package ${debian}`)
  }
  return installed
}
