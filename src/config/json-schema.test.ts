/** The schema for editors: it is what the sources say, explains every member, and agrees with what is read. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { configCases } from '../../test/golden/read-config-case.ts'
import { providerTypes } from '../providers/registry.ts'
import { strategyNames } from '../routing/registry.ts'
import { readDocument } from './document.ts'
import { configJsonSchema } from './json-schema.ts'
import { plainValue } from './written.ts'

const schema = configJsonSchema(Object.keys(providerTypes))
const isValid = new Ajv({ strict: false, allErrors: true }).compile(schema)

const valueOf = (yaml: string): unknown => {
  const read = readDocument(yaml)
  if (!read.ok) throw new Error(read.flaws.map(one => one.message).join('; '))
  return plainValue(read.written)
}
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object'

/** Members of mappings without a description, by path. */
const unexplained = (node: unknown, path: string): readonly string[] => {
  if (!isRecord(node)) return []
  const { properties } = node
  const own = isRecord(properties) ? Object.entries(properties) : []
  return [
    ...own
      .filter(([, one]) => !isRecord(one) || typeof one['description'] !== 'string')
      .map(([name]) => `${path}.${name}`),
    ...Object.entries(node).flatMap(([name, one]) => unexplained(one, `${path}/${name}`)),
  ]
}

const cases = configCases()
const good = cases.filter(one => !one.name.startsWith('bad-'))
/** Mistakes that can be seen without knowing the other parts of a file. */
const visible = [
  'bad-abilities',
  'bad-addresses',
  'bad-execution-and-patience',
  'bad-headers',
  'bad-missing-members',
  'bad-numbers',
  'bad-provider-name',
  'bad-provider-type',
  'bad-scores',
  'bad-server',
  'bad-steps',
  'bad-steps-missing',
  'bad-top-level-list',
  'bad-unknown-members',
  'bad-unknown-section',
]

describe('the schema for editors', () => {
  it('is the shipped file (run `node scripts/schema.mjs --write`)', () => {
    const shipped: unknown = JSON.parse(
      readFileSync(resolve(import.meta.dirname, '../../signalbox.schema.json'), 'utf8'),
    )
    expect(shipped).toEqual(schema)
  })
  it('explains every member', () => {
    expect(unexplained(schema, '')).toEqual([])
    expect(unexplained({ properties: { a: {} } }, '')).toEqual(['.a'])
  })
  it('offers every step and every type of provider', () => {
    const text = JSON.stringify(schema)
    for (const name of strategyNames) expect(text).toContain(`"const":"${name}"`)
    for (const type of Object.keys(providerTypes)) expect(text).toContain(`"${type}"`)
  })
  it.each(good)('takes $name', ({ yaml }) => {
    isValid(valueOf(yaml))
    expect(isValid.errors ?? []).toEqual([])
  })
  it.each(cases.filter(one => visible.includes(one.name)))('refuses $name', ({ yaml }) => {
    expect(isValid(valueOf(yaml))).toBe(false)
  })
  it('was held against every mistake that it can see', () => {
    expect(
      cases
        .filter(one => visible.includes(one.name))
        .map(one => one.name)
        .sort(),
    ).toEqual([...visible].sort())
  })
})
