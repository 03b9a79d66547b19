/** A body cut to what one model takes: not every client chose the model. */
import type { Loss } from '../../domain/outcome.ts'
import { abilitiesOf } from './abilities.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent } from '../fields.ts'

/** Members to write, undefined for one to take out; and what is lost by it. */
export interface Fitted {
  readonly edits: Readonly<Record<string, unknown>>
  readonly losses: readonly Loss[]
}

const isOn = (thinking: unknown): boolean => isRecord(thinking) && thinking['type'] !== 'disabled'

/** What must be written otherwise for this model. */
export const fitBody = (body: Json, model: string): Fitted => {
  const { choice, thinking } = abilitiesOf(model)
  const { tool_choice: chosen, thinking: thought } = body
  const losses: Loss[] = []
  const refusesChoice = !choice && !isAbsent(chosen)
  const refusesThinking = !thinking && !isAbsent(thought)
  if (refusesChoice && chosen !== 'NONE') {
    losses.push({ field: 'toolChoice', why: 'this model cannot be told to call a tool; it was left to choose' })
  }
  if (refusesThinking && isOn(thought)) losses.push({ field: 'reasoning', why: 'this model does not think' })
  return {
    edits: {
      // Who may call no tool need not know of any.
      ...(refusesChoice && chosen === 'NONE' && { tools: undefined, strict_tools: undefined }),
      ...(refusesChoice && { tool_choice: undefined }),
      ...(refusesThinking && { thinking: undefined }),
    },
    losses,
  }
}
