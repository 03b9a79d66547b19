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
  readonly name: string
}

const textSize = (value: unknown): number => JSON.stringify(value)?.length ?? 0
const sizeOf = ({ reasoning, calls }: Thought): number =>
  reasoning.reduce((sum, part) => sum + textSize(part), 0) +
  [...calls].reduce((sum, [id, extensions]) => sum + id.length + textSize(extensions), 0)

/** Kept in memory alone, the newest turns, each for the key that it was told to. */
export class Thoughts {
  readonly #limits: ThoughtLimits
  readonly #byTurn = new Map<string, Kept>()
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

  /** `turn` names the turn within what this key was told. */
  remember(key: VirtualKeyId, turn: string, thought: Thought): void {
    const size = sizeOf(thought)
    if (thought.calls.size === 0 || size > this.#limits.size) return
    const name = nameOf(key, turn)
    this.#drop(this.#byTurn.get(name))
    const kept = { thought, size, name }
    this.#byTurn.set(name, kept)
    this.#kept.add(kept)
    this.#size += size
    while (this.#kept.size > this.#limits.turns || this.#size > this.#limits.size) this.#dropOldest()
  }

  /** What was thought in this turn, where this key was told of it. */
  recall(key: VirtualKeyId, turn: string): Thought | undefined {
    return this.#byTurn.get(nameOf(key, turn))?.thought
  }

  #dropOldest(): void {
    for (const oldest of this.#kept) return this.#drop(oldest)
  }

  #drop(kept: Kept | undefined): void {
    if (kept === undefined || !this.#kept.delete(kept)) return
    this.#size -= kept.size
    this.#byTurn.delete(kept.name)
  }
}

/** Turns may be called anything; a key's name holds no line end. */
const nameOf = (key: VirtualKeyId, turn: string): string => `${key}\n${turn}`
