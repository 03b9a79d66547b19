/** Compares the tree and the plan in ARCHITECTURE.md with the sources; with --write, writes them. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { plan } from '../test/house/plan.ts'
import { root, sources } from '../test/house/sources.ts'
import { fenced, treeOf, withFenced } from '../test/house/tree.ts'

const path = join(root, 'ARCHITECTURE.md')
const page = readFileSync(path, 'utf8')
const tree = treeOf(sources())
const table = Object.entries(plan).map(([room, may]) => `${`${room}:`.padEnd(15)}${may.join(', ')}`.trimEnd())

if (process.argv.includes('--write')) {
  writeFileSync(path, withFenced(withFenced(page, 'tree', tree), 'plan', table))
  console.log(`ARCHITECTURE.md: ${tree.length} lines of tree, ${table.length} rooms`)
} else if (
  fenced(page, 'tree')?.join('\n') !== tree.join('\n') ||
  fenced(page, 'plan')?.join('\n') !== table.join('\n')
) {
  console.error('ARCHITECTURE.md does not show the sources as they are: run node scripts/architecture.mjs --write')
  process.exitCode = 1
}
