/** Tool calls of an answer while their pieces come in. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord, jsonText, without } from '../fields.ts'
import { carried, openaiChatId } from './wire.ts'

/** One call. It is told once its name is known; a call of a custom tool is told whole, at the end. */
interface OpenCall {
  readonly block: number
  readonly index: number | undefined
  readonly isCustom: boolean
  id: string
  name: string
  /** Arguments that came before the name; all of the input of a custom tool. */
  held: string
  isTold: boolean
  others: Json | undefined
}

/** The calls of one choice, and how to number its blocks. */
export interface Calls {
  readonly all: OpenCall[]
  readonly nextBlock: () => number
}

/** What an answer needs to know of a choice to tell its blocks; `choice` is left out for the first one. */
export type At = { readonly choice?: number }

const none: readonly StreamEvent[] = []
const known = {
  call: new Set(['index', 'id', 'type', 'function', 'custom']),
  called: new Set(['name', 'arguments']),
}
/** A mark that says no more than how the call was told: null, so that no other dialect counts it as lost. */
const legacyMark: Json = { function_call: null }

/** A piece of a call as it stands in a message or delta. */
interface Piece extends CallMarks {
  readonly input: string
  readonly isCustom: boolean
  readonly others: Json | undefined
}

const inputOf = (value: unknown): string => {
  if (typeof value === 'string') return value
  // Some servers give the arguments as the object that they stand for.
  return isRecord(value) && Object.keys(value).length > 0 ? jsonText(value) : ''
}
/** True for a call of a custom tool. */
export const isCustomCall = ({ type, custom, function: called }: Json): boolean =>
  type === 'custom' || (type !== 'function' && isRecord(custom) && !isRecord(called))

const pieceOf = (call: Json): Piece => {
  const isCustom = isCustomCall(call)
  const inner = call[isCustom ? 'custom' : 'function']
  const called: Json = isRecord(inner) ? inner : {}
  const { index, id } = call
  const ofCall = without(call, known.call)
  const ofCalled = isCustom ? undefined : without(called, known.called)
  return {
    index: typeof index === 'number' ? index : undefined,
    id: isWord(id) ? id : undefined,
    name: isWord(called['name']) ? called['name'] : undefined,
    input: isCustom ? inputOf(called['input']) : inputOf(called['arguments']),
    isCustom,
    others: ofCalled === undefined ? ofCall : { ...ofCall, function: ofCalled },
  }
}

/** What tells one call from another. */
export interface CallMarks {
  readonly index: number | undefined
  readonly id: string | undefined
  readonly name: string | undefined
}
const isSame = (one: CallMarks, { index, id }: CallMarks): boolean =>
  index === undefined ? one.id === id : one.index === index

/** The call that a piece goes on with: by index, else by id, else the last one; undefined if it begins a new one. */
export const goesOn = <Call extends CallMarks>(all: readonly Call[], piece: CallMarks): Call | undefined => {
  const { index, id, name } = piece
  const call = index === undefined && id === undefined ? all.at(-1) : all.findLast(one => isSame(one, piece))
  if (call === undefined || name === undefined || !isWord(call.name)) return call
  // Some servers number all calls 0, or not at all: what brings another id, or no index and a name, is another call.
  const isOther = id === undefined ? index === undefined : isWord(call.id) && call.id !== id
  return isOther ? undefined : call
}

const begin = (calls: Calls, piece: Piece): OpenCall => {
  const { index, id, isCustom } = piece
  const call: OpenCall = {
    block: calls.nextBlock(),
    index,
    isCustom,
    id: id ?? '',
    name: '',
    held: '',
    isTold: false,
    others: undefined,
  }
  calls.all.push(call)
  return call
}

const tell = (call: OpenCall, at: At): readonly StreamEvent[] => {
  call.isTold = true
  const { block, id: callId, name, held } = call
  const start: StreamEvent = { type: 'tool-call-start', block, ...at, callId, name, ...carried(call.others) }
  return held === '' ? [start] : [start, { type: 'tool-call-delta', block, ...at, input: held }]
}

const grow = (call: OpenCall, piece: Piece, at: At): readonly StreamEvent[] => {
  if (call.id === '' && piece.id !== undefined) call.id = piece.id
  if (call.name === '' && piece.name !== undefined) call.name = piece.name
  if (piece.others !== undefined) call.others = { ...call.others, ...piece.others }
  if (call.isTold) {
    const { input } = piece
    return input === '' ? none : [{ type: 'tool-call-delta', block: call.block, ...at, input }]
  }
  call.held += piece.input
  return call.isCustom || call.name === '' ? none : tell(call, at)
}

/** Reads the calls in a message or delta; those of a message are each a call of its own. */
export const readCalls = (calls: Calls, value: unknown, at: At, isWhole: boolean): readonly StreamEvent[] => {
  if (!Array.isArray(value)) return none
  return value.flatMap((one: unknown) => {
    if (!isRecord(one)) return none
    const piece = pieceOf(one)
    const call = (isWhole ? undefined : goesOn(calls.all, piece)) ?? begin(calls, piece)
    return grow(call, piece, at)
  })
}

/** Reads the one call of the older form, which has neither id nor number. */
export const readLegacyCall = (calls: Calls, value: unknown, at: At): readonly StreamEvent[] => {
  if (!isRecord(value)) return none
  const piece = { ...pieceOf({ index: -1, function: value }), others: legacyMark }
  // Some servers fill in every member of the schema with nothing.
  if (piece.name === undefined && piece.input === '') return none
  return grow(goesOn(calls.all, piece) ?? begin(calls, piece), piece, at)
}

const close = (call: OpenCall, at: At): readonly StreamEvent[] => {
  const { block, id, name, held } = call
  if (call.isCustom) {
    const value = { ...call.others, id, type: 'custom', custom: { name, input: held } }
    return [{ type: 'opaque', block, ...at, dialect: openaiChatId, kind: 'custom', value }]
  }
  const end: StreamEvent = { type: 'tool-call-end', block, ...at }
  return call.isTold ? [end] : [...tell(call, at), end]
}
/** Ends all calls. */
export const closeCalls = ({ all }: Calls, at: At): readonly StreamEvent[] => all.flatMap(call => close(call, at))
