/** Chunks of a stream set right where they break the published schema, whoever wrote them; unknown members stay. */
import { finishReason, isWireFinish, wireFinish } from './finish.ts'
import { always, integerOr, looseText, mend, mendList, recordIfAny, rules, textIfAny } from './mend.ts'
import type { Fix } from './mend.ts'
import { head, looseLogprobs, looseUsage, mendAnnotations } from './mend-members.ts'
import { argumentsText, flatContent } from './mend-answer.ts'
import { isAbsent, isRecord, isWord } from './wire.ts'
import type { Json } from './wire.ts'

const roles = new Set<unknown>(['developer', 'system', 'user', 'assistant', 'tool'])
const role: Fix = value => {
  if (isAbsent(value) || value === '') return undefined
  return roles.has(value) ? value : 'assistant'
}
const called = rules({ name: textIfAny, arguments: argumentsText })
const deltaRules = rules({
  role,
  content: looseText,
  refusal: looseText,
  function_call: recordIfAny(called),
})
/** The published schema knows no other type in chunks; a custom tool's call is told by its member `custom`. */
const callType: Fix = value => (value === 'function' ? value : undefined)

/** The ids of the calls so far, to number those that come without a number. */
type Ids = string[]
const numberOf = (call: Json, ids: Ids): number => {
  const id = isWord(call['id']) ? call['id'] : undefined
  const isNew = ids.length === 0 || (id !== undefined && !ids.includes(id))
  if (isNew) ids.push(id ?? '')
  return id === undefined ? ids.length - 1 : ids.indexOf(id)
}
const mendCall = (call: unknown, ids: Ids): unknown => {
  if (!isRecord(call)) return undefined
  const index = integerOr(undefined)(call['index']) ?? numberOf(call, ids)
  return mend(call, [
    ['index', () => index],
    ['id', textIfAny],
    ['type', callType],
    ['function', recordIfAny(called)],
  ])
}
const mendDelta = (value: unknown, ids: Ids): Json => {
  const delta = mend(mendAnnotations(flatContent(isRecord(value) ? value : {})), deltaRules)
  const calls: Fix = list => (Array.isArray(list) ? mendList(list, call => mendCall(call, ids)) : undefined)
  return mend(delta, [['tool_calls', calls]])
}

/** An empty word says that the answer goes on, and so does none. */
const finish = (raw: unknown): string | null => {
  if (!isWord(raw)) return null
  return isWireFinish(raw) ? raw : wireFinish(finishReason(raw, false), raw)
}

const chunkRules = rules({
  ...head,
  object: always('chat.completion.chunk'),
  usage: looseUsage,
  obfuscation: textIfAny,
})

/** Mends the chunks of one stream, one after the other: the very same chunk if it was right already. */
export const chunkMender = (): ((chunk: Json) => Json) => {
  const calls = new Map<unknown, Ids>()
  let before: Json = {}
  const idsOf = (index: unknown): Ids => {
    const ids = calls.get(index) ?? []
    calls.set(index, ids)
    return ids
  }
  const mendChoice = (value: unknown, place: number): unknown => {
    if (!isRecord(value)) return undefined
    // Where a whole message came in place of a delta, it says the same.
    const given = isRecord(value['delta']) ? value['delta'] : value['message']
    return mend(value, [
      ['index', index => (Number.isInteger(index) ? index : place)],
      ['delta', () => mendDelta(given, idsOf(value['index'] ?? place))],
      ['logprobs', looseLogprobs],
      ['finish_reason', finish],
    ])
  }
  const choices: Fix = list => (Array.isArray(list) ? mendList(list, mendChoice) : [])
  return chunk => {
    // What one chunk lacks the one before may have told.
    const { id = before['id'], created = before['created'], model = before['model'] } = chunk
    const isWhole = id === chunk['id'] && created === chunk['created'] && model === chunk['model']
    const mended = mend(isWhole ? chunk : { ...chunk, id, created, model }, chunkRules)
    before = mended
    return mend(mended, [['choices', choices]])
  }
}
