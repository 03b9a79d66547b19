/** The page on the words of other gateways says what the sources do. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { fieldSynonyms } from '../../src/routing/field-synonyms.ts'
import { houseConstraints, houseOrders } from '../../src/routing/house.ts'
import { operators } from '../../src/routing/conditions.ts'
import { parseStep } from '../../src/routing/parse-step.ts'
import { synonyms } from '../../src/routing/synonyms.ts'
import { root } from '../house/sources.ts'

const page = readFileSync(join(root, 'docs/peers.md'), 'utf8')
const lines = page.split('\n')
/** The rows of the table with this head. */
const rowsUnder = (head: string): readonly string[] => {
  const start = lines.indexOf(head) + 2
  return lines.slice(start, lines.indexOf('', start))
}

describe('the words of other gateways', () => {
  it('are those of the table, in its order, with what they mean', () => {
    expect(rowsUnder('| word | of | here | meaning |')).toEqual(
      synonyms.map(({ name, of, here, meaning }) => `| \`${name}\` | ${of} | \`${here}\` | ${meaning} |`),
    )
  })
  it('for fields are those of the table', () => {
    expect(rowsUnder('| field there | of | field here |')).toEqual(
      fieldSynonyms.map(({ name, of, field }) => `| \`${name}\` | ${of} | \`${field}\` |`),
    )
  })
  it('name steps of the house that there are, and leave out none that a request sets off', () => {
    const steps = [...houseConstraints, ...houseOrders].map(({ step }) => step)
    const named = new Set(page.match(/house:[a-z-]+/g))
    for (const step of named) expect(steps).toContain(step)
    for (const step of steps.filter(one => /asked|max-price|parameters/.test(one))) expect([...named]).toContain(step)
  })
  it('name operators that there are', () => {
    const named = page.match(/`\$(\w+)`/g)?.map(one => one.slice(2, -1)) ?? []
    for (const name of named.filter(one => !['and', 'or', 'not'].includes(one))) expect(operators).toContain(name)
  })
  it('are read as the examples have them', () => {
    const [, text = ''] = /```yaml\n(policies:[\s\S]*?)```/.exec(page) ?? []
    const { policies }: { policies: Record<string, { steps: unknown[] }> } = parse(text)
    expect(Object.keys(policies)).toHaveLength(4)
    for (const [name, { steps }] of Object.entries(policies))
      for (const step of steps) expect(parseStep(step, 'steps[0]'), name).toMatchObject({ ok: true })
  })
})
