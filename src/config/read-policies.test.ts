/** Policies on their own, named and unnamed, sound and not. */
import { describe, expect, it } from 'vitest'
import { findingText } from './finding.ts'
import { readPolicies } from './read-policies.ts'

const told = (text: string): readonly string[] => readPolicies(text, 'new.yaml').findings.map(findingText)

describe('readPolicies', () => {
  it('reads a bare policy, by its own name or as the proposed one', () => {
    const read = readPolicies('steps:\n  - use: capable\n  - { use: cheap, with: { within: 5% } }\n', 'new.yaml')
    expect(read).toMatchObject({
      ok: true,
      policies: [{ name: 'proposed', steps: [{ use: 'capable' }, { use: 'cheap' }] }],
    })
    expect(readPolicies('name: thrifty\nsteps: [{ use: capable }]', 'f')).toMatchObject({
      ok: true,
      policies: [{ name: 'thrifty' }],
    })
  })
  it('reads the policies of a configuration and looks at nothing else in it', () => {
    const read = readPolicies(
      'providers: { x: { type: nonsense } }\npolicies: { one: { steps: [{ use: capable }] } }',
      'f',
    )
    expect(read).toMatchObject({ ok: true, policies: [{ name: 'one' }] })
  })
  it('takes a chain of deployments that stand nowhere here', () => {
    const chained = 'steps: [capable]\nfallback: [mini, large]\n'
    expect(readPolicies(chained, 'f')).toMatchObject({ ok: true, policies: [{ fallback: ['mini', 'large'] }] })
    expect(told(`deployments: { mini: {} }\npolicies: { one: { steps: [capable], fallback: [large] } }`)).toEqual([])
    expect(told('steps: [capable]\nfallback: [1]\n')).toHaveLength(1)
  })
  it('tells where a bare policy goes wrong', () => {
    const [finding] = told('steps:\n  - use: capable\n  - use: cheep\n')
    expect(finding).toMatch(/^new\.yaml:3:\d+: error: steps\[1\]\.use: .*cheep.*did you mean "cheap"/)
  })
  it('tells where a policy of a configuration goes wrong', () => {
    expect(told('policies:\n  one:\n    steps: [{ use: cheep }]')[0]).toMatch(
      /^new\.yaml:3:\d+: error: policies\.one\.steps\[0\]/,
    )
  })
  it('says what to write where there is none', () => {
    expect(told('pools: {}')[0]).toContain('there is no policy here')
    expect(told('')[0]).toContain('there is no policy here')
    expect(told('steps: [')).not.toEqual([])
  })
})
