/** Names of tools in the form that another dialect takes. */
import { describe, expect, it } from 'vitest'
import { fitName } from './tool-name.ts'

describe('a name', () => {
  it('that fits is itself', () => {
    expect(fitName('mcp__files__read-all', 64)).toBe('mcp__files__read-all')
    expect(fitName('a'.repeat(64), 64)).toBe('a'.repeat(64))
  })
  it('that is too long or holds other characters is made to fit, always in the same way', () => {
    const long = `mcp__${'server'.repeat(12)}__read`
    expect(fitName(long, 64)).toMatch(/^mcp__(?:server)+[a-z]*_[a-z0-9]{8}$/)
    expect(fitName(long, 64)).toHaveLength(64)
    expect(fitName(long, 64)).toBe(fitName(long, 64))
    expect(fitName('files.read', 64)).toMatch(/^files_read_[a-z0-9]{8}$/)
  })
  it('does not become that of another', () => {
    const [one, other] = [`${'x'.repeat(80)}a`, `${'x'.repeat(80)}b`]
    expect(fitName(one, 64)).not.toBe(fitName(other, 64))
    expect(fitName('a.b', 64)).not.toBe(fitName('a_b', 64))
  })
})
