/** Every word of another gateway decides as its own step does, whatever the candidates and whatever is known of them. */
import { expect, it } from 'vitest'
import { chanceOf } from '../../test/chance.ts'
import { policyOf } from '../../test/contract/strategy.contract.ts'
import { randomFacts } from '../../test/random-facts.ts'
import type { RoutingDecision } from '../domain/decision.ts'
import { compilePolicy } from './compile-policy.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { decide } from './decide.ts'
import { parseStep } from './parse-step.ts'
import { synonyms } from './synonyms.ts'

const written = (step: unknown): CompiledPolicy => {
  const read = parseStep(step, 'steps[0]')
  if (!read.ok) throw new Error(read.why)
  const made = compilePolicy(policyOf(read.value))
  if (!made.ok) throw new Error(made.why)
  return made.value
}
/** All of it but the name and version of the policy. */
const told = (decision: RoutingDecision): string => JSON.stringify({ ...decision, policy: undefined })

const words = synonyms.flatMap(({ name, step }) => (step === undefined ? [] : [{ name, step }]))

it.each(words)('$name decides as $step.use does', ({ name, step }) => {
  const [theirs, ours] = [
    written(name),
    written(step.with === undefined ? step.use : { use: step.use, with: step.with }),
  ]
  const firsts = new Set<string>()
  for (let seed = 0; seed < 200; seed++) {
    const facts = randomFacts(chanceOf(seed), ours.policy, ours.reads)
    const decision = decide(ours, facts)
    expect(told(decide(theirs, facts)), `seed ${seed}`).toBe(told(decision))
    firsts.add(decision.ranked[0]?.candidate.id ?? 'nobody')
  }
  expect(firsts.size).toBeGreaterThan(5)
})
