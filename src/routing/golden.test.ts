/** Golden decisions: the same facts under the same policy give the same decision and the same words, byte for byte. */
import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { goldenCases, tell } from '../../test/golden/read-case.ts'
import { compilePolicy } from './compile-policy.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { decide } from './decide.ts'
import { explain } from './explain.ts'
import { strategyNames } from './registry.ts'
import { replay } from './replay.ts'

/** `GOLDEN=write node scripts/test.mjs routing/golden` writes what is decided now; read the difference before you keep it. */
const isWriting = process.env['GOLDEN'] === 'write'

const cases = goldenCases()
const compiled = (policy: Parameters<typeof compilePolicy>[0]): CompiledPolicy => {
  const found = compilePolicy(policy)
  if (!found.ok) throw new Error(found.why)
  return found.value
}

describe('golden decisions', () => {
  it.each(cases)('$name', ({ policy, facts, told, path, withDecision }) => {
    const decision = decide(compiled(policy), facts)
    const words = explain({ facts, decision })
    if (isWriting) writeFileSync(path, withDecision(decision, words))
    else expect(tell(decision, words)).toBe(told)
  })

  it.each(cases)('$name is replayed from its stored trace', ({ policy, facts }) => {
    const decision = decide(compiled(policy), facts)
    const stored: { facts: typeof facts; decision: typeof decision } = JSON.parse(JSON.stringify({ facts, decision }))
    expect(JSON.stringify(replay(compiled(policy), stored))).toBe(JSON.stringify(stored.decision))
  })

  it('are many, and cover every strategy', () => {
    expect(cases.length).toBeGreaterThanOrEqual(25)
    const used = new Set(
      cases
        .flatMap(({ policy }) => [...JSON.stringify(policy.steps).matchAll(/"use":"([^"]+)"/g)])
        .map(found => found[1]),
    )
    expect([...used].sort()).toEqual([...strategyNames].sort())
  })
})
