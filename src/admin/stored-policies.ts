/** Policies that were made through the admin API: their versions, and which one is in force. */
import type { Settings } from '../config/settings.ts'
import type { Policy } from '../domain/policy.ts'
import type { Versioned, Records } from '../ports/store.ts'

/** A policy by its name. */
export interface PolicyHead {
  readonly name: string
  /** The newest version. */
  readonly latest: number
  /** The version in force; absent: none is. */
  readonly published?: number
  /** Those that were in force before, the newest last. */
  readonly earlier: readonly number[]
  /** What is in force, ready to be used. */
  readonly policy?: Policy
}

/** A text of a policy that never changes. */
export interface PolicyVersion {
  readonly version: number
  readonly policy: Policy
  /** As it was written. */
  readonly source: unknown
  readonly note?: string
  readonly by: string
  /** ISO 8601. */
  readonly at: string
}

const headPrefix = 'tenancy/policy/'
const digits = 10
export const headKey = (name: string): string => `${headPrefix}${name}`
export const versionPrefix = (name: string): string => `admin/policy-version/${name}/`
/** Versions lie in the order of their numbers. */
export const versionKey = (name: string, version: number): string =>
  `${versionPrefix(name)}${String(version).padStart(digits, '0')}`

const pageSize = 200

/** Every policy of the store, by name. */
export async function* eachHead(
  records: Records,
  after = '',
): AsyncGenerator<Versioned<PolicyHead> & { readonly id: string }> {
  let cursor = `${headPrefix}${after}`
  for (;;) {
    const page = await records.list<PolicyHead>(headPrefix, { after: cursor, limit: pageSize })
    for (const { key, value, version } of page) yield { id: key.slice(headPrefix.length), value, version }
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return
    cursor = last.key
  }
}

/** The policies in force that were made through the admin API. */
export const publishedPolicies = async (records: Records): Promise<readonly Policy[]> => {
  const found: Policy[] = []
  for await (const { value } of eachHead(records)) if (value.policy !== undefined) found.push(value.policy)
  return found
}

/** The settings with these policies beside their own; what the configuration says of a name holds. */
export const withPolicies = (settings: Settings, policies: readonly Policy[]): Settings => {
  const own = new Set(settings.policies.map(({ name }) => name))
  const added = policies.filter(({ name }) => !own.has(name))
  return added.length === 0 ? settings : { ...settings, policies: [...settings.policies, ...added] }
}
