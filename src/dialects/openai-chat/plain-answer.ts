/** The plain answer, which nearly all are: words and nothing else, as the published schema has them; read without making events of it. */
import type { Delivery } from '../../domain/delivery.ts'
import { readTier } from './answer-losses.ts'
import { finishReason, isWireFinish } from './finish.ts'
import { head, usageIfAny } from './mend-members.ts'
import { usageIn } from './usage.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord } from '../fields.ts'

interface Check {
  readonly isNeeded: boolean
  readonly isPlain: (value: unknown) => boolean
}
/** What each member must be; a member that is not named makes a record unusual. */
type Checks = ReadonlyMap<string, Check>

const checks = (
  needed: Readonly<Record<string, Check['isPlain']>>,
  optional: Readonly<Record<string, Check['isPlain']>>,
): Checks =>
  new Map(
    [needed, optional].flatMap(table =>
      Object.entries(table).map(([name, isPlain]) => [name, { isNeeded: table === needed, isPlain }] as const),
    ),
  )

const keeps = (value: unknown, members: Checks, needed: number): value is Json => {
  if (!isRecord(value)) return false
  let found = 0
  for (const name in value) {
    const check = members.get(name)
    if (check === undefined || !check.isPlain(value[name])) return false
    if (check.isNeeded) found += 1
  }
  return found === needed
}

const isNull = (value: unknown): boolean => value === null
const isText = (value: unknown): boolean => typeof value === 'string'
const isWhole = (value: unknown): boolean => Number.isInteger(value)

const ofMessage = checks(
  { role: value => value === 'assistant', content: isWord, refusal: isNull },
  { annotations: value => Array.isArray(value) && value.length === 0 },
)
const ofChoice = checks(
  { index: isWhole, message: value => keeps(value, ofMessage, 3), logprobs: isNull, finish_reason: isWireFinish },
  {},
)
const ofAnswer = checks(
  {
    id: isText,
    object: value => value === 'chat.completion',
    created: isWhole,
    model: isText,
    choices: value => Array.isArray(value) && value.length > 0,
  },
  {
    // What needs no mending is as the schema has it.
    usage: value => isRecord(value) && usageIfAny(value) === value,
    service_tier: value => head.service_tier(value) === value,
    system_fingerprint: isText,
  },
)

const wordsOf = (choice: Json): number => {
  const message = choice['message']
  return isRecord(message) ? String(message['content']).length : 0
}

/** What the house needs to know of a plain answer; undefined for any other, which has to be read whole and perhaps mended. */
export const readPlainAnswer = (answer: unknown): Delivery | undefined => {
  if (!keeps(answer, ofAnswer, 5)) return undefined
  const { id, model, choices } = answer
  if (!Array.isArray(choices)) return undefined
  let size = 0
  for (let place = 0; place < choices.length; place++) {
    const choice: unknown = choices[place]
    if (!keeps(choice, ofChoice, 4) || choice['index'] !== place) return undefined
    size += wordsOf(choice)
  }
  const usage = usageIn(answer)
  const facts: { -readonly [Key in keyof Delivery]: Delivery[Key] } = {
    content: true,
    size,
    model: String(model),
    finish: finishReason(choices[0]['finish_reason'], false),
    ended: true,
  }
  const { serviceTier } = readTier(answer['service_tier'])
  if (isWord(id)) facts.upstreamId = id
  if (serviceTier !== undefined) facts.serviceTier = serviceTier
  if (usage !== undefined) facts.usage = usage
  return facts
}
