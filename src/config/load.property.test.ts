/** Laws of reading a configuration: whatever the text, an answer comes back, and it makes sense. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { configCases } from '../../test/golden/read-config-case.ts'
import type { Instant } from '../domain/units.ts'
import { providerTypes } from '../providers/registry.ts'
import { readConfig } from './load.ts'
import type { Loaded } from './load.ts'
import { routesOf } from './targets.ts'

const secret = 'sk-secret-0123456789abcdef0123456789abcdef'
const read = (text: string): Loaded =>
  readConfig(text, {
    file: 'x.yaml',
    env: { OPENAI_API_KEY: secret, CI_KEY: secret, TEAM: 'search', PORT: '80' },
    providerTypes: Object.keys(providerTypes),
    now: 0 as Instant,
  })

/** The laws that hold for every text. */
const holds = (text: string): void => {
  const loaded = read(text)
  const errors = loaded.findings.filter(one => one.severity === 'error')
  expect(errors.length === 0).toBe(loaded.ok)
  const lines = text.split(/\r\n|\n|\r/)
  for (const { line, column, path, message } of loaded.findings) {
    expect(line).toBeGreaterThanOrEqual(1)
    expect(line).toBeLessThanOrEqual(lines.length)
    expect(column).toBeGreaterThanOrEqual(1)
    expect(path + message).not.toContain(secret)
  }
  if (loaded.ok) expect(routesOf(loaded.settings).ok).toBe(true)
  expect(read(text)).toEqual(loaded)
}

const texts = configCases()
  .filter(one => !one.name.includes('bomb'))
  .map(one => one.yaml)

const pieces = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ': ',
  '- ',
  '\n',
  '  ',
  '\t',
  '"',
  "'",
  '#',
  '&a ',
  '*a',
  '<<: ',
  '!x ',
  '|',
  '>',
  '? ',
  '---\n',
  '%',
  '@',
  '${',
  '${X}',
  '${TEAM}',
  '${PORT:-1}',
  '__proto__',
  'constructor',
  'null',
  '~',
  'true',
  '.nan',
  '.inf',
  '-1',
  '1e999',
  '0x1f',
  '\u0000',
  '\ufeff',
  '\ue000',
  '😀',
  '\\',
  'toString: ',
  secret,
] as const

interface Edit {
  readonly at: number
  readonly remove: number
  readonly insert: string
}
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.nat(12),
  insert: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 6 })),
})
const edited = (text: string, edits: readonly Edit[]): string =>
  edits.reduce((now, { at, remove, insert }) => {
    const from = Math.floor(at * now.length)
    return now.slice(0, from) + insert + now.slice(from + remove)
  }, text)

const sections = [
  'providers',
  'deployments',
  'pools',
  'aliases',
  'policies',
  'keys',
  'tenancy',
  'server',
  'store',
  'telemetry',
  'defaultPolicy',
]
const members = [
  'a',
  'type',
  'url',
  'key',
  'keys',
  'headers',
  'provider',
  'model',
  'price',
  'input',
  'limits',
  'rpm',
  'quality',
  'tags',
  'accepts',
  'candidates',
  'policy',
  'task',
  'steps',
  'use',
  'with',
  'when',
  'then',
  'otherwise',
  'at',
  'within',
  'execution',
  'mode',
  'patience',
  'idle',
  'allow',
  'pools',
  'value',
  'teams',
  'organisations',
  'host',
  'port',
  'constructor',
  'toString',
  'hasOwnProperty',
]
const scalars = [
  'a',
  'openai',
  'gpt-4o',
  'cheap',
  'quality-floor',
  '8s',
  '5%',
  '${TEAM}',
  '${OPENAI_API_KEY}',
  'file:x',
  'memory',
  'fallback',
  '',
  ' ',
  0,
  1,
  -1,
  0.5,
  1e300,
  true,
  false,
  null,
]
const { value } = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<unknown>(...scalars),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...members), tie('value'), { maxKeys: 4 }),
  ),
}))

describe('reading a configuration', () => {
  it('answers whatever was changed in a file', () => {
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(edit, { minLength: 1, maxLength: 6 }), (text, edits) => {
        holds(edited(text, edits))
      }),
      { numRuns: 150 },
    )
  })

  it('answers where lines of files were mixed', () => {
    const lines = texts.flatMap(text => text.split('\n'))
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...lines), { maxLength: 25 }), some => holds(some.join('\n'))),
      { numRuns: 100 },
    )
  })

  it('answers whatever values stand in whatever sections', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...sections), value, { maxKeys: 6 }), file => holds(stringify(file))),
      { numRuns: 150 },
    )
  })

  it('answers any text at all', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ maxLength: 200, unit: 'binary' }), fc.string({ unit: fc.constantFrom(...pieces) })),
        holds,
      ),
      { numRuns: 150 },
    )
  })
})
