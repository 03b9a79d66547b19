/** What a configuration file may say, as people write it. */
import type * as z from 'zod'
import { optionalLeaf, text, word } from './kinds.ts'
import { live } from './schema-live.ts'
import { keys, server, store, telemetry } from './schema-house.ts'
import { deployments, providers } from './schema-models.ts'
import { aliases, policies, pools } from './schema-routes.ts'
import { issuers, tenancy, webhooks } from './schema-tenancy.ts'
import { shape } from './shape.ts'

/** The whole file. */
export const fileSchema = shape(
  {
    $schema: optionalLeaf(text, 'The address of this schema, for editors.'),
    providers: providers.optional(),
    deployments: deployments.optional(),
    pools: pools.optional(),
    catalogue: optionalLeaf(
      text,
      'A catalogue of your own, over what is shipped: prices, windows and abilities of models. The file that `signalbox catalogue update` writes beside the state is read if left out.',
    ),
    aliases: aliases.optional(),
    policies: policies.optional(),
    defaultPolicy: optionalLeaf(
      word,
      'The policy where neither pool nor caller names one; a built-in one if left out.',
    ),
    tenancy: tenancy.optional(),
    keys: keys.optional(),
    issuers: issuers.optional(),
    webhooks: webhooks.optional(),
    live: live.optional(),
    server: server.optional(),
    store: store.optional(),
    telemetry: telemetry.optional(),
  },
  { what: 'providers, deployments and pools, each by name', about: 'Configuration of a signalbox gateway.' },
)

/** A file whose values are each well formed; names may still lead nowhere. */
export type ConfigFile = z.output<typeof fileSchema>
export type ProviderEntry = NonNullable<ConfigFile['providers']>[string]
export type DeploymentEntry = NonNullable<ConfigFile['deployments']>[string]
