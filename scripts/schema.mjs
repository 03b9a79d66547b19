/** Compares signalbox.schema.json with the sources; with --write, writes it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configJsonSchema } from '../src/config/json-schema.ts'
import { providerTypes } from '../src/providers/registry.ts'
import { root } from './node.mjs'

const path = join(root, 'signalbox.schema.json')
const text = `${JSON.stringify(configJsonSchema(Object.keys(providerTypes)), null, 2)}\n`

if (process.argv.includes('--write')) {
  writeFileSync(path, text)
  console.log(`signalbox.schema.json: ${text.length} characters`)
} else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
  console.error('signalbox.schema.json does not show the sources as they are: run node scripts/schema.mjs --write')
  process.exitCode = 1
}
