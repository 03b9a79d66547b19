/** What providers in clouds need beside a key: a place, an account, and credentials that the cloud itself hands out. */
import { errorAt } from './finding.ts'
import type { Doubt } from './finding.ts'
import { listed } from '../routing/wording.ts'
import { variable } from './references.ts'
import type { Environment } from './references.ts'
import type { ProviderEntry } from './schema.ts'
import type { ProviderOptions } from './settings.ts'

/** Members that only some types have a use for. */
type Member = 'region' | 'project' | 'resource' | 'apiVersion' | 'credentials'

interface CloudType {
  readonly takes: readonly Member[]
  /** The reference of what the cloud hands out where no key is given; absent: there must be a key. */
  readonly handedOut?: (entry: ProviderEntry) => string
  /** What `credentials` may be, to end the sentence "write …". */
  readonly forms?: string
  readonly mayBe?: (credentials: string) => boolean
  /** What is still missing, with the options as they are then. */
  readonly lacks?: (entry: ProviderEntry, options: ProviderOptions) => string | undefined
  /** Where an option comes from that the file does not give. */
  readonly fromEnvironment?: (env: Environment) => ProviderOptions
}

const isFileOrVariable = (text: string): boolean => /^(?:file:.|\$\{)/.test(text)
const hasKey = ({ key, keys }: ProviderEntry): boolean => key !== undefined || keys !== undefined
const firstOf = (env: Environment, ...names: readonly string[]): string | undefined =>
  names.map(name => variable(env, name)).find(value => value !== undefined)

/** The region in the host of AWS's own addresses. */
const regionIn = (url: string | undefined): string | undefined =>
  /^https:\/\/(?:[^/.]+\.)*bedrock-runtime(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\./.exec(url ?? '')?.[1]

const bedrock: CloudType = {
  takes: ['region', 'credentials'],
  handedOut: ({ credentials }) => credentials ?? 'aws:default',
  forms: 'aws:profile/NAME, or file:PATH of a JSON file with accessKeyId and secretAccessKey',
  mayBe: text => /^aws:(?:default|profile\/.+)$/.test(text) || isFileOrVariable(text),
  lacks(entry, { region }) {
    if (region !== undefined || (entry.url !== undefined && hasKey(entry))) return undefined
    return 'needs region: where the models are, such as region: eu-central-1, or AWS_REGION in the environment'
  },
  fromEnvironment(env) {
    const region = firstOf(env, 'AWS_REGION', 'AWS_DEFAULT_REGION')
    return region === undefined ? {} : { region }
  },
}

const vertex: CloudType = {
  takes: ['project', 'region', 'apiVersion', 'credentials'],
  handedOut: ({ credentials }) =>
    credentials === undefined || credentials.startsWith('google:')
      ? (credentials ?? 'google:adc')
      : `google:${credentials}`,
  forms: 'file:PATH of a credentials file (a service account, a signed-on user, a workload identity), or google:adc',
  mayBe: text => /^google:(?:adc$|file:.|\$\{)/.test(text) || isFileOrVariable(text),
  lacks(entry, { project }) {
    if (project !== undefined || hasKey(entry)) return undefined
    return 'needs project: the Google Cloud project that pays, such as project: acme, or GOOGLE_CLOUD_PROJECT in the environment'
  },
  fromEnvironment(env) {
    const project = firstOf(env, 'GOOGLE_CLOUD_PROJECT')
    const region = firstOf(env, 'GOOGLE_CLOUD_LOCATION')
    return { ...(project !== undefined && { project }), ...(region !== undefined && { region }) }
  },
}

/** Clouds of governments give tokens for addresses of their own. */
const azureScope = (url: string | undefined): string => {
  const end = /^https:\/\/[^/]+\.azure\.(us|cn)(?:[:/]|$)/i.exec(url ?? '')?.[1]
  return end === undefined ? 'azure:default' : `azure:scope/https://cognitiveservices.azure.${end}/.default`
}

const azure: CloudType = {
  takes: ['resource', 'apiVersion', 'credentials'],
  handedOut: ({ credentials, url }) => credentials ?? azureScope(url),
  forms: 'azure:default, or azure:scope/SCOPE',
  mayBe: text => /^azure:(?:default$|scope\/.)/.test(text),
  lacks: ({ url }, { resource }) => {
    if (url !== undefined && resource !== undefined) return 'has url and resource; write one of the two'
    if (url !== undefined || resource !== undefined) return undefined
    return 'needs resource: the name of the Azure resource, such as resource: acme, or url: https://acme.openai.azure.com'
  },
}

const clouds: Readonly<Record<string, CloudType>> = {
  bedrock,
  vertex,
  azure,
  gemini: { takes: ['apiVersion'] },
}

/** Any other type: a key and an address are all that it has a use for. */
const elsewhere: CloudType = { takes: [] }
const kindOf = (type: string): CloudType => (Object.hasOwn(clouds, type) ? clouds[type] : undefined) ?? elsewhere

const optionNames = ['region', 'project', 'account', 'resource', 'apiVersion'] as const

/** What the file says of options, then what the address or the environment does. */
const optionsOf = (entry: ProviderEntry, env: Environment): ProviderOptions => {
  const given = Object.fromEntries(
    optionNames.flatMap(name => (entry[name] === undefined ? [] : [[name, entry[name]]])),
  )
  const told = entry.type === 'bedrock' ? regionIn(entry.url) : undefined
  return { ...kindOf(entry.type).fromEnvironment?.(env), ...(told !== undefined && { region: told }), ...given }
}

const judged = ['region', 'project', 'resource', 'apiVersion', 'credentials'] as const

const strayMembers = (path: readonly string[], entry: ProviderEntry): readonly Doubt[] => {
  const { takes } = kindOf(entry.type)
  return judged
    .filter(member => entry[member] !== undefined && !takes.includes(member))
    .map(member => {
      const users = Object.keys(clouds).filter(type => clouds[type]?.takes.includes(member))
      return errorAt(
        [...path, member],
        `the type ${entry.type} has no use for ${member}; ${listed(users)} ${users.length === 1 ? 'has' : 'have'}`,
      )
    })
}

const credentialsDoubt = (path: readonly string[], entry: ProviderEntry): readonly Doubt[] => {
  const { mayBe, forms } = kindOf(entry.type)
  if (entry.credentials === undefined || mayBe === undefined) return []
  const at = [...path, 'credentials']
  if (hasKey(entry)) return [errorAt(at, 'has key and credentials; write one of the two')]
  return mayBe(entry.credentials) ? [] : [errorAt(at, `is no reference to credentials; write ${forms}`)]
}

/** What a provider comes to beside address and keys, and what stands against it. */
export interface InCloud {
  readonly options?: ProviderOptions
  /** What the cloud hands out, where the file gives no key. */
  readonly reference?: string
  readonly doubts: readonly Doubt[]
}

/** The part of a provider that only clouds have. */
export const inCloud = (id: string, entry: ProviderEntry, env: Environment): InCloud => {
  const path = ['providers', id]
  const { handedOut, lacks } = kindOf(entry.type)
  const options = optionsOf(entry, env)
  const lacking = lacks?.(entry, options)
  return {
    ...(Object.keys(options).length > 0 && { options }),
    ...(handedOut !== undefined && !hasKey(entry) && { reference: handedOut(entry) }),
    doubts: [
      ...strayMembers(path, entry),
      ...credentialsDoubt(path, entry),
      ...(lacking === undefined ? [] : [errorAt(path, lacking)]),
    ],
  }
}
