/** A body cut to what one Claude takes: they differ in how they are told to think and how answers are drawn, and not every client chose the model. */
import type { Loss } from '../../domain/outcome.ts'
import { asksFor } from '../../domain/request.ts'
import type { ChatRequest } from '../../domain/request.ts'
import { abilitiesOf } from './abilities.ts'
import { writeReasoning } from './reasoning.ts'
import { writeSampling } from './sampling.ts'
import { resumesUnsigned } from './turns.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { jsonText } from '../fields.ts'
import { noLosses } from './wire.ts'

/** Members to write, undefined for one to take out; and what is lost by it. */
export interface Fitted {
  readonly edits: Readonly<Record<string, unknown>>
  readonly losses: readonly Loss[]
}
const unchanged: Fitted = { edits: {}, losses: [] }

const withEffort = ({ output_config: config }: Json, effort: string | undefined): unknown => {
  const { effort: _before, ...others }: Json = isRecord(config) ? config : {}
  const members = effort === undefined ? others : { ...others, effort }
  return Object.keys(members).length === 0 ? undefined : members
}
const isSame = (left: unknown, right: unknown): boolean =>
  left === right || (left ?? undefined) === (right ?? undefined) || jsonText(left) === jsonText(right)

const changes = (json: Json, wanted: Json): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(wanted).filter(([member, value]) => !isSame(json[member], value)))

/** What must change in a client's own body, so that this model takes it. */
export const fitModel = (request: ChatRequest, model: string): Fitted => {
  const { raw, target } = request
  const abilities = abilitiesOf(model)
  if (raw === undefined || abilities.maxOutput === undefined || asksFor(target, model)) return unchanged
  const { json } = raw
  const losses = noLosses()
  const messages = Array.isArray(json['messages']) ? json['messages'].filter(isRecord) : []
  const isUnsigned = resumesUnsigned({ messages })
  const { thinking, effort, maxTokens, isThinking } = writeReasoning(request, { abilities, isUnsigned }, losses)
  const { temperature, top_p, top_k } = writeSampling(request, { abilities, isThinking }, losses)
  const wanted = { thinking, max_tokens: maxTokens, output_config: withEffort(json, effort), temperature, top_p, top_k }
  return { edits: changes(json, wanted), losses: losses.list() }
}
