/** Providers of a file to providers of a gateway. */
import type { CredentialId, ProviderId } from '../domain/ids.ts'
import type { Credential } from '../ports/provider.ts'
import { selfHosted } from './served.ts'
import { inCloud } from './cloud-providers.ts'
import { errorAt } from './finding.ts'
import type { Doubt } from './finding.ts'
import { quoted, thereAre } from './ground.ts'
import type { Ground } from './ground.ts'
import type { ProviderEntry } from './schema.ts'
import type { ProviderConfig } from './settings.ts'
import { isMembers, valueAt } from './well-formed.ts'

/** Types of which every installation has its own address. */
const addressless: readonly string[] = [
  'openai-compatible',
  'vllm',
  'sglang',
  'llamacpp',
  'tgi',
  'localai',
  'xinference',
  'tei',
]

/** Types whose address holds an account. */
const ofAccounts: readonly string[] = ['databricks', 'cloudflare', 'snowflake']

const credentialId = (provider: string, name: string): CredentialId => `${provider}:${name}` as CredentialId

const credentialsOf = (id: string, entry: ProviderEntry, handedOut: string | undefined): readonly Credential[] => {
  if (entry.keys !== undefined) {
    return entry.keys.map((one, place) => ({
      id: credentialId(id, one.id ?? String(place)),
      reference: one.key,
      weight: one.weight ?? 1,
    }))
  }
  return [{ id: credentialId(id, '0'), reference: entry.key ?? handedOut ?? '', weight: 1 }]
}

const doubtKeys = (ground: Ground, id: string, entry: ProviderEntry, credentials: readonly Credential[]): void => {
  const path = ['providers', id]
  if (entry.key !== undefined && entry.keys !== undefined) {
    ground.doubts.push(errorAt([...path, 'keys'], 'has key and keys; write one of the two'))
  }
  const isHosted = entry.url === undefined && !selfHosted.includes(entry.type) && !addressless.includes(entry.type)
  const isKeyless = credentials.every(({ reference }) => reference === '')
  if (isHosted && isKeyless && entry.keys === undefined) {
    const variable = `${entry.type.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}_API_KEY`
    ground.doubts.push(errorAt(path, `needs key: the provider's secret, such as key: \${${variable}}`))
  }
  if (credentials.every(one => one.weight === 0)) {
    ground.doubts.push(errorAt([...path, 'keys'], 'every weight is 0, so that no key is ever used'))
  }
  for (const [place, one] of credentials.entries()) {
    const isTwin = credentials.findIndex(other => other.id === one.id) < place
    if (isTwin) ground.doubts.push(errorAt([...path, 'keys', place], 'another key has the same id; ids must differ'))
  }
}

/** Whether the provider is asked for its models: as it says, else where it is one's own and nobody names them. */
const discovers = ({ file: { deployments = {} } }: Ground, id: string, { type, discover }: ProviderEntry): boolean =>
  discover ?? (selfHosted.includes(type) && Object.values(deployments).every(({ provider }) => provider !== id))

const resolved = (ground: Ground, id: string, entry: ProviderEntry): readonly ProviderConfig[] => {
  const path = ['providers', id]
  // Told already, beside its other members.
  if (!ground.providerTypes.includes(entry.type)) return []
  if (addressless.includes(entry.type) && entry.url === undefined) {
    ground.doubts.push(errorAt(path, `needs url: the address of this server, such as http://127.0.0.1:8000/v1`))
  }
  if (ofAccounts.includes(entry.type) && entry.url === undefined && entry.account === undefined) {
    ground.doubts.push(errorAt(path, 'needs account: what stands in its address; or the whole address as url'))
  }
  const { reference, options, doubts } = inCloud(id, entry, ground.env)
  ground.doubts.push(...doubts)
  const credentials = credentialsOf(id, entry, reference)
  doubtKeys(ground, id, entry, credentials)
  return [
    {
      id: id as ProviderId,
      type: entry.type,
      credentials,
      ...(entry.url !== undefined && { url: entry.url }),
      ...(entry.headers !== undefined && { headers: entry.headers }),
      ...(options !== undefined && { options }),
      ...(discovers(ground, id, entry) && { discover: true }),
    },
  ]
}

/** Providers of a type that nobody knows: their other members cannot be judged. */
export const strangeProviders = (value: unknown, types: readonly string[]): readonly Doubt[] => {
  const providers = valueAt(value, ['providers'])
  if (!isMembers(providers)) return []
  return Object.keys(providers).flatMap(id => {
    const type = valueAt(providers, [id, 'type'])
    if (typeof type !== 'string' || types.includes(type)) return []
    return [errorAt(['providers', id, 'type'], `no provider type ${quoted(type)}${thereAre(type, types)}`)]
  })
}

/** Every provider whose type is known. */
export const resolveProviders = (ground: Ground): readonly ProviderConfig[] =>
  Object.entries(ground.file.providers ?? {}).flatMap(([id, entry]) => resolved(ground, id, entry))
