/** Providers that the environment stands for: which variables start each, and which models it is asked for. */
import { variable } from './references.ts'
import type { Environment } from './references.ts'

/** A model, and how good it is by kind of work: on a par within a class, for want of scores of one's own. */
export interface WellKnown {
  readonly name: string
  readonly model: string
  readonly quality: Readonly<Record<string, number>>
}

/** A provider as a file would say it, with its models. */
export interface Started {
  readonly type: string
  readonly members: Readonly<Record<string, string>>
  readonly models: readonly WellKnown[]
}

/** A provider that is meant, and what is still missing. */
export interface LeftOut {
  readonly type: string
  readonly why: string
}

type Start = (env: Environment) => Started | LeftOut | undefined

/** Strong at everything. */
const large = { '*': 0.88, code: 0.88, 'function-calling': 0.88 }
/** Good enough for hard work, but not the best of it. */
const fair = { ...large, '*': 0.84, code: 0.84 }
/** Good enough for plain work, where the floor lets them in; not for what is hard. */
const small = { '*': 0.76, chat: 0.82, summarisation: 0.84, classification: 0.84, code: 0.72 }

const firstSet = (env: Environment, names: readonly string[]): string | undefined =>
  names.find(name => variable(env, name) !== undefined)

interface Keyed {
  readonly type: string
  /** Where the provider's official client takes its key from; the first that is set counts. */
  readonly keys: readonly string[]
  /** Where it takes its base address from. */
  readonly url: string
  readonly models: readonly WellKnown[]
}

const keyed =
  ({ type, keys, url, models }: Keyed): Start =>
  env => {
    const key = firstSet(env, keys)
    if (key === undefined) return undefined
    const address = variable(env, url)
    return { type, members: { key: `\${${key}}`, ...(address !== undefined && { url: address }) }, models }
  }

const awsSources = [
  'AWS_BEARER_TOKEN_BEDROCK',
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
]

/** Models are called through the profile of all regions of one part of the world. */
const awsPart = (region: string): string => {
  if (region.startsWith('us-gov-')) return 'us-gov.'
  const part = ['us', 'eu'].find(one => region.startsWith(`${one}-`))
  return part === undefined ? 'apac.' : `${part}.`
}

const bedrock: Start = env => {
  const source = firstSet(env, awsSources)
  if (source === undefined) return undefined
  const region = variable(env, 'AWS_REGION') ?? variable(env, 'AWS_DEFAULT_REGION')
  if (region === undefined) return { type: 'bedrock', why: `${source} is set, but not AWS_REGION, which bedrock needs` }
  const url = variable(env, 'AWS_ENDPOINT_URL_BEDROCK_RUNTIME')
  return {
    type: 'bedrock',
    members: {
      region,
      ...(source === 'AWS_BEARER_TOKEN_BEDROCK' && { key: `\${${source}}` }),
      ...(url !== undefined && { url }),
    },
    models: [
      { name: 'bedrock-claude-sonnet', model: 'global.anthropic.claude-sonnet-4-5-20250929-v1:0', quality: large },
      { name: 'bedrock-nova-lite', model: `${awsPart(region)}amazon.nova-lite-v1:0`, quality: small },
    ],
  }
}

const azureDeployments = [
  'AZURE_OPENAI_DEPLOYMENT',
  'AZURE_OPENAI_DEPLOYMENT_NAME',
  'AZURE_OPENAI_CHAT_DEPLOYMENT_NAME',
]

/** Deployments have names of one's own; where none is told, they are called as their models are. */
const azureModels = (env: Environment): readonly WellKnown[] => {
  const named = firstSet(env, azureDeployments)
  const model = named === undefined ? undefined : variable(env, named)
  return model === undefined
    ? [
        { name: 'azure-gpt-4.1', model: 'gpt-4.1', quality: large },
        { name: 'azure-gpt-4.1-mini', model: 'gpt-4.1-mini', quality: small },
      ]
    : [{ name: 'azure', model, quality: large }]
}

