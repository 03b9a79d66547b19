/** What only one dialect knows: its members among the extensions, and a loss for each of those that others have there. */
import { foreignLosses } from '../domain/foreign.ts'
import type { DialectId } from '../domain/ids.ts'
import type { Json } from '../domain/json.ts'
import type { Extensions } from '../domain/message.ts'
import type { Loss } from '../domain/outcome.ts'
import { noMembers } from './fields.ts'

/** Gathers losses, each field once. */
export interface Losses {
  add(field: string, why: string): void
  /** Everything in these extensions that another dialect knows and this one cannot tell, but for what is `said` all the same. */
  addForeign(extensions: Extensions | undefined, prefix: string, said?: ReadonlySet<string>): void
  list(): readonly Loss[]
}

/** A dialect's way with extensions. */
interface Own {
  /** Members as the dialect's extensions, ready to be spread into what carries them; nothing where there are none. */
  carried(members: Json | undefined): { readonly extensions?: Extensions }
  /** The dialect's own members among the extensions; empty where there are none. */
  ownMembers(extensions: Extensions | undefined): Json
  /** No losses yet. */
  noLosses(): Losses
}

const lossesOf = (dialect: DialectId): Losses => {
  const byField = new Map<string, Loss>()
  const add = (field: string, why: string): void => {
    if (!byField.has(field)) byField.set(field, { field, why })
  }
  return {
    add,
    addForeign(extensions, prefix, said) {
      for (const { field, why } of foreignLosses(extensions, dialect, said)) add(`${prefix}${field}`, why)
    },
    list: () => [...byField.values()],
  }
}

/** How this dialect keeps what only it knows. */
export const ownOf = (dialect: DialectId): Own => ({
  carried: members =>
    members === undefined || Object.keys(members).length === 0 ? {} : { extensions: { [dialect]: members } },
  ownMembers: extensions => extensions?.[dialect] ?? noMembers,
  noLosses: () => lossesOf(dialect),
})
