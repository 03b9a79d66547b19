/** Bedrock: Converse for every model, Anthropic's own bodies for Claude; signed, or with a bearer key. */
import { anthropicMessages } from '../dialects/anthropic-messages/index.ts'
import { bedrockConverse } from '../dialects/bedrock-converse/index.ts'
import { cohereOnBedrock } from '../dialects/embeddings/cohere.ts'
import { novaEmbeddings } from '../dialects/embeddings/nova.ts'
import { titanEmbeddings } from '../dialects/embeddings/titan.ts'
import { invokeStream } from '../dialects/event-stream.ts'
import { rerankOnBedrock } from '../dialects/rerank/cohere.ts'
import { bearer } from './authorize.ts'
import type { Authorize } from './authorize.ts'
import { hostedQuirks, onBedrock } from './claude-hosts.ts'
import { claudePrefills } from './go-on.ts'
import { bedrockMedia } from './media.ts'
import { speak } from './speak.ts'
import type { ProviderMaker, ProviderSettings } from './speak.ts'
import type { At, Counting, Service, Voice } from './voice.ts'

/** Model ids and ARNs hold colons and slashes, which are part of a name here and not of a path. */
const modelPath = (verb: string, model: string): string => `/model/${encodeURIComponent(model)}/${verb}`

const pathOf =
  (whole: string, streamed: string) =>
  ({ model, stream }: At): string =>
    modelPath(stream ? streamed : whole, model)

/** Claude by its id, in whatever region; what an ARN stands for, only AWS knows. */
const isClaude = (model: string): boolean => /(?:^|[./])anthropic\.claude-/.test(model)
/** Claude before the Messages API. */
const isOld = (model: string): boolean => /anthropic\.claude-(?:v\d|instant)/.test(model)

/** Tokens are counted by models as such, not by the profiles of many regions under which they are called. */
const withoutPart = (model: string): string => model.replace(/^(?:us|us-gov|eu|apac|jp|au|ca|global)\./, '')

const counting: Counting = {
  path: ({ model }) => modelPath('count-tokens', withoutPart(model)),
  body: ({ messages, system, toolConfig, additionalModelRequestFields }) => ({
    input: {
      converse: {
        messages,
        ...(system !== undefined && { system }),
        ...(toolConfig !== undefined && { toolConfig }),
        ...(additionalModelRequestFields !== undefined && { additionalModelRequestFields }),
      },
    },
  }),
  read: answer => {
    const count =
      answer !== null && typeof answer === 'object' && 'inputTokens' in answer ? answer.inputTokens : undefined
    return typeof count === 'number' ? count : undefined
  },
}

/** What AWS reads from headers of an invocation, as its clients send them. */
const invocationHeaders = [
  'x-amzn-bedrock-guardrailidentifier',
  'x-amzn-bedrock-guardrailversion',
  'x-amzn-bedrock-trace',
  'x-amzn-bedrock-performanceconfig-latency',
  'x-amzn-bedrock-service-tier',
]

/** For clients that speak Anthropic's dialect: nothing of it is lost on the way. */
const claude: Voice = {
  dialect: anthropicMessages,
  path: pathOf('invoke', 'invoke-with-response-stream'),
  framing: invokeStream,
  serves: model => isClaude(model) && !isOld(model),
  edits: onBedrock,
  quirks: hostedQuirks,
  prefills: claudePrefills,
  needsLength: true,
  passes: invocationHeaders,
}

const invoke = ({ model }: At): string => modelPath('invoke', model)
const isNamed = (names: RegExp) => (model: string) => names.test(model)

/** Each maker's own bodies, for models that do not chat. */
const services: readonly Service[] = [
  { dialect: titanEmbeddings, path: invoke, serves: isNamed(/amazon\.titan-embed-text/) },
  { dialect: novaEmbeddings, path: invoke, serves: isNamed(/amazon\.nova-.*embeddings/) },
  { dialect: cohereOnBedrock, path: invoke, serves: isNamed(/cohere\.embed/) },
  { dialect: rerankOnBedrock, path: invoke, serves: isNamed(/(?:cohere|amazon)\.rerank/) },
  ...bedrockMedia(invoke),
]

const hostOf = (region: string): string =>
  `https://bedrock-runtime.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`

/** Credentials to sign with are JSON; a bearer key is a word. */
const authorizeIn =
  (region: string): Authorize =>
  (wire, secret, now) => {
    const text = secret.trim()
    if (!text.startsWith('{')) return bearer(wire, text, now)
    return { ...wire, signing: { scheme: 'aws-sigv4', service: 'bedrock', region, credentials: text } }
  }

const isSigned = ({ credentials }: ProviderSettings): boolean =>
  credentials.length === 0 || credentials.some(({ reference }) => reference.startsWith('aws:'))

/** Bedrock's runtime in one region. */
export const bedrock: ProviderMaker = settings => {
  const { id, url, options } = settings
  const region = options?.region
  if (region === undefined && (url === undefined || isSigned(settings))) {
    const why = `the provider "${id}" has no region; bedrock needs the one in which its models are, e.g. eu-central-1`
    return { ok: false, why, at: 'region' }
  }
  return {
    ok: true,
    value: speak({
      settings,
      system: 'aws.bedrock',
      url: url ?? hostOf(region ?? ''),
      authorize: authorizeIn(region ?? 'us-east-1'),
      dialect: bedrockConverse,
      path: pathOf('converse', 'converse-stream'),
      counting,
      prefills: claudePrefills,
      also: [claude],
      services,
    }),
  }
}
