/** Joins the events of a continuation to an answer that broke off, so that they are one answer. */
import { deliveryOf } from '../domain/delivery.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { StreamEvent, Usage } from '../domain/stream-event.ts'
import type { Asked } from '../ports/provider.ts'
import { overlap } from './overlap.ts'
import type { Overlap } from './overlap.ts'

/** Where the answer stands that is gone on with. */
export interface Joint {
  readonly candidate: Candidate
  readonly goesOn: NonNullable<Asked['goesOn']>
  /** All that was shown. */
  readonly text: string
  /** The block of text that is open; undefined where it was closed. */
  readonly block: number | undefined
  /** The number of the next block. */
  readonly blocks: number
  /** A count of the continuation with that of what went before it. */
  sum(usage: Usage): Usage
}

type TextDelta = Extract<StreamEvent, { type: 'text-delta' }>
type BlockEvent = Extract<StreamEvent, { block: number }>

const isThought = ({ type }: StreamEvent): boolean => type.startsWith('reasoning-')
const startsAnew = ({ type }: StreamEvent): boolean => type === 'response-start'

/** One continuation while it comes. */
export class Seam {
  readonly #joint: Joint
  readonly #overlap: Overlap
  /** Its blocks, as they are numbered in the answer. */
  readonly #numbers = new Map<number, number>()
  #next: number
  /** The block of its first text, which waits until it is clear what of it is new. */
  #first: number | undefined
  #isCut = false
  /** The block that was left open, until it is closed. */
  #open: number | undefined
  #isMarked = false
  #refuses = false

  constructor(joint: Joint) {
    this.#joint = joint
    this.#overlap = overlap(joint.text, joint.goesOn)
    this.#next = joint.blocks
    this.#open = joint.block
  }

  /** Characters that it repeated. */
  get overlap(): number {
    return this.#overlap.length
  }

  /** It would rather not go on; nothing of that is shown. */
  get refuses(): boolean {
    return this.#refuses
  }

  /** What the client is told of this piece; undefined if nothing. */
  join({ events = [] }: Delivery): Delivery | undefined {
    const told = events.flatMap(event => this.#joined(event))
    if (told.length === 0) return undefined
    const delivery = deliveryOf(told)
    if (this.#isMarked || !delivery.content) return delivery
    this.#isMarked = true
    return { ...delivery, seam: { candidate: this.#joint.candidate, overlap: this.#overlap.length } }
  }

  #joined(event: StreamEvent): readonly StreamEvent[] {
    // Thoughts of another behind words of the first would be shown as if they had come before them.
    if (startsAnew(event) || isThought(event)) return []
    if (event.type === 'usage') return [{ ...event, usage: this.#joint.sum(event.usage) }]
    if (event.type === 'refusal-delta' && !this.#isMarked) {
      this.#refuses = true
      return []
    }
    if ('block' in event && this.#isFirstText(event)) return this.#firstText(event)
    const before = [...this.#rest(), ...this.#closed()]
    return [...before, 'block' in event ? { ...event, block: this.#numberOf(event.block) } : event]
  }

  /** What was left open is closed where nothing goes on in it. */
  #closed(): readonly StreamEvent[] {
    const block = this.#open
    if (block === undefined || this.#first !== undefined) return []
    this.#open = undefined
    return [{ type: 'text-end', block }]
  }

  #isFirstText({ type, block }: BlockEvent): boolean {
    if (!type.startsWith('text-')) return false
    this.#first ??= block
    return this.#first === block
  }

  #firstText(event: BlockEvent): readonly StreamEvent[] {
    if (event.type === 'text-delta') return this.#grow(event)
    // Where the block was left open, it goes on.
    if (event.type === 'text-start') return []
    const rest = this.#rest()
    const number = this.#numbers.get(event.block)
    return number === undefined ? rest : [...rest, { ...event, block: number }]
  }

  #grow(event: TextDelta): readonly StreamEvent[] {
    if (this.#isCut) return this.#say(event)
    const text = this.#overlap.push(event.text)
    if (text === undefined) return []
    this.#isCut = true
    return this.#say({ ...event, text })
  }

  /** All that waited is new, or nothing of it is. */
  #rest(): readonly StreamEvent[] {
    if (this.#isCut || this.#first === undefined) return []
    this.#isCut = true
    return this.#say({ type: 'text-delta', text: this.#overlap.end(), block: this.#first })
  }

  #say(event: TextDelta): readonly StreamEvent[] {
    const known = this.#numbers.get(event.block) ?? this.#open
    if (known !== undefined) this.#numbers.set(event.block, known)
    if (event.text === '') return []
    const block = this.#numberOf(event.block)
    const told: StreamEvent = { ...event, block }
    return known === undefined ? [{ type: 'text-start', block }, told] : [told]
  }

  #numberOf(block: number): number {
    let number = this.#numbers.get(block)
    if (number === undefined) this.#numbers.set(block, (number = this.#next++))
    return number
  }
}
