/** Parts of an answer while they come in, told as events. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import { makeCallId } from './call-id.ts'
import { argsWriter } from './partial-args.ts'
import type { ArgsWriter } from './partial-args.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { inputText, isWord, otherMembers } from '../fields.ts'
import { camelKeys, camelRecord, carried, dialect, someMembers } from './wire.ts'
import { readOpaque } from './parts.ts'

const none: readonly StreamEvent[] = []

/** Which choice, ready to be spread. */
export type At = { readonly choice?: number }

/** A block that is open. */
type Open =
  | { readonly kind: 'text'; readonly block: number }
  | { readonly kind: 'reasoning'; readonly block: number }
  | { readonly kind: 'call'; readonly block: number; readonly args: ArgsWriter }

/** The parts of one choice, as far as they have come. */
export interface Parts {
  readonly at: At
  /** What ids are made of where none are given. */
  readonly seed: unknown
  blocks: number
  calls: number
  /** Calls that no part of the answer itself has answered: Google runs some of them. */
  unanswered: number
  open: Open | undefined
}

const known = {
  text: new Set(['text', 'thought', 'thoughtSignature']),
  functionCall: new Set(['functionCall']),
  call: new Set(['id', 'name', 'args', 'partialArgs', 'willContinue']),
}

/** What the end of a text says beside its words. */
interface Tail {
  readonly signature?: string
  readonly others?: Json
}
const endOf = (open: Open, at: At, { signature, others }: Tail): readonly StreamEvent[] => {
  const { block } = open
  if (open.kind === 'reasoning') {
    return [{ type: 'reasoning-end', block, ...at, ...(signature !== undefined && { signature }), ...carried(others) }]
  }
  if (open.kind === 'text') {
    const own = someMembers({ ...others, ...(signature !== undefined && { thoughtSignature: signature }) })
    return [{ type: 'text-end', block, ...at, ...carried(own) }]
  }
  const input = open.args.end()
  const end: StreamEvent = { type: 'tool-call-end', block, ...at }
  return input === '' ? [end] : [{ type: 'tool-call-delta', block, ...at, input }, end]
}
/** Ends whatever is open. */
export const closePart = (parts: Parts, tail: Tail = {}): readonly StreamEvent[] => {
  const { open } = parts
  parts.open = undefined
  return open === undefined ? none : endOf(open, parts.at, tail)
}

const deltaOf = (kind: 'text' | 'reasoning', block: number, at: At, text: string): StreamEvent =>
  kind === 'text' ? { type: 'text-delta', block, ...at, text } : { type: 'reasoning-delta', block, ...at, text }
const startOf = (kind: 'text' | 'reasoning', block: number, at: At): StreamEvent =>
  kind === 'text' ? { type: 'text-start', block, ...at } : { type: 'reasoning-start', block, ...at }

const tailOf = (part: Json): Tail | undefined => {
  const signature = part['thoughtSignature']
  const others = otherMembers(part, known.text)
  if (!isWord(signature)) return others && { others }
  return { signature, ...(others && { others }) }
}
/** Text goes on only from one frame to the next: what Google made two parts in one frame stays two. */
const readText = (parts: Parts, part: Json, isFirst: boolean): readonly StreamEvent[] => {
  const kind = part['thought'] === true ? 'reasoning' : 'text'
  const text = isWord(part['text']) ? part['text'] : ''
  const tail = tailOf(part)
  if (text === '' && tail === undefined) return none
  const { at } = parts
  const events: StreamEvent[] = []
  const before = isFirst && parts.open?.kind === kind ? parts.open : undefined
  const { block } = before ?? { block: parts.blocks++ }
  if (before === undefined) {
    events.push(...closePart(parts), startOf(kind, block, at))
    parts.open = { kind, block }
  }
  if (text !== '') events.push(deltaOf(kind, block, at, text))
  return tail === undefined ? events : [...events, ...closePart(parts, tail)]
}

/** A call without arguments, of which none will come. */
const isBare = (call: Json): boolean =>
  call['args'] === undefined && call['partialArgs'] === undefined && call['willContinue'] !== true

const startCall = (parts: Parts, part: Json, call: Json): readonly StreamEvent[] => {
  const { at, seed } = parts
  const before = closePart(parts)
  const block = parts.blocks++
  const place = parts.calls++
  parts.unanswered++
  const { id } = call
  const name = isWord(call['name']) ? call['name'] : ''
  const others = otherMembers(call, known.call)
  const own = {
    ...otherMembers(part, known.functionCall),
    ...(others && { functionCall: others }),
    // Null marks that there were none, not even an empty object.
    ...(isBare(call) && { args: null }),
  }
  parts.open = { kind: 'call', block, args: argsWriter() }
  const callId = isWord(id) ? id : makeCallId(seed ?? [name, call['args']], place)
  return [...before, { type: 'tool-call-start', block, ...at, callId, name, ...carried(someMembers(own)) }]
}

/** A call comes whole, or its name first and its arguments leaf by leaf; the last piece does not say that more will come. */
const readCall = (parts: Parts, part: Json): readonly StreamEvent[] => {
  const call = camelRecord(part, 'functionCall') ?? {}
  const isNew = isWord(call['name']) || parts.open?.kind !== 'call'
  // The mark at the end of a call that has ended by itself.
  if (isNew && !isWord(call['name']) && !isRecord(call['args'])) return none
  const events: StreamEvent[] = isNew ? [...startCall(parts, part, call)] : []
  const { open } = parts
  if (open?.kind !== 'call') return events
  const input = `${inputText(call['args'])}${open.args.push(call['partialArgs'])}`
  if (input !== '') events.push({ type: 'tool-call-delta', block: open.block, ...parts.at, input })
  return call['willContinue'] === true ? events : [...events, ...closePart(parts)]
}

const readOther = (parts: Parts, part: Json): readonly StreamEvent[] => {
  const { kind, value } = readOpaque(part)
  if (kind === 'functionResponse' && parts.unanswered > 0) parts.unanswered--
  return [...closePart(parts), { type: 'opaque', block: parts.blocks++, ...parts.at, dialect, kind, value }]
}

/** The events that one part of a frame tells; `isFirst` for the first in it. */
export const readAnswerPart = (parts: Parts, given: unknown, isFirst: boolean): readonly StreamEvent[] => {
  if (!isRecord(given)) return none
  const part = camelKeys(given)
  if (isRecord(part['functionCall'])) return readCall(parts, part)
  if (typeof part['text'] === 'string') return readText(parts, part, isFirst)
  // A signature alone belongs to what came before it.
  const isLone = isWord(part['thoughtSignature']) && Object.keys(part).length === 1
  if (isLone) return readText(parts, { ...part, text: '' }, isFirst)
  return Object.keys(part).length === 0 ? none : readOther(parts, part)
}
