/** Runs a program of this repository with the Node that it brings along. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname ?? '.', '..')
const binaries = join(root, 'node_modules', '.bin')
const bundled = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')

/** The installed Node, or the running one where none was installed for this machine. */
export const node = existsSync(bundled) ? bundled : process.execPath

/** Runs a script with this Node first in the path, its output shown as it comes. The exit code. */
export const run = (script, args = []) => {
  const env = { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH ?? ''}` }
  const done = spawnSync(node, [join(root, script), ...args], { cwd: root, env, stdio: 'inherit' })
  if (done.error !== undefined) console.error(`${script}: ${done.error.message}`)
  return done.status ?? 1
}
