/** The turns of a request as they were sent, with what a client took from the frames of a stream put together again. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, otherMembers } from '../fields.ts'
import { report } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { camelKeys, camelRecord } from './wire.ts'

/** A part as it was sent, and its path. */
export interface GivenPart {
  readonly value: unknown
  readonly at: string
}
/** One turn as it was sent. */
export interface GivenTurn {
  readonly role: 'user' | 'model'
  readonly parts: readonly GivenPart[]
  /** Members that only this dialect knows. */
  readonly others: Json | undefined
}

/** The call in this part; undefined if it is none. */
const callIn = (given: unknown): Json | undefined =>
  isRecord(given) ? camelRecord(camelKeys(given), 'functionCall') : undefined

/** A call goes on in parts that do not name it: its arguments came leaf by leaf. */
const goesOn = (before: unknown, part: unknown): boolean => {
  const call = callIn(part)
  return call !== undefined && isAbsent(call['name']) && callIn(before) !== undefined
}
const joinedCall = (before: unknown, part: unknown): Json => {
  const call = callIn(before) ?? {}
  const leaves = [call['partialArgs'], callIn(part)?.['partialArgs']].filter(Array.isArray).flat()
  return { ...camelKeys(isRecord(before) ? before : {}), functionCall: { ...call, partialArgs: leaves } }
}
/** The parts with each call in one. */
const wholeCalls = (parts: readonly GivenPart[]): readonly GivenPart[] => {
  if (!parts.some(({ value }, place) => goesOn(parts[place - 1]?.value, value))) return parts
  const whole: GivenPart[] = []
  for (const part of parts) {
    const last = whole.at(-1)
    if (last === undefined || !goesOn(last.value, part.value)) whole.push(part)
    else whole[whole.length - 1] = { ...last, value: joinedCall(last.value, part.value) }
  }
  return whole
}

const plainText = new Set(['text', 'thought'])
/** True for words, or a thought, with nothing beside them. */
const isPlain = (value: unknown): value is Json =>
  isRecord(value) && typeof value['text'] === 'string' && otherMembers(value, plainText) === undefined
const joinsText = (left: unknown, right: unknown): boolean =>
  isPlain(left) && isPlain(right) && (left['thought'] === true) === (right['thought'] === true)

/** The parts of two turns of the model as one: where one ends in words and the other begins with some, they go on. */
const joinedParts = (left: readonly GivenPart[], right: readonly GivenPart[]): readonly GivenPart[] => {
  const [first, ...rest] = right
  const last = left.at(-1)
  if (first === undefined || last === undefined || !isPlain(first.value)) return [...left, ...right]
  if (first.value['text'] === '') return [...left, ...rest]
  if (!joinsText(last.value, first.value)) return [...left, ...right]
  const text = `${String((last.value as Json)['text'])}${String(first.value['text'])}`
  return [...left.slice(0, -1), { ...last, value: { ...(last.value as Json), text } }, ...rest]
}

/** Google's client keeps each frame of a stream as a turn of its own; together they are one. */
const join = (turns: GivenTurn[], turn: GivenTurn): void => {
  const last = turns.at(-1)
  const isSameTurn = last?.role === 'model' && turn.role === 'model' && turn.others === undefined
  if (!isSameTurn) turns.push(turn)
  else turns[turns.length - 1] = { ...last, parts: joinedParts(last.parts, turn.parts) }
}

const knownOfContent = new Set(['role', 'parts'])
const roles = new Set<unknown>(['user', 'model', 'function', 'tool'])

/** A list of parts; Google takes one without a list around it. */
export const partsIn = (parts: unknown, at: string, findings: Findings): readonly GivenPart[] => {
  if (isAbsent(parts)) return []
  if (isRecord(parts)) return [{ value: parts, at }]
  if (Array.isArray(parts)) return parts.map((value: unknown, place) => ({ value, at: `${at}[${place}]` }))
  report(findings, at, parts, 'a list of parts')
  return []
}

const turnOf = (given: unknown, at: string, findings: Findings): GivenTurn | undefined => {
  if (!isRecord(given)) return report(findings, at, given, 'a turn, an object with role and parts')
  const content = camelKeys(given)
  const role = content['role'] ?? 'user'
  if (!roles.has(role)) report(findings, `${at}.role`, role, '"user" or "model"')
  return {
    role: role === 'model' ? 'model' : 'user',
    parts: partsIn(content['parts'], `${at}.parts`, findings),
    others: otherMembers(content, knownOfContent),
  }
}

/** The turns. One alone may stand without a list around it. */
export const givenTurns = (given: unknown, findings: Findings): readonly GivenTurn[] => {
  const contents = isRecord(given) ? [given] : given
  if (!Array.isArray(contents) || contents.length === 0) {
    report(findings, 'contents', given, 'a list of at least one turn')
    return []
  }
  const turns: GivenTurn[] = []
  for (const [place, content] of contents.entries()) {
    const turn = turnOf(content, `contents[${place}]`, findings)
    if (turn !== undefined) join(turns, turn)
  }
  return turns.map(turn => ({ ...turn, parts: wholeCalls(turn.parts) }))
}
