/** Azure: deployments in the path or the first version's address, a key or an Entra token; Claude beside them. */
import { anthropicMessages } from '../dialects/anthropic-messages/index.ts'
import { openaiEmbeddings } from '../dialects/embeddings/openai.ts'
import { openaiChat } from '../dialects/openai-chat/index.ts'
import { openaiCompletions } from '../dialects/openai-completions/index.ts'
import { openaiResponses } from '../dialects/openai-responses/index.ts'
import { bearer, headerKey } from './authorize.ts'
import type { Authorize } from './authorize.ts'
import { azureLine } from './lines.ts'
import { openaiMedia } from './media.ts'
import { onlyCompletions, onlyResponses } from './openai.ts'
import type { Quirks } from './quirks.ts'
import { speak } from './speak.ts'
import type { ProviderMaker, ProviderSettings } from './speak.ts'
import type { At, Voice } from './voice.ts'

/** Which of Azure's three addresses is meant. */
type Door = 'v1' | 'deployments' | 'models'

interface Place {
  readonly door: Door
  /** The address without what a door adds. */
  readonly root: string
  /** A date, or `preview`; undefined for the stable first version. */
  readonly version: string | undefined
}

const withVersion = (path: string, version: string | undefined): string =>
  version === undefined ? path : `${path}?api-version=${encodeURIComponent(version)}`

/** Dated versions are of the older kind, in which each deployment has an address of its own. */
const isDated = (version: string | undefined): boolean => version !== undefined && /^\d{4}-\d\d-\d\d/.test(version)

const placeOf = (address: string, apiVersion: string | undefined): Place => {
  const url = address.replace(/\/+$/, '')
  const version = apiVersion === 'v1' || apiVersion === 'latest' ? undefined : apiVersion
  if (url.endsWith('/models')) return { door: 'models', root: url, version: version ?? '2024-05-01-preview' }
  const root = url.replace(/\/openai(?:\/v1)?$/, '')
  return isDated(version) && !url.endsWith('/v1')
    ? { door: 'deployments', root, version }
    : { door: 'v1', root, version }
}

/** Where an operation of OpenAI's is, e.g. `/chat/completions`. */
const pathOf =
  ({ door, version }: Place, operation: string) =>
  ({ model }: At): string => {
    const paths: Readonly<Record<Door, string>> = {
      v1: `/openai/v1${operation}`,
      deployments: `/openai/deployments/${encodeURIComponent(model)}${operation}`,
      models: operation,
    }
    return withVersion(paths[door], version)
  }

/** What versions before that of September 2024 do not know yet. */
const older: Quirks = { noStreamOptions: true, noDeveloper: true, rename: { max_completion_tokens: 'max_tokens' } }

const quirksOf = ({ door, version = '' }: Place): Quirks | undefined => {
  if (door === 'models') return { noDeveloper: true }
  return door === 'deployments' && version < '2024-09-01' ? older : undefined
}

const isClaude = (model: string): boolean => /^(?:anthropic[./])?claude/i.test(model)

/** Claude is served at another host of the same resource. */
const claudeHost = (base: string): string =>
  base.replace(/^(https:\/\/[^./]+)\.openai\.azure\./, '$1.services.ai.azure.')

const claude: Voice = {
  dialect: anthropicMessages,
  path: '/anthropic/v1/messages',
  host: claudeHost,
  serves: isClaude,
  headers: { 'anthropic-version': '2023-06-01' },
  needsLength: true,
  passes: ['anthropic-version', 'anthropic-beta'],
}

/** Claude's door takes the key under the name that Anthropic gives it. */
const key: Authorize = (wire, secret, now) =>
  headerKey(wire.url.includes('/anthropic/') ? 'x-api-key' : 'api-key')(wire, secret, now)

/** The first dated version that has Responses. */
const firstWithResponses = '2025-03-01'

const isOthers = (model: string): boolean => !isClaude(model)
/** A deployment whose name says that it is no chat model; any other name may be one's own. */
const chats = (model: string): boolean => isOthers(model) && !onlyResponses.test(model) && !onlyCompletions.test(model)

/** Responses, for whoever speaks them; with dated versions they lie beside the deployments, whose name is the model. */
const responsesVoices = ({ door, version }: Place): readonly Voice[] => {
  if (door === 'models' || (door === 'deployments' && (version ?? '') < firstWithResponses)) return []
  const path = door === 'v1' ? '/openai/v1/responses' : '/openai/responses'
  const serves = (model: string): boolean => isOthers(model) && !onlyCompletions.test(model)
  return [{ dialect: openaiResponses, path: withVersion(path, version), serves }]
}

const completions = (place: Place): Voice => ({
  dialect: openaiCompletions,
  path: pathOf(place, '/completions'),
  serves: model => onlyCompletions.test(model),
})

const addressOf = ({ url, options }: ProviderSettings): string | undefined =>
  url ?? (options?.resource === undefined ? undefined : `https://${options.resource}.openai.azure.com`)

const isToken = ({ credentials }: ProviderSettings): boolean =>
  credentials.length > 0 && credentials.every(({ reference }) => reference.startsWith('azure:'))

/** Azure OpenAI and AI Foundry. A model is the name of a deployment. */
export const azure: ProviderMaker = settings => {
  const { id, options } = settings
  const address = addressOf(settings)
  if (address === undefined) {
    const why = `the provider "${id}" has neither url nor resource; azure needs one, e.g. https://acme.openai.azure.com`
    return { ok: false, why, at: 'url' }
  }
  if (/\/openai\/deployments\//.test(address)) {
    const why = `the url of the provider "${id}" names a deployment; write it as a model, and the url without it`
    return { ok: false, why, at: 'url' }
  }
  const place = placeOf(address, options?.apiVersion)
  const quirks = quirksOf(place)
  return {
    ok: true,
    value: speak({
      settings,
      system: place.door === 'models' ? 'azure.ai.inference' : 'azure.ai.openai',
      dialect: openaiChat,
      url: place.root,
      path: pathOf(place, '/chat/completions'),
      ...(place.door !== 'models' && {
        serves: chats,
        also: [...responsesVoices(place), completions(place), claude],
      }),
      ...(place.door !== 'models' && { lines: [azureLine(place.door === 'deployments', place.version)] }),
      services: [
        { dialect: openaiEmbeddings, path: pathOf(place, '/embeddings') },
        ...openaiMedia(operation => pathOf(place, operation)),
      ],
      ...(place.door === 'models' && { headers: { 'extra-parameters': 'pass-through' } }),
      ...(quirks !== undefined && { quirks }),
      authorize: isToken(settings) ? bearer : key,
    }),
  }
}
