/** What models thought before they called tools: providers want it back word for word, and many clients drop it. */
import type { VirtualKeyId } from '../domain/ids.ts'
import type { Extensions, ReasoningPart } from '../domain/message.ts'

/** What stood before or with the calls of one turn. */
export interface Thought {
  /** Signed or encrypted reasoning in front of the first call. */
  readonly reasoning: readonly ReasoningPart[]
  /** What each call carried, by its id. */
  readonly calls: ReadonlyMap<string, Extensions>
}

export interface ThoughtLimits {
  /** How many turns are kept. */
  readonly turns: number
  /** How many characters of them, all together. */
  readonly size: number
}

const standard: ThoughtLimits = { turns: 20_000, size: 32 * 1024 * 1024 }

interface Kept {
  readonly thought: Thought
  readonly size: number
  readonly names: readonly string[]
}

const textSize = (value: unknown): number => JSON.stringify(value)?.length ?? 0
const sizeOf = ({ reasoning, calls }: Thought): number =>
  reasoning.reduce((sum, part) => sum + textSize(part), 0) +
  [...calls].reduce((sum, [id, extensions]) => sum + id.length + textSize(extensions), 0)

/** Kept in memory alone, the newest turns, each for the key that it was told to. */
export class Thoughts {
  readonly #limits: ThoughtLimits
  readonly #byCall = new Map<string, Kept>()
  /** In the order of their making. */
  readonly #kept = new Set<Kept>()
  #size = 0

  constructor(limits: Partial<ThoughtLimits> = {}) {
    this.#limits = { ...standard, ...limits }
  }

  /** How many turns are kept. */
  get turns(): number {
    return this.#kept.size
  }

  remember(key: VirtualKeyId, thought: Thought): void {
    const size = sizeOf(thought)
    if (thought.calls.size === 0 || size > this.#limits.size) return
    const names = [...thought.calls.keys()].map(id => nameOf(key, id))
    for (const name of names) this.#drop(this.#byCall.get(name))
    const kept = { thought, size, names }
    for (const name of names) this.#byCall.set(name, kept)
    this.#kept.add(kept)
    this.#size += size
    while (this.#kept.size > this.#limits.turns || this.#size > this.#limits.size) this.#dropOldest()
  }

  /** What stood before the call of this id, where this key was told of it. */
  recall(key: VirtualKeyId, callId: string): Thought | undefined {
    return this.#byCall.get(nameOf(key, callId))?.thought
  }

  #dropOldest(): void {
    for (const oldest of this.#kept) return this.#drop(oldest)
  }

  #drop(kept: Kept | undefined): void {
    if (kept === undefined || !this.#kept.delete(kept)) return
    this.#size -= kept.size
    for (const name of kept.names) if (this.#byCall.get(name) === kept) this.#byCall.delete(name)
  }
}

/** Ids may hold anything; a key's name holds no line end. */
const nameOf = (key: VirtualKeyId, callId: string): string => `${key}\n${callId}`