const azure: Start = env => {
  const key = firstSet(env, ['AZURE_OPENAI_API_KEY', 'AZURE_API_KEY'])
  const url = variable(env, 'AZURE_OPENAI_ENDPOINT')
  if (url === undefined) {
    const why = `${key ?? ''} is set, but not AZURE_OPENAI_ENDPOINT, which azure needs`
    return key === undefined ? undefined : { type: 'azure', why }
  }
  const apiVersion = variable(env, 'OPENAI_API_VERSION') ?? variable(env, 'AZURE_OPENAI_API_VERSION')
  return {
    type: 'azure',
    members: {
      url,
      ...(key !== undefined && { key: `\${${key}}` }),
      ...(apiVersion !== undefined && { apiVersion }),
    },
    models: azureModels(env),
  }
}

const isYes = (value: string | undefined): boolean => /^(?:true|1|yes)$/i.test(value ?? '')

const vertex: Start = env => {
  const wish = isYes(variable(env, 'GOOGLE_GENAI_USE_VERTEXAI')) ? 'GOOGLE_GENAI_USE_VERTEXAI' : undefined
  const source = wish ?? firstSet(env, ['GOOGLE_APPLICATION_CREDENTIALS'])
  if (source === undefined) return undefined
  const project = variable(env, 'GOOGLE_CLOUD_PROJECT')
  if (project === undefined)
    return { type: 'vertex', why: `${source} is set, but not GOOGLE_CLOUD_PROJECT, which vertex needs` }
  const region = variable(env, 'GOOGLE_CLOUD_LOCATION')
  return {
    type: 'vertex',
    members: { project, ...(region !== undefined && { region }) },
    models: [
      { name: 'vertex-gemini-pro', model: 'gemini-2.5-pro', quality: large },
      { name: 'vertex-gemini-flash', model: 'gemini-2.5-flash', quality: small },
    ],
  }
}

const starts: readonly Start[] = [
  keyed({
    type: 'openai',
    keys: ['OPENAI_API_KEY'],
    url: 'OPENAI_BASE_URL',
    models: [
      { name: 'gpt-4.1', model: 'gpt-4.1', quality: large },
      { name: 'gpt-4.1-mini', model: 'gpt-4.1-mini', quality: small },
    ],
  }),
  keyed({
    type: 'anthropic',
    keys: ['ANTHROPIC_API_KEY'],
    url: 'ANTHROPIC_BASE_URL',
    models: [
      { name: 'claude-sonnet', model: 'claude-sonnet-4-5', quality: large },
      { name: 'claude-haiku', model: 'claude-haiku-4-5', quality: small },
    ],
  }),
  keyed({
    type: 'gemini',
    keys: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    url: 'GOOGLE_GEMINI_BASE_URL',
    models: [
      { name: 'gemini-pro', model: 'gemini-2.5-pro', quality: large },
      { name: 'gemini-flash', model: 'gemini-2.5-flash', quality: small },
    ],
  }),
  keyed({
    type: 'mistral',
    keys: ['MISTRAL_API_KEY'],
    url: 'MISTRAL_BASE_URL',
    models: [
      { name: 'mistral-large', model: 'mistral-large-latest', quality: fair },
      { name: 'mistral-small', model: 'mistral-small-latest', quality: small },
    ],
  }),
  keyed({
    type: 'cohere',
    keys: ['COHERE_API_KEY', 'CO_API_KEY'],
    url: 'CO_API_URL',
    models: [
      { name: 'command-a', model: 'command-a-03-2025', quality: fair },
      { name: 'command-r7b', model: 'command-r7b-12-2024', quality: small },
    ],
  }),
  bedrock,
  azure,
  vertex,
]

/** What to set for each of them, to end the sentence "set …". */
export const startingVariables: readonly string[] = [
  'OPENAI_API_KEY',
  'ANTHROPIC_API_KEY',
  'GEMINI_API_KEY',
  'MISTRAL_API_KEY',
  'COHERE_API_KEY',
  'AWS_REGION with AWS credentials',
  'AZURE_OPENAI_ENDPOINT',
  'GOOGLE_CLOUD_PROJECT with GOOGLE_APPLICATION_CREDENTIALS',
]

/** The providers whose variables are set, of these types, and those that lack one. */
export const providersIn = (
  env: Environment,
  types: readonly string[],
): { readonly started: readonly Started[]; readonly left: readonly LeftOut[] } => {
  const found = starts.map(start => start(env)).filter(one => one !== undefined && types.includes(one.type))
  return {
    started: found.filter(one => one !== undefined && 'members' in one),
    left: found.filter(one => one !== undefined && 'why' in one),
  }
}
