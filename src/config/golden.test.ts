/** Golden configurations: the same file gives the same settings, or the same mistakes at the same places, word for word. */
import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { configCases, tellConfig } from '../../test/golden/read-config-case.ts'
import type { Instant } from '../domain/units.ts'
import { providerTypes } from '../providers/registry.ts'
import { readConfig } from './load.ts'
import type { Loaded } from './load.ts'
import { routesOf } from './targets.ts'

/** `GOLDEN=write node scripts/test.mjs config/golden` writes what is told now; read the difference before you keep it. */
const isWriting = process.env['GOLDEN'] === 'write'

const secret = 'sk-secret-0123456789abcdef0123456789abcdef'
const env = {
  OPENAI_API_KEY: secret,
  ANTHROPIC_API_KEY: secret,
  CI_KEY: 'sk-ci-0123456789abcdef0123456789',
  CI_KEY_AGAIN: 'sk-ci-0123456789abcdef0123456789',
  FOURTH_KEY: 'sk-4-0123456789abcdef0123456789',
  FIFTH_KEY: 'sk-5-0123456789abcdef0123456789',
  SHORT_KEY: 'short',
  TEAM: 'search',
  VLLM_URL: 'http://10.0.0.9:8000/v1',
}

const read = (yaml: string): Loaded =>
  readConfig(yaml, {
    file: 'signalbox.yaml',
    env,
    providerTypes: Object.keys(providerTypes),
    now: Date.UTC(2026, 10, 24) as Instant,
  })

const cases = configCases()

describe('golden configurations', () => {
  it.each(cases)('$name', one => {
    const loaded = read(one.yaml)
    if (isWriting) writeFileSync(one.path, one.with(loaded))
    else expect(tellConfig(loaded)).toBe(one.told)
  })

  it.each(cases)('$name never shows a secret of the environment', ({ yaml }) => {
    const told = tellConfig(read(yaml))
    for (const value of [secret, env.CI_KEY, env.FOURTH_KEY, env.FIFTH_KEY]) expect(told).not.toContain(value)
    expect(told).not.toMatch(/AbCdEf|0a1b2c3d4e5f/)
  })

  it.each(cases.filter(one => !one.name.startsWith('bad-')))('$name is loaded, and has routes', ({ yaml }) => {
    const loaded = read(yaml)
    expect(loaded.findings.filter(one => one.severity === 'error')).toEqual([])
    expect(loaded.ok && routesOf(loaded.settings).ok).toBe(true)
  })

  it.each(cases.filter(one => one.name.startsWith('bad-')))('$name is refused, at a place in the file', ({ yaml }) => {
    const loaded = read(yaml)
    const lines = yaml.split('\n')
    expect(loaded.ok).toBe(false)
    for (const { line, column } of loaded.findings) {
      expect(lines[line - 1]).toBeDefined()
      expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1)
    }
  })

  it('are many', () => {
    expect(cases.filter(one => one.name.startsWith('bad-')).length).toBeGreaterThanOrEqual(25)
  })
})
