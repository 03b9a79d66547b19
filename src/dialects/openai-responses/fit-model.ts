/** A body cut to what one model takes: OpenAI answers 400 to a parameter that a model does not know, and not every client chose the model. */
import type { Loss } from '../../domain/outcome.ts'
import { isEffort, nearestEffort } from '../effort.ts'
import type { Effort } from '../effort.ts'
import { abilitiesOf } from '../openai-models.ts'
import type { Abilities } from '../openai-models.ts'
import { isStrange } from './proof.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent } from '../fields.ts'
import type { Losses } from '../own-members.ts'
import { noLosses } from './wire.ts'

/** Members to write, undefined for one to take out; and what is lost by it. */
export interface Fitted {
  readonly edits: Readonly<Record<string, unknown>>
  readonly losses: readonly Loss[]
}
interface Fitting {
  readonly body: Json
  readonly abilities: Abilities
  readonly edits: Record<string, unknown>
  readonly losses: Losses
}

/** Takes a member out; `usual` is the value that asks for nothing. */
const drop = ({ body, edits, losses }: Fitting, member: string, field: string, usual?: unknown): void => {
  const value = body[member]
  if (value === undefined) return
  edits[member] = undefined
  if (!isAbsent(value) && value !== usual) losses.add(field, 'this model refuses it')
}

const encrypted = 'reasoning.encrypted_content'
/** A model that does not reason takes no wish for it, and none for its proofs. */
const silence = ({ body, edits, losses }: Fitting, effort: unknown): void => {
  const { reasoning, include } = body
  if (reasoning !== undefined) edits['reasoning'] = undefined
  if (!isAbsent(effort) && effort !== 'none')
    losses.add('reasoning', 'this model does not reason, or cannot be told how much')
  if (Array.isArray(include) && include.includes(encrypted)) {
    const rest = include.filter(one => one !== encrypted)
    edits['include'] = rest.length === 0 ? undefined : rest
  }
}
/** The effort that the model will take; undefined where it is not known or none. */
const fitEffort = (fitting: Fitting): Effort | undefined => {
  const { body, edits, losses } = fitting
  const { efforts, usual } = fitting.abilities
  const reasoning = isRecord(body['reasoning']) ? body['reasoning'] : {}
  const asked = reasoning['effort']
  if (efforts?.length === 0) {
    silence(fitting, asked)
    return undefined
  }
  if (efforts === undefined || !isEffort(asked)) return usual
  const told = nearestEffort(efforts, asked)
  if (told !== asked) {
    edits['reasoning'] = { ...reasoning, effort: told }
    losses.add('reasoning.effort', `this model was asked for ${told}, the nearest that it knows`)
  }
  return told
}

const fitSampling = (fitting: Fitting, effort: Effort | undefined): void => {
  const { sampling } = fitting.abilities
  if (sampling === 'always' || (sampling === 'without-reasoning' && effort === 'none')) return
  drop(fitting, 'temperature', 'sampling.temperature', 1)
  drop(fitting, 'top_p', 'sampling.topP', 1)
  drop(fitting, 'top_logprobs', 'logprobs', 0)
  const { include } = fitting.body
  if (!Array.isArray(include)) return
  const rest = include.filter(one => one !== 'message.output_text.logprobs')
  if (rest.length === include.length) return
  fitting.edits['include'] = rest
  fitting.losses.add('logprobs', 'this model refuses it')
}

/** What must change in a body, so that this model takes it. */
export const fitModel = (body: Json, model: string): Fitted => {
  const abilities = abilitiesOf(model)
  const fitting: Fitting = { body, abilities, edits: {}, losses: noLosses() }
  // Most models take all there is.
  if (abilities.efforts !== undefined) fitSampling(fitting, fitEffort(fitting))
  return { edits: fitting.edits, losses: fitting.losses.list() }
}

/** The same, for reasoning in the input that no provider of this dialect takes back. */
export const fitInput = ({ input }: Json): Fitted => {
  if (!Array.isArray(input)) return { edits: {}, losses: [] }
  const rest = input.filter(item => !isRecord(item) || !isStrange(item))
  if (rest.length === input.length) return { edits: {}, losses: [] }
  const why = 'OpenAI takes back only reasoning that it has encrypted'
  return { edits: { input: rest }, losses: [{ field: 'messages.reasoning', why }] }
}
