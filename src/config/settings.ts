/** What a checked configuration comes to: all that a gateway is built from, as plain data. */
import type { Caller } from '../domain/caller.ts'
import type { Deployment, Pool } from '../domain/deployment.ts'
import type { ProviderId, VirtualKeyId } from '../domain/ids.ts'
import type { Policy } from '../domain/policy.ts'
import type { Limit } from '../domain/limit.ts'
import type { Organisation, Team, User } from '../domain/tenancy.ts'
import type { Instant, Millis, Unit } from '../domain/units.ts'
import type { Credential } from '../ports/provider.ts'

/** What only some types of provider have a use for; each says which it needs. */
export interface ProviderOptions {
  readonly region?: string
  /** Google Cloud project. */
  readonly project?: string
  readonly account?: string
  /** Azure resource. */
  readonly resource?: string
  readonly apiVersion?: string
}

export interface ProviderConfig {
  readonly id: ProviderId
  /** A type that the registry of providers knows: `openai`, `anthropic`, `openai-compatible`, `groq`, … */
  readonly type: string
  /** The address as the provider's official client takes it as its base; absent: the provider's own. */
  readonly url?: string
  /** One at least; a server that wants no key has one with the reference ''. */
  readonly credentials: readonly Credential[]
  readonly headers?: Readonly<Record<string, string>>
  readonly options?: ProviderOptions
  /** It is asked which models it has, again and again; each can be asked for as `provider/model`. */
  readonly discover?: boolean
}

export interface KeyConfig {
  readonly id: VirtualKeyId
  /** `${NAME}`, `file:PATH` or text, of 20 characters or more once read. */
  readonly reference: string
  readonly caller: Caller
  readonly limits: readonly Limit[]
  readonly addresses?: readonly string[]
  readonly expiresAt?: Instant
}

/** What of live state is said; the rest is as usual. */
export interface LiveConfig {
  readonly breaker?: {
    readonly failuresInRow?: number
    readonly failureShare?: number
    readonly leastCalls?: number
    readonly firstRest?: Millis
    readonly longestRest?: Millis
    readonly probesToClose?: number
  }
  readonly retries?: { readonly share?: number; readonly perSecond?: number }
}

export interface ServerConfig {
  readonly host: string
  readonly port: number
  readonly maxBodyBytes: number
  /** Of a form with files; 512 MiB if absent. */
  readonly maxUploadBytes?: number
  /** Origins that browsers may call from; `*` for any. */
  readonly corsOrigins: readonly string[]
  /** How long streams may go on after the process was asked to stop. */
  readonly drain: Millis
}

export interface StoreConfig {
  readonly durable:
    | { readonly kind: 'memory' }
    | { readonly kind: 'sqlite'; readonly path: string }
    | { readonly kind: 'postgres'; readonly url: string }
  /** What several processes share; absent: what the durable store can give. */
  readonly shared?: { readonly kind: 'memory' } | { readonly kind: 'redis'; readonly url: string }
  /** What holds while the shared store cannot be asked; absent: refuse. */
  readonly onLoss?: LossConfig
}

/** `refuse`: whoever has a hard limit is refused; `allow`: each process may spend this share of what was left when it last knew. */
export type LossConfig = { readonly budgets: 'refuse' } | { readonly budgets: 'allow'; readonly share: Unit }

/** A stranger's tokens as callers: who signs them, and which of their claims say who it is. */
export interface IssuerConfig {
  readonly id: string
  /** The `iss` claim, to the letter. */
  readonly issuer: string
  /** One of these must be in `aud`. */
  readonly audiences: readonly string[]
  /** Where its keys are; absent: found by OpenID discovery at the issuer. */
  readonly jwks?: string
  /** Signature algorithms that are taken; never `none` and never a symmetric one. */
  readonly algorithms: readonly string[]
  /** Claims by what they say, each as a path such as `realm.team`. */
  readonly claims: Readonly<Partial<Record<'organisation' | 'team' | 'user' | 'pools' | 'role' | 'key', string>>>
  /** What holds for every token of it. */
  readonly caller: Omit<Caller, 'key'>
  /** People sign in with it to the admin pages. */
  readonly login?: { readonly clientId: string; readonly clientSecret: string; readonly redirect: string }
}

/** Everything that the file says of who may use how much. */
export interface TenancyConfig {
  readonly organisations: readonly Organisation[]
  readonly teams: readonly Team[]
  readonly users: readonly User[]
  /** Of pools, providers, models, tags and runs, and of each subject of a level (`*`). */
  readonly limits: readonly Limit[]
}

export interface TelemetryConfig {
  /** Base address of an OTLP/HTTP receiver, e.g. http://127.0.0.1:4318; absent: spans are not exported. */
  readonly otlp?: string
  /** Sent with every export, e.g. authorization. */
  readonly headers: Readonly<Record<string, string>>
  /** Adds names that other tools read: `gen_ai.system`, `gen_ai.fallback.reason`, `gen_ai.usage.cost`. */
  readonly compat: boolean
  readonly log: 'off' | 'error' | 'info'
  /** Are decisions and outcomes kept in the store's journal. */
  readonly journal: boolean
}

/** Everything by id; every name that is used is there. */
export interface Settings {
  readonly providers: readonly ProviderConfig[]
  readonly deployments: readonly Deployment[]
  readonly pools: readonly Pool[]
  /** Another name to a pool, a deployment's model or `provider/model`. */
  readonly aliases: Readonly<Record<string, string>>
  /** Every policy that a pool names or a caller may choose. */
  readonly policies: readonly Policy[]
  /** The policy where neither pool nor caller names one. */
  readonly defaultPolicy: string
  /** Empty: nobody needs a key, which is only allowed on a loopback address. */
  readonly keys: readonly KeyConfig[]
  readonly tenancy: TenancyConfig
  readonly issuers: readonly IssuerConfig[]
  /** Where soft limits and alarms are told, as signed POSTs. */
  readonly webhooks: readonly { readonly url: string; readonly secret?: string }[]
  /** Taken when a gateway is made; a reload leaves it as it was. */
  readonly live?: LiveConfig
  readonly server: ServerConfig
  readonly store: StoreConfig
  readonly telemetry: TelemetryConfig
}
