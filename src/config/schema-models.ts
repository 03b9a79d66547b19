/** What a configuration file may say of providers and deployments. */
import * as z from 'zod'
import { abilities } from '../domain/deployment.ts'
import {
  address,
  amount,
  flag,
  fraction,
  leaf,
  modelName,
  named,
  oneOf,
  optionalLeaf,
  text,
  tokenCount,
  whole,
  word,
} from './kinds.ts'
import type { Kind } from './kinds.ts'
import { price } from './schema-price.ts'
import { entries, shape } from './shape.ts'

const secretJson = { type: 'string', examples: ['${OPENAI_API_KEY}', 'file:/run/secrets/openai'] }
/** A secret by reference: what stands there is checked where references are. */
export const secret: Kind<string> = {
  what: 'a reference such as ${OPENAI_API_KEY} or file:/run/secrets/openai',
  json: secretJson,
  read: text.read,
}

/** Credentials of a cloud by reference: which forms there are depends on the type. */
const credentialsReference: Kind<string> = {
  what: 'a reference such as file:/etc/gcp.json or aws:profile/NAME',
  json: { type: 'string', examples: ['file:/etc/gcp.json', 'aws:profile/NAME', 'google:adc', 'azure:default'] },
  read: text.read,
}

/** It becomes a part of a host's name. */
const place: Kind<string> = {
  what: 'a name of letters, digits and hyphens',
  json: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9-]{0,62}$|\\$\\{' },
  read: value => (typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/.test(value) ? value : undefined),
}

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/
/** Headers that are sent along. */
export const headers = (about: string): z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodType<string>>> =>
  z
    .record(z.string().regex(headerName), leaf(text, "The header's value."), {
      error: 'headers such as { x-team: search }',
    })
    .optional()
    .meta({ description: about })

const weight = amount('a weight', 1_000_000)

const credential = shape(
  {
    key: leaf(secret, "The provider's secret, by reference."),
    weight: optionalLeaf(weight, 'Its share of the requests beside the other keys; 1 if left out.'),
    id: optionalLeaf(word, 'What it is called in logs and metrics; its place in the list if left out.'),
  },
  { what: 'a key such as { key: ${OPENAI_API_KEY}, weight: 1 }', about: 'One of several keys.' },
)

const provider = shape(
  {
    type: leaf(
      named('a type such as openai'),
      'What the provider is: openai, anthropic, openai-compatible, groq, mistral, ollama, …',
    ),
    url: optionalLeaf(
      address,
      "Its address, as the provider's official client takes it as its base; the provider's own if left out.",
    ),
    key: optionalLeaf(secret, "The provider's secret, by reference."),
    keys: z
      .array(credential, { error: 'a list of keys such as [{ key: ${FIRST_KEY}, weight: 2 }, { key: ${SECOND_KEY} }]' })
      .min(1, 'one key at least')
      .optional()
      .meta({ description: 'Several keys, used by weight, instead of `key`.' }),
    headers: headers('Sent with every request to this provider, after its own.'),
    discover: optionalLeaf(
      flag,
      'Whether it is asked each minute which models it has, so that each can be asked for as provider/model. If left out, true for servers of your own (ollama, vllm, …) whose models no deployment names.',
    ),
    region: optionalLeaf(place, 'Where the models are: a region of AWS, or of Google Cloud (`global` if left out).'),
    project: optionalLeaf(word, 'The Google Cloud project that vertex is asked in.'),
    account: optionalLeaf(word, 'The account that stands in the address of databricks, cloudflare and their like.'),
    resource: optionalLeaf(place, 'The Azure resource that stands in the address: https://RESOURCE.openai.azure.com.'),
    apiVersion: optionalLeaf(
      word,
      'The version of the API that azure, vertex or gemini is asked in, such as 2024-10-21; the newest stable one if left out.',
    ),
    credentials: optionalLeaf(
      credentialsReference,
      "What bedrock, vertex or azure asks with instead of a key, by reference; what the cloud's own tools find if left out.",
    ),
  },
  {
    what: 'a provider such as { type: openai, key: ${OPENAI_API_KEY} }',
    about: 'Who speaks which dialect where, with which secret.',
  },
)

/** Providers by name. */
export const providers = entries(provider, {
  what: 'providers by name, such as openai: { type: openai, key: ${OPENAI_API_KEY} }',
  about: 'Who can be called, by a name of your own.',
  names: 'provider',
})

const limits = shape(
  {
    rpm: optionalLeaf(whole(1), 'Requests per minute.'),
    tpm: optionalLeaf(whole(1), 'Tokens per minute.'),
    concurrent: optionalLeaf(whole(1), 'Requests at the same time.'),
  },
  { what: 'limits such as { rpm: 500, tpm: 200000 }', about: 'What the provider lets this deployment take.' },
)

const scores = z
  .union([leaf(fraction, 'For any kind of work.'), z.record(z.string(), leaf(fraction, 'For this kind of work.'))], {
    error: 'a score from 0 to 1, or one for each kind of work, such as { chat: 0.82, code: 0.7, "*": 0.75 }',
  })
  .optional()
  .meta({ description: 'How good it is, from 0 to 1: one score, or one for each kind of work; `*` for any other.' })

const abilityList = z
  .array(leaf(oneOf(...abilities), 'An ability.'), {
    error: `a list of abilities, such as [text, tools]; there are ${abilities.join(', ')}`,
  })
  .min(1, 'one ability at least, such as text')
  .optional()
  .meta({ description: "What it takes beside what everybody takes; the catalogue's if left out." })

const deployment = shape(
  {
    provider: leaf(named('the name of a provider'), 'The name of a provider above.'),
    model: leaf(modelName, "The model, as the provider's own API calls it."),
    knownAs: optionalLeaf(
      named('a model such as gpt-4o-mini'),
      'The model that this is, where the provider calls it by a name of your own: price, window and abilities are those.',
    ),
    price: price.optional(),
    contextWindow: optionalLeaf(tokenCount, "Input and output together; the catalogue's if left out."),
    maxOutput: optionalLeaf(tokenCount, "The longest answer; the catalogue's if left out."),
    accepts: abilityList,
    limits: limits.optional(),
    weight: optionalLeaf(weight, 'Its share where a policy spreads by weight; 1 if left out.'),
    priority: optionalLeaf(
      whole(0, 1_000_000),
      'Lower comes first where a policy goes by priority. Left out it counts as 1, or as just before that with the tag `capacity: provisioned`.',
    ),
    quality: scores,
    tags: z
      .record(z.string(), leaf(text, "The tag's value."), { error: 'tags such as { region: eu, tier: premium }' })
      .optional()
      .meta({ description: 'Names and values that policies can ask for: region, tier.' }),
  },
  { what: 'a deployment such as { provider: openai, model: gpt-4o-mini }', about: 'One callable instance of a model.' },
)

/** Deployments by name. */
export const deployments = entries(deployment, {
  what: 'deployments by name, such as mini: { provider: openai, model: gpt-4o-mini }',
  about: 'Which models can serve: price, window and abilities come from the catalogue unless they are given here.',
})
