/** Builds dist/ from src/; with --if-needed, only where a source is newer than what was built. */
import { chmodSync, existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
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
  // Built beside the old one and put in its place at once: what runs from there meanwhile finds all of one build.
  const next = join(root, `.dist-${process.pid}`)
  const old = join(root, `.dist-${process.pid}-old`)
  try {
    const code = run(compiler, ['-p', 'tsconfig.build.json', '--outDir', next])
    if (code !== 0) return code
    writeFileSync(join(next, '.built'), '')
    if (existsSync(dist)) renameSync(dist, old)
    renameSync(next, dist)
    chmodSync(join(root, 'bin', 'signalbox.js'), 0o755)
    return 0
  } finally {
    for (const left of [next, old]) rmSync(left, { recursive: true, force: true })
  }
}

process.exitCode = process.argv.includes('--if-needed') && isFresh() ? 0 : build()
