/** What a configuration asks of each look-alike follows from the table of providers. */
import { describe, expect, it } from 'vitest'
import { lookAlikeTable } from '../providers/openai-compatible.ts'
import { providerTypes } from '../providers/registry.ts'
import { readConfig } from './load.ts'
import { selfHosted } from './served.ts'

const rows = Object.entries(lookAlikeTable).map(([type, row]) => ({ type, ...row }))
/** What is said of a provider of this type with these members. */
const said = (type: string, members = ''): readonly string[] => {
  const text = `providers: { them: { type: ${type}${members} } }\ndeployments: { one: { provider: them, model: m } }\npools: { p: { candidates: [one] } }`
  const read = readConfig(text, { file: 'f.yaml', env: { KEY: 'k' }, providerTypes: Object.keys(providerTypes) })
  return read.findings.filter(({ severity }) => severity === 'error').map(({ message }) => message)
}
const key = ", key: '${KEY}'"

describe('look-alikes in a configuration', () => {
  it.each(rows)(
    '$type: a key, an address, an account where it needs one, and no more',
    ({ type, url, isSelfHosted }) => {
      const needs = [
        ...(url === undefined ? [expect.stringMatching(/^needs url/)] : []),
        ...(url?.includes('{account}') ? [expect.stringMatching(/^needs account/)] : []),
      ]
      expect(said(type, key)).toEqual(needs)
      expect(said(type, `${key}, url: 'http://127.0.0.1:9/v1'`)).toEqual([])
      if (url?.includes('{account}')) expect(said(type, `${key}, account: acme`)).toEqual([])
      const isKeyed = url !== undefined && isSelfHosted !== true
      expect(said(type).some(one => one.startsWith('needs key'))).toBe(isKeyed)
    },
  )
  it("are one's own in both lists", () => {
    expect([...selfHosted].sort()).toEqual(
      rows
        .filter(one => one.isSelfHosted)
        .map(({ type }) => type)
        .sort(),
    )
  })
})
