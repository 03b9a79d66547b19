/** An item of an answer's output that has begun, and what of it has been told. */
import type { Extensions } from '../../domain/message.ts'
import type { Json } from '../../domain/json.ts'
import { isWord } from '../fields.ts'

/** A part of a message that has begun. */
export interface OpenPart {
  readonly kind: 'text' | 'refusal'
  readonly block: number
  said: string
  annotations: unknown[]
  hasLogprobs: boolean
  isClosed: boolean
  /** Marks that wait for the first words of a refusal. */
  marks: { readonly extensions?: Extensions }
}
/** A text of a reasoning item that has begun. */
export interface OpenThought {
  readonly block: number
  said: string
  isClosed: boolean
}
/** A call of a function: told once its name is known. */
interface OpenCall {
  block: number | undefined
  said: string
}
/** An item that has begun. */
export interface OpenItem {
  readonly index: number | undefined
  readonly id: string | undefined
  /** As it came first. */
  readonly head: Json
  /** The parts of a message by their place. */
  readonly parts: Map<number, OpenPart>
  /** The texts of reasoning by kind and place. */
  readonly thoughts: Map<string, OpenThought>
  readonly call: OpenCall
  isDone: boolean
  /** True for an item that only this dialect knows, once it was told that it has begun. */
  isAnnounced: boolean
}
/** All items so far, and how many blocks they have begun. */
export interface Items {
  readonly all: OpenItem[]
  blocks: number
}

/** Begins an item of which only the head is known. */
export const addItem = (items: Items, head: Json, index: number | undefined): OpenItem => {
  const open: OpenItem = {
    index,
    id: isWord(head['id']) ? head['id'] : undefined,
    head,
    parts: new Map(),
    thoughts: new Map(),
    call: { block: undefined, said: '' },
    isDone: false,
    isAnnounced: false,
  }
  items.all.push(open)
  return open
}

/** What the whole tells beyond its pieces. */
export const missing = (said: string, whole: unknown): string =>
  typeof whole === 'string' && whole.startsWith(said) ? whole.slice(said.length) : ''
