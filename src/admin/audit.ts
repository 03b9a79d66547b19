/** The audit log: every entry names the one before by its digest, so that nothing in it can be changed unseen. */
import { canonical } from '../domain/fingerprint.ts'
import type { Records, Versioned } from '../ports/store.ts'
import { digestOf, entryKey, entryPrefix, headKey, origin, toldEntry } from './chained.ts'
import type { Head, KeptEntry, ToldEntry } from './chained.ts'
import type { AuditBook, AuditEntry } from './house.ts'
import { verifyChain } from './verify-chain.ts'
import type { Anchor, Verified } from './verify-chain.ts'
import { withoutSecrets } from './without-secrets.ts'

/** The most that `before` and `after` may take each; of what is larger, the size and a digest are kept. */
const largest = 65_536

const bounded = (value: unknown): unknown => {
  const clean = withoutSecrets(value)
  if (clean === undefined) return undefined
  const text = canonical(clean)
  return text.length <= largest ? clean : { tooLarge: text.length, sha256: digestOf(text) }
}

/** The entry without secrets, and not larger than entries may be. */
const contentOf = ({ at, before, after, request, ...rest }: AuditEntry) => ({
  ...(withoutSecrets(rest) as typeof rest),
  at,
  before: bounded(before),
  after: bounded(after),
  request: request?.slice(0, 256),
})
type Content = ReturnType<typeof contentOf>

const link = (content: Content, before: Head): { readonly kept: KeptEntry; readonly head: Head } => {
  const sequence = before.sequence + 1
  const text = canonical({ ...content, sequence, previous: before.hash })
  const kept = { text, hash: digestOf(text) }
  return { kept, head: { sequence, hash: kept.hash } }
}

interface Waiting {
  readonly content: Content
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** So many entries that wait are written in one step. */
const mostAtOnce = 100
/** Each try that fails is another process's entry that was written. */
const mostTries = 1000

/** Writes entries in the order in which they came, whatever other processes append to the same log meanwhile. */
class Chain {
  readonly #records: Records
  #waiting: Waiting[] = []
  #isWriting = false

  constructor(records: Records) {
    this.#records = records
  }

  append(entry: AuditEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ content: contentOf(entry), resolve, reject })
      if (!this.#isWriting) void this.#writeAll()
    })
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, mostAtOnce)
      try {
        await this.#write(batch.map(({ content }) => content))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#isWriting = false
  }

  async #write(contents: readonly Content[]): Promise<void> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const found = await this.#records.get<Head>(headKey)
      if (await this.#records.putAll(this.#changes(contents, found))) return
      // A head that is still the same is not why it was refused: an entry stands in the way that it does not know of.
      const now = await this.#records.get<Head>(headKey)
      if (now?.version === found?.version) {
        throw new Error('the audit log goes on behind its head: "signalbox audit verify" tells where it was changed')
      }
    }
    throw new Error('the audit log is written to by others without a pause; the entry was not written')
  }

  #changes(contents: readonly Content[], found: Versioned<Head> | undefined): Parameters<Records['putAll']>[0] {
    let head = found?.value ?? origin
    const entries = contents.map(content => {
      const linked = link(content, head)
      head = linked.head
      return { key: entryKey(head.sequence), value: linked.kept, expected: 0 }
    })
    return [{ key: headKey, value: head, expected: found?.version ?? 0 }, ...entries]
  }
}

const sequenceOf = (cursor: string | undefined): number => {
  if (cursor === undefined) return 0
  if (/^\d{1,12}$/.test(cursor)) return Number(cursor)
  throw new RangeError(`"${cursor.slice(0, 64)}" is no place in the audit log; give one that was given to you`)
}

export interface AuditLog extends AuditBook {
  read(
    after: string | undefined,
    limit: number,
  ): Promise<readonly { readonly cursor: string; readonly entry: ToldEntry }[]>
  /** The newest entry's number and digest: noted elsewhere, they prove later that nothing before was written anew. */
  head(): Promise<Head>
  /** Walks the whole chain, and tells the first break. */
  verify(anchor?: Anchor): Promise<Verified>
}

/**
 * The audit log in these records, to which several processes may append at once: entry and head are written in one step,
 * and in the order of their numbers. Rejects where the store does; secrets are cut out before anything is written.
 */
export const auditLog = ({ records }: { readonly records: Records }): AuditLog => {
  const chain = new Chain(records)
  return {
    append: async entry => chain.append(entry),
    async read(after, limit) {
      const from = sequenceOf(after)
      const page = await records.list<KeptEntry>(entryPrefix, { after: entryKey(from), limit })
      return page.map(({ key, value }) => {
        const sequence = Number(key.slice(entryPrefix.length))
        return { cursor: String(sequence), entry: toldEntry(value, sequence) }
      })
    },
    head: async () => (await records.get<Head>(headKey))?.value ?? origin,
    verify: anchor => verifyChain(records, anchor),
  }
}
