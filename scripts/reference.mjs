/** Compares the pages of docs/reference with the sources (--check, the default); with --write, writes them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { referencePages } from '../test/reference/pages.ts'
import { root } from './node.mjs'

const wanted = process.argv.slice(2)
if (wanted.length > 1 || wanted.some(name => name !== '--check' && name !== '--write')) {
  console.error(`no option "${wanted.join(' ')}"; there are --check and --write`)
  process.exit(2)
}

const stale = Object.entries(referencePages()).filter(([path, page]) => {
  const file = join(root, path)
  return !existsSync(file) || readFileSync(file, 'utf8') !== page
})
for (const [path, page] of stale) {
  if (wanted[0] === '--write') {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), page)
    console.log(`wrote ${path}`)
  } else {
    console.error(`${path} does not say what the sources say: run node scripts/reference.mjs --write`)
    process.exitCode = 1
  }
}
