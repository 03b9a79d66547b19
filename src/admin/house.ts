/** What the admin API stands on: records and journal, what counts, and what the running gateway tells of itself. */
import type { Settings } from '../config/settings.ts'
import type { Duty } from '../domain/caller.ts'
import type { DecisionTrace } from '../domain/decision.ts'
import type { Balance, Limit } from '../domain/limit.ts'
import type { Policy } from '../domain/policy.ts'
import type { Checked, Instant } from '../domain/units.ts'
import type { Clock } from '../ports/clock.ts'
import type { Meters } from '../ports/meters.ts'
import type { PartHealth } from '../ports/part-health.ts'
import type { Store } from '../ports/store.ts'
import type { Usage } from '../ports/usage.ts'

/** Who asks the admin API, and what for. */
export interface Actor {
  /** The id of the key, where one was used. */
  readonly key?: string
  /** Whoever signed in, or whose key it is. */
  readonly user?: string
  readonly duty: Duty
  /** From which address. */
  readonly address?: string
}

/** One entry of the audit log as it is handed in. Holds no secret. */
export interface AuditEntry {
  readonly at: Instant
  readonly who: {
    readonly key?: string
    readonly user?: string
    readonly role?: string
    readonly address?: string
  }
  /** What was done or refused: `key.revoke`. */
  readonly action: string
  /** To what: `key:key_1`. */
  readonly object: string
  readonly before?: unknown
  readonly after?: unknown
  /** Why it was not done. */
  readonly refused?: string
  /** The request in which it was asked. */
  readonly request?: string
}

/** The audit log as operations need it. */
export interface AuditBook {
  append(entry: AuditEntry): Promise<void>
  /** Entries in order, after a cursor. */
  read(
    after: string | undefined,
    limit: number,
  ): Promise<readonly { readonly cursor: string; readonly entry: unknown }[]>
  /** Is the chain whole; what it says is handed on as it is. */
  verify(): Promise<unknown>
}

/** A new secret, and what is kept of it. */
export interface Minted {
  /** Shown once and kept nowhere. */
  readonly secret: string
  readonly prefix: string
  readonly digest: string
}

/** A deployment as the gateway sees it right now. */
export interface DeploymentHealth {
  readonly id: string
  readonly [told: string]: unknown
}

/** What the running gateway tells of itself. */
export interface Running {
  /** Live state of each deployment. */
  deployments(): readonly DeploymentHealth[]
  /** Every part that can fail by itself. */
  parts(): readonly PartHealth[]
  /** The newest decisions, at most so many, in the order in which they were made. */
  recent(limit: number): Promise<readonly DecisionTrace[]>
  decision(id: string): Promise<DecisionTrace | undefined>
  words(trace: DecisionTrace): string
  /** What another policy would have decided, or what is wrong with it. */
  compare(traces: readonly DecisionTrace[], policy: Policy): Checked<unknown>
}

/** How much of each limit is used now. */
export type Standing = Balance & { readonly cap?: number }

/** All that operations work with. */
export interface AdminHouse {
  readonly clock: Clock
  readonly store: Pick<Store, 'records' | 'journal'>
  /** The configuration in force. */
  settings(): Settings
  readonly audit: AuditBook
  /** A new virtual key; that of an admin is told apart by its beginning. */
  mint(kind: 'key' | 'admin'): Minted
  /** Records of tenancy or policies have changed: this process and all others look anew. */
  changed(): void
  readonly meters?: Pick<Meters, 'reset'>
  /** How these limits stand, in their order. Rejects where the meters cannot be asked. */
  standing?(limits: readonly Limit[]): Promise<readonly Standing[]>
  readonly usage?: Pick<Usage, 'query'>
  readonly running: Running
  /** Told of errors that nobody who asks may see. */
  alarm(message: string, error: unknown): void
}
