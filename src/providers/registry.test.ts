/** Every provider that a configuration may name keeps the laws of the port. */
import { describe, expect, it } from 'vitest'
import { providerContract } from '../../test/contract/provider.contract.ts'
import { requestOf } from '../../test/fake-dialect.ts'
import { asking } from '../../test/asking.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { CredentialId, DeploymentId, DialectId, ModelId, ProviderId } from '../domain/ids.ts'
import type { Credential, ProviderAdapter } from '../ports/provider.ts'
import { lookAlikeTable } from './openai-compatible.ts'
import { providerTypeOf, providerTypes } from './registry.ts'

const id = 'them' as ProviderId
const deployment: Deployment = {
  id: 'd' as DeploymentId,
  provider: id,
  model: 'm' as ModelId,
  dialect: 'set' as DialectId,
  accepts: ['text'],
  weight: 1,
  priority: 1,
  limits: {},
  tags: {},
  quality: {},
}
const made = (type: string, credentials: readonly Credential[] = [], url?: string): ProviderAdapter => {
  const options = { region: 'eu-central-1', project: 'acme', account: 'acme' }
  const adapter = providerTypeOf(type)?.({
    id,
    credentials,
    options,
    version: '1.0.0',
    ...(url !== undefined && { url }),
  })
  if (adapter?.ok !== true) throw new Error(`${type}: ${adapter?.why ?? 'no such type'}`)
  return adapter.value
}

/** Those who only embed and rank cannot keep laws of chats; they have others, beside their services. */
const isMute = (type: string): boolean => Object.hasOwn(lookAlikeTable, type) && lookAlikeTable[type]?.isMute === true

for (const type of Object.keys(providerTypes).filter(one => !isMute(one))) {
  providerContract(type, { make: (credentials, url) => made(type, credentials, url) })
}

describe('providerTypes', () => {
  it('speak to their own address unless told another', () => {
    const urlOf = (type: string, url?: string): string => {
      const adapter = made(type, [], url)
      return asking(adapter).encode(requestOf(), { ...deployment, dialect: adapter.dialect }).value.url
    }
    expect(urlOf('openai')).toBe('https://api.openai.com/v1/chat/completions')
    expect(urlOf('anthropic')).toBe('https://api.anthropic.com/v1/messages')
    expect(urlOf('groq')).toBe('https://api.groq.com/openai/v1/chat/completions')
    expect(urlOf('openai', 'http://127.0.0.1:9/v1/')).toBe('http://127.0.0.1:9/v1/chat/completions')
    expect(urlOf('anthropic', 'http://127.0.0.1:9')).toBe('http://127.0.0.1:9/v1/messages')
    expect(urlOf('openai-compatible', 'http://127.0.0.1:9/v1')).toBe('http://127.0.0.1:9/v1/chat/completions')
  })
  it('know no type of names that every object has', () => {
    expect(providerTypeOf('constructor')).toBeUndefined()
    expect(providerTypeOf('openai ')).toBeUndefined()
  })
  it('say what is missing where a look-alike has no address of its own', () => {
    expect(providerTypes['openai-compatible']?.({ id, credentials: [], version: '1' })).toMatchObject({
      ok: false,
      why: expect.stringContaining('url'),
      at: 'url',
    })
  })
  it('keep credentials by reference', () => {
    const credentials = [{ id: 'a' as CredentialId, reference: '${KEY}', weight: 2 }]
    expect(made('openai', credentials).credentials).toBe(credentials)
  })
})
