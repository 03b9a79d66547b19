/** How an entry of the audit log is kept, and named by the one after it. */
import { hash } from 'node:crypto'
import type { AuditEntry } from './house.ts'

/** An entry as it lies in the log. */
export interface ChainedEntry extends AuditEntry {
  /** From 1, without gaps. */
  readonly sequence: number
  /** The digest of the entry before: SHA-256, hex; zeros for the first. */
  readonly previous: string
}
/** As it is read. */
export interface ToldEntry extends ChainedEntry {
  readonly hash: string
}

/** As it is kept: the text of which the digest is, so that not even its spelling can change unseen. */
export interface KeptEntry {
  /** ChainedEntry as canonical JSON. */
  readonly text: string
  /** SHA-256 of `text`, hex. */
  readonly hash: string
}
/** The newest entry, written in one step with it. */
export interface Head {
  readonly sequence: number
  readonly hash: string
}

export const headKey = 'audit/head'
export const entryPrefix = 'audit/entry/'
const digits = 12
/** Under which name an entry lies. */
export const entryKey = (sequence: number): string => `${entryPrefix}${String(sequence).padStart(digits, '0')}`

/** Before the first entry. */
export const origin: Head = { sequence: 0, hash: '0'.repeat(64) }

export const digestOf = (text: string): string => hash('sha256', text)

const isEntry = (value: unknown): value is ChainedEntry => {
  if (value === null || typeof value !== 'object') return false
  const { at, who, action, object, sequence } = value as Partial<ChainedEntry>
  const isNamed = typeof action === 'string' && typeof object === 'string'
  const isPlaced = Number.isSafeInteger(sequence) && typeof at === 'number' && Math.abs(at) < 8e15
  return isNamed && isPlaced && who !== null && typeof who === 'object'
}

/** The entry, or that it cannot be read: verifying tells what is wrong, and whoever reads on shall see the others. */
export const toldEntry = (kept: KeptEntry, sequence: number): ToldEntry => {
  try {
    const entry: unknown = JSON.parse(kept.text)
    if (isEntry(entry)) return { ...entry, hash: kept.hash }
  } catch {
    // Told below, as what is JSON and no entry.
  }
  const unread = { at: 0 as AuditEntry['at'], who: {}, action: 'unreadable', object: entryKey(sequence) }
  return { ...unread, sequence, previous: '', hash: '' }
}
