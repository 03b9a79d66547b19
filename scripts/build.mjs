/** Builds dist/ from src/; with --if-needed, only where a source is newer than what was built. */
import { chmodSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './node.mjs'

const dist = join(root, 'dist')
const stamp = join(dist, '.built')

const newest = () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  const paths = files.map(entry => join(entry.parentPath ?? entry.path, entry.name))
  return Math.max(0, ...[...paths, join(root, 'tsconfig.build.json')].map(path => statSync(path).mtimeMs))
}

const isFresh = () => existsSync(stamp) && statSync(stamp).mtimeMs > newest()

const compiler = 'node_modules/typescript/bin/tsc'

const build = () => {
  if (!existsSync(join(root, compiler))) {
    // An installation without development dependencies lives on what was built before.
    if (existsSync(stamp)) return 0
    console.error('nothing is built and there is no TypeScript to build it with: install the development dependencies')
    return 1
  }
  rmSync(dist, { recursive: true, force: true })
  const code = run(compiler, ['-p', 'tsconfig.build.json'])
  if (code !== 0) return code
  chmodSync(join(root, 'bin', 'signalbox.js'), 0o755)
  writeFileSync(stamp, '')
  return 0
}

process.exitCode = process.argv.includes('--if-needed') && isFresh() ? 0 : build()
