/** Every strategy in the registry keeps the laws. */
import { expect, test } from 'vitest'
import { keepsTheLaws } from '../../test/contract/strategy.contract.ts'
import { strategies, strategyNamed, strategyNames } from './registry.ts'

for (const maker of strategies) keepsTheLaws(maker)

test('every strategy is found by its name, and no two share one', () => {
  expect(new Set(strategyNames).size).toBe(strategies.length)
  for (const maker of strategies) expect(strategyNamed(maker.name)).toBe(maker)
  expect(strategyNamed('constructor')).toBeUndefined()
})

test('everything that a reference page shows is there', () => {
  for (const { sentence, options } of strategies) {
    expect(sentence).toMatch(/^[A-Z].*\.$/)
    for (const option of options) expect(option.sentence, option.name).toMatch(/^[A-Z].*\.$/)
  }
})
