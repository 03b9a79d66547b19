/** Names what was skipped and ends the output of a test run with the line `N passed, N failed`. */
import { writeSync } from 'node:fs'
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node'

interface Count {
  passed: number
  failed: number
  readonly skipped: string[]
}

const count = (module: TestModule, into: Count): void => {
  // A file that could not be loaded has no tests to count, yet it failed.
  into.failed += module.errors().length
  for (const suite of module.children.allSuites()) into.failed += suite.errors().length
  for (const test of module.children.allTests()) {
    const { state } = test.result()
    if (state === 'passed') into.passed += 1
    else if (state === 'failed') into.failed += 1
    else into.skipped.push(`${module.relativeModuleId}: ${test.fullName}`)
  }
}

/** Counts as vitest does; errors outside of any test count as failed. */
export default class implements Reporter {
  private last = ''
  constructor() {
    // Others may print after the run has ended; this is said when the process is.
    process.once('exit', () => {
      if (this.last !== '') writeSync(1, this.last)
    })
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: TestRunEndReason): void {
    const total: Count = { passed: 0, failed: errors.length, skipped: [] }
    for (const module of modules) count(module, total)
    if (reason !== 'passed' && total.failed === 0) total.failed = 1
    const skipped = total.skipped.map(name => `skipped: ${name}\n`).join('')
    this.last = `\n${skipped}${total.passed} passed, ${total.failed} failed\n`
  }
}
