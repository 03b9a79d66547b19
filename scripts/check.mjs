/** Everything that must hold beside the tests: lint, types, the plan of the house, unused code, the build. */
import { run } from './node.mjs'

/** Name to script and arguments, in the order of running. */
const checks = {
  lint: ['node_modules/oxlint/bin/oxlint'],
  format: ['node_modules/oxfmt/bin/oxfmt', '--check'],
  types: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'],
  plan: ['scripts/architecture.mjs'],
  reference: ['scripts/reference.mjs', '--check'],
  schema: ['scripts/schema.mjs'],
  unused: ['node_modules/knip/bin/knip.js'],
  build: ['scripts/build.mjs'],
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter(name => !Object.hasOwn(checks, name))
if (unknown.length > 0) {
  console.error(`no check "${unknown.join('", "')}"; there are ${Object.keys(checks).join(', ')}`)
  process.exit(2)
}

const failed = Object.entries(checks)
  .filter(([name]) => wanted.length === 0 || wanted.includes(name))
  .filter(([name, [script, ...args]]) => {
    console.log(`== ${name}`)
    return run(script, args) !== 0
  })
  .map(([name]) => name)
console.log(failed.length === 0 ? 'all good' : `failed: ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
