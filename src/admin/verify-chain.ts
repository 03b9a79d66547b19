/** Walks the chain of the audit log from its beginning, and tells the first break in it. */
import type { Records } from '../ports/store.ts'
import { digestOf, entryKey, entryPrefix, headKey, origin } from './chained.ts'
import type { Head } from './chained.ts'

/** What was noted elsewhere of the log as it once was. */
export type Anchor = Head

/** `rewritten`: the chain is whole, and not the one that was noted elsewhere. */
export type BreakKind = 'changed' | 'removed' | 'inserted' | 'moved' | 'cut' | 'rewritten' | 'unreadable'

export interface Break {
  readonly kind: BreakKind
  /** The number of the entry at which it was seen. */
  readonly sequence: number
  readonly why: string
}

export type Verified =
  | { readonly whole: true; readonly entries: number; readonly head: Head }
  /** `entries`: so many before the break are whole. */
  | { readonly whole: false; readonly entries: number; readonly break: Break }

const pageSize = 200

type Page = readonly { readonly key: string; readonly value: unknown }[]

const isMembers = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // No JSON is no entry either, and that is what is told.
    return undefined
  }
}

/** What is wrong with this record as the entry that comes after `before`. */
const faultOf = (key: string, value: unknown, before: Head): Omit<Break, 'sequence'> | undefined => {
  const expected = before.sequence + 1
  const name = key.slice(entryPrefix.length)
  if (!/^\d{12}$/.test(name)) return { kind: 'inserted', why: `"${name}" is no number of an entry` }
  if (Number(name) < expected) return { kind: 'inserted', why: `an entry ${Number(name)} has no place here` }
  if (key !== entryKey(expected)) {
    return { kind: 'removed', why: `entry ${expected} is not there; the next that is there is ${Number(name)}` }
  }
  if (!isMembers(value) || typeof value['text'] !== 'string' || Object.keys(value).length !== 2) {
    return { kind: 'changed', why: 'it is not what an entry looks like' }
  }
  if (value['hash'] !== digestOf(value['text'])) return { kind: 'changed', why: 'its text is not that of its digest' }
  const entry = parsed(value['text'])
  if (!isMembers(entry)) return { kind: 'changed', why: 'its text is no entry' }
  if (entry['sequence'] !== expected) {
    return { kind: 'moved', why: `what stands here was written as entry ${String(entry['sequence'])}` }
  }
  if (entry['previous'] === before.hash) return undefined
  const earlier = before.sequence === 0 ? 'the beginning' : `entry ${before.sequence}`
  return { kind: 'changed', why: `it does not follow ${earlier}: one of the two was written anew` }
}

/** The store cannot read a whole page: then one after the other, so that it is known which. */
const pageAfter = async (records: Records, after: Head): Promise<Page | 'unreadable'> => {
  const from = after.sequence === 0 ? {} : { after: entryKey(after.sequence) }
  try {
    return await records.list(entryPrefix, { ...from, limit: pageSize })
  } catch (error) {
    // Is it the record or the store? A store that fails altogether is no break of the chain.
    await records.get(headKey)
    const first = await records.list(entryPrefix, { ...from, limit: 1 }).catch(() => undefined)
    if (first !== undefined) return first
    if (error instanceof SyntaxError) return 'unreadable'
    throw error
  }
}

const readHead = async (records: Records): Promise<Head | undefined> => {
  const value: unknown = (await records.get(headKey))?.value
  if (value === undefined) return undefined
  const { sequence, hash } = isMembers(value) ? value : {}
  return typeof sequence === 'number' && typeof hash === 'string' ? { sequence, hash } : { sequence: -1, hash: '' }
}

/** What the head tells of an end that is not its own. */
const faultAtEnd = (last: Head, head: Head | undefined): Omit<Break, 'sequence'> | undefined => {
  if (head === undefined) {
    return last.sequence === 0 ? undefined : { kind: 'cut', why: 'the head of the log is gone' }
  }
  if (head.sequence < 0) return { kind: 'changed', why: 'the head of the log is not what a head looks like' }
  if (head.sequence > last.sequence) {
    return { kind: 'cut', why: `the log ends here, and its head tells of entry ${head.sequence}` }
  }
  if (head.sequence < last.sequence) {
    return {
      kind: 'inserted',
      why: `the head of the log tells of ${head.sequence} entries; what follows is not its own`,
    }
  }
  if (head.hash === last.hash) return undefined
  return { kind: 'changed', why: 'the head of the log has another digest for its last entry' }
}

const unlikeAnchor = (last: Head, anchor: Anchor | undefined): Omit<Break, 'sequence'> | undefined =>
  anchor === undefined || anchor.sequence !== last.sequence || anchor.hash === last.hash
    ? undefined
    : {
        kind: 'rewritten',
        why: 'its digest is not the one that was noted: the log was written anew from some entry on',
      }

class Walk {
  readonly #records: Records
  readonly #anchor: Anchor | undefined
  last: Head = origin

  constructor(records: Records, anchor: Anchor | undefined) {
    this.#records = records
    this.#anchor = anchor
  }

  /** Goes on to the end of what is there now. */
  async toEnd(): Promise<Break | undefined> {
    for (;;) {
      const page = await pageAfter(this.#records, this.last)
      if (page === 'unreadable') return this.#at({ kind: 'unreadable', why: 'the store cannot read it' }, 1)
      for (const { key, value } of page) {
        const fault = faultOf(key, value, this.last)
        if (fault !== undefined) return this.#at(fault, 1)
        const { hash } = value as Head
        this.last = { sequence: this.last.sequence + 1, hash }
        const unlike = unlikeAnchor(this.last, this.#anchor)
        if (unlike !== undefined) return this.#at(unlike, 0)
      }
      if (page.length === 0) return undefined
    }
  }

  /** Is this the end that the log should have. Entries that came meanwhile are gone through too. */
  async end(): Promise<Break | undefined> {
    for (;;) {
      const { sequence } = this.last
      const head = await readHead(this.#records).catch(() => ({ sequence: -1, hash: '' }))
      const fault = faultAtEnd(this.last, head)
      if (fault === undefined) return this.#beyondAnchor()
      const found = await this.toEnd()
      if (found !== undefined) return found
      if (this.last.sequence === sequence) return this.#at(fault, fault.kind === 'cut' ? 1 : 0)
    }
  }

  #beyondAnchor(): Break | undefined {
    const noted = this.#anchor?.sequence ?? 0
    if (noted <= this.last.sequence) return undefined
    return this.#at({ kind: 'cut', why: `the log ends here, and entry ${noted} was noted` }, 1)
  }

  #at(fault: Omit<Break, 'sequence'>, further: number): Break {
    return { kind: fault.kind, sequence: this.last.sequence + further, why: fault.why }
  }
}

/** Rejects only where the store cannot be asked at all. */
export const verifyChain = async (records: Records, anchor?: Anchor): Promise<Verified> => {
  const walk = new Walk(records, anchor)
  const found = (await walk.toEnd()) ?? (await walk.end())
  const { last } = walk
  if (found === undefined) return { whole: true, entries: last.sequence, head: last }
  return { whole: false, entries: Math.min(last.sequence, found.sequence - 1), break: found }
}
