/** A body cut to what one model takes: OpenAI answers 400 to a parameter that a model does not know, and not every client chose the model. */
import type { Loss } from '../../domain/outcome.ts'
import { isEffort, nearestEffort } from '../effort.ts'
import type { Effort } from '../effort.ts'
import { abilitiesOf } from '../openai-models.ts'
import type { Abilities } from '../openai-models.ts'
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

const nothing: Fitted = { edits: {}, losses: [] }

/** Takes a member out; `usual` is the value that asks for nothing. */
const drop = ({ body, edits, losses }: Fitting, member: string, field: string, usual?: unknown): void => {
  const value = body[member]
  if (value === undefined) return
  edits[member] = undefined
  const isNeutral = isAbsent(value) || value === usual || (isRecord(value) && Object.keys(value).length === 0)
  if (!isNeutral) losses.add(field, 'this model refuses it')
}

const fitLimit = ({ body, abilities, edits }: Fitting): void => {
  const limit = body['max_tokens']
  if (!abilities.newLimit || limit === undefined) return
  edits['max_tokens'] = undefined
  if (isAbsent(body['max_completion_tokens'])) edits['max_completion_tokens'] = limit
}

/** The effort that the model will take; undefined where it is not known or none. */
const fitEffort = (fitting: Fitting): Effort | undefined => {
  const { body, edits, losses } = fitting
  const { efforts, usual } = fitting.abilities
  const asked = body['reasoning_effort']
  if (efforts === undefined || !isEffort(asked)) return usual
  if (efforts.length === 0) {
    edits['reasoning_effort'] = undefined
    if (asked !== 'none') losses.add('reasoning', 'this model does not reason, or cannot be told how much')
    return undefined
  }
  const told = nearestEffort(efforts, asked)
  if (told !== asked) {
    edits['reasoning_effort'] = told
    losses.add('reasoning.effort', `this model was asked for ${told}, the nearest that it knows`)
  }
  return told
}

const fitSampling = (fitting: Fitting, effort: Effort | undefined): void => {
  const { sampling } = fitting.abilities
  if (sampling === 'always' || (sampling === 'without-reasoning' && effort === 'none')) return
  drop(fitting, 'temperature', 'sampling.temperature', 1)
  drop(fitting, 'top_p', 'sampling.topP', 1)
  drop(fitting, 'frequency_penalty', 'sampling.frequencyPenalty', 0)
  drop(fitting, 'presence_penalty', 'sampling.presencePenalty', 0)
  drop(fitting, 'logit_bias', 'sampling.logitBias')
  drop(fitting, 'logprobs', 'logprobs', false)
  drop(fitting, 'top_logprobs', 'logprobs', 0)
}

/** What must change in a body, so that this model takes it. */
export const fitModel = (body: Json, model: string): Fitted => {
  const abilities = abilitiesOf(model)
  // Most models take all there is.
  if (abilities.efforts === undefined) return nothing
  const fitting: Fitting = { body, abilities, edits: {}, losses: noLosses() }
  fitLimit(fitting)
  fitSampling(fitting, fitEffort(fitting))
  if (!abilities.stops) drop(fitting, 'stop', 'limits.stop')
  if (!abilities.parallel) drop(fitting, 'parallel_tool_calls', 'parallelToolCalls', true)
  return { edits: fitting.edits, losses: fitting.losses.list() }
}
