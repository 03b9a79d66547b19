/** A body cut to what one Gemini takes: they differ in how they are told to think and how long they answer, and not every client chose the model. */
import type { Loss } from '../../domain/outcome.ts'
import { asksFor } from '../../domain/request.ts'
import type { ChatRequest } from '../../domain/request.ts'
import { abilitiesOf } from './abilities.ts'
import { writeReasoning } from './reasoning.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { camelRecord, isSame, noLosses } from './wire.ts'

/** Members to write, undefined for one to take out; and what is lost by it. */
export interface Fitted {
  readonly edits: Readonly<Record<string, unknown>>
  readonly losses: readonly Loss[]
}
const unchanged: Fitted = { edits: {}, losses: [] }

const lengthOf = (asked: unknown, most: number | undefined): unknown =>
  typeof asked === 'number' && most !== undefined && asked > most ? most : asked

/** What must change in a client's own body, so that this model takes it. */
export const fitModel = (request: ChatRequest, model: string): Fitted => {
  const { raw, target } = request
  const abilities = abilitiesOf(model)
  if (raw === undefined || abilities.maxOutput === undefined || asksFor(target, model)) return unchanged
  const name = isRecord(raw.json['generation_config']) ? 'generation_config' : 'generationConfig'
  const config: Json = camelRecord(raw.json, name) ?? {}
  const losses = noLosses()
  const thinkingConfig = writeReasoning(request, model, abilities, losses)
  const maxOutputTokens = lengthOf(config['maxOutputTokens'], abilities.maxOutput)
  if (maxOutputTokens !== config['maxOutputTokens']) {
    losses.add('limits.maxOutputTokens', `lowered to the ${abilities.maxOutput} that this model can answer`)
  }
  const given = camelRecord(config, 'thinkingConfig')
  if (isSame(thinkingConfig, given) && maxOutputTokens === config['maxOutputTokens']) return unchanged
  const { thinkingConfig: _thinking, maxOutputTokens: _most, ...rest } = config
  const fitted = {
    ...rest,
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(thinkingConfig !== undefined && { thinkingConfig }),
  }
  return { edits: { [name]: fitted }, losses: losses.list() }
}
