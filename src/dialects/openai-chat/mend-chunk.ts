/** Chunks of a stream set right where they break the published schema, whoever wrote them; unknown members stay. */
import { finishReason, isWireFinish, wireFinish } from './finish.ts'
import { mendDelta } from './mend-delta.ts'
import type { ToldChoice } from './mend-delta.ts'
import { always, mend, mendList, rules, textIfAny } from '../mend.ts'
import type { Fix } from '../mend.ts'
import { head, looseLogprobs, looseUsage } from './mend-members.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord } from '../fields.ts'

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

/** Mends the chunks of one stream, one after the other. */
export interface ChunkMender {
  /** The chunk as it should be; the very same if it was right already. */
  next(chunk: Json): Json
  /** A further chunk with these members, as the sender of the others would have sent it. */
  further(members: Json): Json
}

const idOf = (chunk: Json): string => String(chunk['id'] ?? '').replace(/[^a-zA-Z0-9_-]/g, '_')

/** A mender for one stream. */
export const chunkMender = (): ChunkMender => {
  const told = new Map<unknown, ToldChoice>()
  let before: Json = {}
  const choiceAt = (index: unknown): ToldChoice => {
    const choice = told.get(index) ?? { id: `${idOf(before)}_${String(index)}`, calls: [], hasRole: false }
    told.set(index, choice)
    return choice
  }
  const mendChoice = (value: unknown, place: number): unknown => {
    if (!isRecord(value)) return undefined
    // Where a whole message came in place of a delta, it says the same.
    const given = isRecord(value['delta']) ? value['delta'] : value['message']
    const index = Number.isInteger(value['index']) ? value['index'] : place
    return mend(value, [
      ['index', () => index],
      ['delta', () => mendDelta(choiceAt(index), given)],
      ['logprobs', looseLogprobs],
      ['finish_reason', finish],
    ])
  }
  const choices: Fix = list => (Array.isArray(list) ? mendList(list, mendChoice) : [])
  const next = (chunk: Json): Json => {
    // What one chunk lacks the one before may have told.
    const { id = before['id'], created = before['created'], model = before['model'] } = chunk
    const isWhole = id === chunk['id'] && created === chunk['created'] && model === chunk['model']
    before = mend(isWhole ? chunk : { ...chunk, id, created, model }, chunkRules)
    return mend(before, [['choices', choices]])
  }
  return {
    next,
    further: members => {
      const { id, created, model } = before
      return next({ id, object: 'chat.completion.chunk', created, model, ...members })
    },
  }
}
