/** Which deployment keeps which answer: known at once for the latest, and from the store for a month. */
import type { Keeper } from '../domain/memory.ts'
import { millis } from '../domain/units.ts'
import type { Store } from '../ports/store.ts'

/** As long as OpenAI keeps answers. */
const lifetime = millis(30 * 24 * 3_600_000)
/** So many are known without asking the store. */
const mostKnown = 10_000
/** No provider's ids are longer; a client's word is not written into the store's keys whatever it is. */
const longestId = 256

const keyOf = (id: string): string => `kept:${id}`

/** Remembers who keeps answers. */
export class Kept {
  readonly #records: Store['records']
  /** In the order of their coming. */
  readonly #known = new Map<string, Keeper>()

  constructor({ records }: Pick<Store, 'records'>) {
    this.#records = records
  }

  /** From now on the answer of this id is found. */
  remember(id: string, keeper: Keeper): void {
    if (id.length > longestId || this.#known.has(id)) return
    const oldest = this.#known.keys().next()
    if (this.#known.size >= mostKnown && oldest.done !== true) this.#known.delete(oldest.value)
    this.#known.set(id, keeper)
    // What could not be written is still known until this process ends; nobody waits for it, so nobody is told.
    this.#records.put(keyOf(id), keeper, 'any', lifetime).catch(() => undefined)
  }

  /** Who keeps it; undefined if nobody here does. Rejects where the store cannot be asked. */
  async find(id: string): Promise<Keeper | undefined> {
    if (id.length > longestId) return undefined
    return this.#known.get(id) ?? (await this.#records.get<Keeper>(keyOf(id)))?.value
  }

  /** It is kept no longer. */
  forget(id: string): void {
    this.#known.delete(id)
    // It may be found until its time is over; its provider then says that it is gone.
    this.#records.delete(keyOf(id)).catch(() => undefined)
  }
}
