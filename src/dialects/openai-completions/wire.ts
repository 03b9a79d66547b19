/** What all parts of this dialect share: its name, and what only it knows. */
import type { DialectId } from '../../domain/ids.ts'
import { ownOf } from '../own-members.ts'

/** The dialect's id, also the key of its own fields in `extensions`. */
export const dialect = 'openai-completions' as DialectId

export const { carried, ownMembers, noLosses } = ownOf(dialect)
