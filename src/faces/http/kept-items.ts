/** Items of answers that were translated here: clients of OpenAI's Responses may name them by their ids instead of sending them again. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { VirtualKeyId } from '../../domain/ids.ts'
import type { Body } from './parse-body.ts'

/** Kept in memory alone, the newest, so many and no larger together. */
export interface ItemLimits {
  readonly items: number
  /** Characters of their JSON. */
  readonly size: number
}
const standard: ItemLimits = { items: 50_000, size: 32 * 1024 * 1024 }

const nameOf = (key: VirtualKeyId, id: string): string => `${key}\n${id}`

export class KeptItems {
  readonly #limits: ItemLimits
  /** Each as its JSON, oldest first. */
  readonly #byName = new Map<string, string>()
  #size = 0

  constructor(limits: Partial<ItemLimits> = {}) {
    this.#limits = { ...standard, ...limits }
  }

  /** Remembers the items of an answer that this key was told. */
  remember(key: VirtualKeyId, items: unknown): void {
    if (!Array.isArray(items)) return
    for (const item of items)
      if (isRecord(item) && typeof item['id'] === 'string') this.#keep(nameOf(key, item['id']), item)
  }

  #keep(name: string, item: Json): void {
    const text = JSON.stringify(item)
    if (text.length > this.#limits.size) return
    this.#drop(name)
    this.#byName.set(name, text)
    this.#size += text.length
    for (const oldest of this.#byName.keys()) {
      if (this.#byName.size <= this.#limits.items && this.#size <= this.#limits.size) return
      this.#drop(oldest)
    }
  }

  #drop(name: string): void {
    this.#size -= this.#byName.get(name)?.length ?? 0
    this.#byName.delete(name)
  }

  /** The body with every item that is known here in place of its reference; the same body where there is none. */
  complete(key: VirtualKeyId, body: Body): Body {
    const { input } = body.json
    if (!Array.isArray(input) || this.#byName.size === 0) return body
    let isChanged = false
    const items = input.map((item: unknown): unknown => {
      const id = isRecord(item) && item['type'] === 'item_reference' ? item['id'] : undefined
      const known = typeof id === 'string' ? this.#byName.get(nameOf(key, id)) : undefined
      if (known === undefined) return item
      isChanged = true
      return JSON.parse(known)
    })
    if (!isChanged) return body
    const json = { ...body.json, input: items }
    return { json, bytes: Buffer.from(JSON.stringify(json)) }
  }
}

/** The output items of a whole response, or of the event that ends a streamed one. */
export const itemsOf = (told: unknown): unknown => {
  if (!isRecord(told)) return undefined
  const { response } = told
  return isRecord(response) ? response['output'] : told['output']
}
