/** Runs all tests, or those whose file names hold the given words; the last line counts them. */
import { run } from './node.mjs'

const own = ['--reporter=default', '--reporter=./test/reporter.ts']
process.exitCode = run('node_modules/vitest/vitest.mjs', ['run', ...own, ...process.argv.slice(2)])
